import type { Delivery } from '../queue.ts'
import type { Appended } from './appender.ts'
import type { Files, OpenFile } from './files.ts'
import type { QueueLog } from './log-types.ts'
import { comparePositions, formatPosition, type Position, segmentName } from './position.ts'
import { type PlacedFrame, readFrames } from './read-frames.ts'
import { SEGMENT_HEADER_BYTES as FIRST_OFFSET } from './segment.ts'
import type { SegmentBook } from './segment-book.ts'

/** What one waiting batch takes in memory besides its payload, roughly. */
const ENTRY_BYTES = 300

export interface Queued {
  delivery: Delivery
  sizeBytes: number
  next: Position
  /** When it became durable, in ms; 0 for what a former run left or what had to be read from the file. */
  durableAt: number
}

export interface ReadSource {
  files: Files
  logId: Buffer
  segments: Pick<SegmentBook, 'list'>
  log: QueueLog
}

const toQueued = ({ batch, position, next, sizeBytes }: PlacedFrame | Appended, durableAt = 0): Queued => ({
  delivery: { ...batch, position: formatPosition(position) },
  sizeBytes,
  next,
  durableAt,
})

/** Reads the log in order: from memory what is fresh, from the files what is not. */
export interface Cursor {
  push(appended: Appended, durableAt: number): void
  /** The next batch that was not taken yet; it stays. Bytes that cannot be read any more are passed over. */
  peek(): Promise<Queued | undefined>
  /** Takes what `peek` showed. */
  shift(): void
  /** End of what was taken or passed over. */
  readonly place: Position
  close(): Promise<void>
}

/**
 * @param hotLimit payloads of fresh batches are kept in memory up to so many bytes, the newest ones; the others are read from the file
 * @param start end of the last recorded group
 */
export const createCursor = (source: ReadSource, hotLimit: number, start: Position): Cursor => {
  const reader = createReader(source, start)
  let place = start
  let hot: { appended: Appended; durableAt: number }[] = []
  let hotHead = 0
  let hotBytes = 0
  /** Read from the file and not yet taken. */
  let cold: PlacedFrame[] = []
  /** What `peek` showed last. */
  let shown: Queued | undefined

  const dropHot = (): void => {
    const entry = hot[hotHead]
    if (entry === undefined) return
    hotBytes -= entry.appended.sizeBytes + ENTRY_BYTES
    hotHead += 1
    if (hotHead > 1024 && hotHead * 2 > hot.length) {
      hot = hot.slice(hotHead)
      hotHead = 0
    }
  }

  /** The file's next frames; none when nothing between here and `until` can be read, and then that is passed over. */
  const readCold = async (until: Position | undefined): Promise<PlacedFrame[]> => {
    reader.seek(place)
    const frames = await reader.read(until)
    if (frames.length === 0) place = until ?? reader.place()
    return frames
  }

  const peek = async (): Promise<Queued | undefined> => {
    for (;;) {
      while (comparePositions(hot[hotHead]?.appended.position ?? place, place) < 0) dropHot()
      const fresh = hot[hotHead]
      const frame = cold[0]
      if (frame !== undefined) shown = toQueued(frame)
      else if (fresh !== undefined && comparePositions(fresh.appended.position, place) === 0) shown = toQueued(fresh.appended, fresh.durableAt)
      else {
        cold = await readCold(fresh?.appended.position)
        if (cold.length > 0 || hot[hotHead] !== undefined) continue
        shown = undefined
      }
      return shown
    }
  }

  return {
    push(appended, durableAt) {
      hot.push({ appended, durableAt })
      hotBytes += appended.sizeBytes + ENTRY_BYTES
      while (hotBytes > hotLimit && hotHead < hot.length) dropHot()
    },
    peek,
    shift() {
      if (shown === undefined) return
      place = shown.next
      cold.shift()
      shown = undefined
    },
    get place() {
      return place
    },
    close: reader.close,
  }
}

/** The deliveries between two places, as they stand in the files. */
export const readRange = async (source: ReadSource, from: Position, to: Position): Promise<Queued[]> => {
  const reader = createReader(source, from)
  const queued: Queued[] = []
  try {
    for (let frames = await reader.read(to); frames.length > 0; frames = await reader.read(to))
      for (const frame of frames) queued.push(toQueued(frame))
  } finally {
    await reader.close()
  }
  return queued
}

const createReader = ({ files, logId, segments, log }: ReadSource, start: Position) => {
  let at = start
  let open: { number: number; file: OpenFile } | undefined

  const fileOf = async (number: number): Promise<OpenFile | undefined> => {
    if (open?.number === number) return open.file
    await open?.file.close()
    open = undefined
    const file = await files.open(segmentName(number))
    if (file !== undefined) open = { number, file }
    return file
  }

  return {
    place: (): Position => at,
    seek(place: Position): void {
      if (comparePositions(place, at) !== 0) at = place
    },
    /** The next frames before `until`; none at its end, or at the end of the log. */
    async read(until?: Position): Promise<PlacedFrame[]> {
      for (const { number, endOffset } of segments.list()) {
        if (number < at.segment) continue
        if (until !== undefined && number > until.segment) break
        const limit = until?.segment === number ? Math.min(until.offset, endOffset) : endOffset
        let offset = number === at.segment ? Math.max(at.offset, FIRST_OFFSET) : FIRST_OFFSET
        while (offset < limit) {
          const file = await fileOf(number)
          if (file === undefined) {
            log.error({ segment: segmentName(number) }, 'a segment of the queue is gone')
            at = { segment: number, offset: limit }
            break
          }
          const result = await readFrames({ file, segment: number, mark: logId, limit }, offset)
          offset = result.nextOffset
          at = { segment: number, offset }
          if (result.frames.length > 0) return result.frames
          log.error({ segment: segmentName(number), ...result.damage }, 'bytes of the queue cannot be read')
        }
      }
      return []
    },
    async close(): Promise<void> {
      await open?.file.close()
      open = undefined
    },
  }
}
