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
  /** The next batch that was not taken yet; it stays. */
  peek(): Promise<Queued | undefined>
  /** Takes what `peek` showed. */
  shift(): void
  /** End of what was taken. */
  readonly place: Position
  close(): Promise<void>
}

/**
 * @param hotBytes payloads of fresh batches are kept in memory up to so many bytes, the newest ones; the others are read from the file
 * @param start end of the last recorded group
 * @param behind how many frames stand in the files behind it
 */
export const createCursor = (source: ReadSource, hotLimit: number, start: Position, behind: number): Cursor => {
  const reader = createReader(source, start)
  let place = start
  /** Frames are numbered from 0 in the order of the log, so that a gap between the two sources cannot go unnoticed. */
  let taken = 0
  let pushed = behind
  let hot: { sequence: number; appended: Appended; durableAt: number }[] = []
  let hotHead = 0
  let hotBytes = 0
  let cold: PlacedFrame[] = []

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

  const peek = async (): Promise<Queued | undefined> => {
    while (taken < pushed) {
      for (let first = hot[hotHead]; first !== undefined && first.sequence < taken; first = hot[hotHead]) dropHot()
      const fresh = hot[hotHead]
      if (fresh !== undefined && fresh.sequence === taken) {
        cold = []
        return toQueued(fresh.appended, fresh.durableAt)
      }
      const frame = cold[0]
      if (frame !== undefined) return toQueued(frame)
      reader.seek(place)
      cold = await reader.read()
      // Nothing where something was: those bytes have become unreadable since the start, and the reader has said so.
      if (cold.length === 0) taken = hot[hotHead]?.sequence ?? pushed
    }
    return undefined
  }

  return {
    push(appended, durableAt) {
      hot.push({ sequence: pushed, appended, durableAt })
      pushed += 1
      hotBytes += appended.sizeBytes + ENTRY_BYTES
      while (hotBytes > hotLimit && hotHead < hot.length) dropHot()
    },
    peek,
    shift() {
      const fresh = hot[hotHead]
      if (fresh !== undefined && fresh.sequence === taken) {
        place = fresh.appended.next
        dropHot()
      } else {
        place = cold.shift()?.next ?? place
      }
      taken += 1
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
          if (file === undefined) break
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
