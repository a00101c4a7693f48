import type { UnixMs } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import type { Batch } from '../queue.ts'
import type { Files, OpenFile } from './files.ts'
import { encodeFrameHead, sealFrameHead } from './frame.ts'
import type { QueueLog } from './log-types.ts'
import { type Position, segmentName } from './position.ts'
import { isDiskFull } from './reserve.ts'
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES } from './segment.ts'

export interface Appended {
  batch: Batch
  sizeBytes: number
  position: Position
  next: Position
}

/**
 * Appends batches to the newest segment. Group commit without a timer: an idle log writes at once; what arrives while a write and its
 * fdatasync run makes the next group.
 */
export interface Appender {
  /**
   * Resolves when the batch is durable.
   * @throws HeartwoodError `queue-full` when the disk is full, `queue-unavailable` when it cannot be written for another reason
   */
  append(pending: PendingBatch): Promise<void>
  /** Ends after what was given to it. */
  close(): Promise<void>
}

export interface PendingBatch {
  batch: Batch
  head: Buffer
}

export interface AppenderOptions {
  files: Files
  logId: Buffer
  /** The first segment to be made, and where the one before it ends. */
  firstSegment: number
  previous: { number: number; endOffset: number }
  segmentBytes: number
  now: () => number
  /** Whether the disk has room for what is being written. */
  hasRoom?: () => boolean
  /** Called when the disk is full: true when something was removed since, and writing is worth another try. Later batches wait for it, so the order stays. */
  makeRoom: () => Promise<boolean>
  log: QueueLog
  /** Called in the order of the log, before the publishers hear of it. */
  onDurable: (appended: Appended[]) => void
  /** A segment was begun; `closed` is the one before, with the offset at which it ends for good. */
  onSegment: (started: number, closed: { number: number; endOffset: number }) => void
}

interface Waiting extends PendingBatch {
  sizeBytes: number
  resolve: () => void
  reject: (error: unknown) => void
}

interface Segment {
  number: number
  file: OpenFile
  /** End of what is durable. */
  endOffset: number
}

const GROUP_BYTES = 32 * 1024 * 1024

export const preparePending = (logId: Buffer, batch: Batch): PendingBatch => ({ batch, head: encodeFrameHead(logId, batch) })
export const pendingBytes = ({ batch, head }: PendingBatch): number => head.length + batch.payload.byteLength

const toQueueError = (cause: unknown): HeartwoodError => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return isDiskFull(cause)
    ? new HeartwoodError('queue-full', 'The disk that holds the queue is full.', { cause, retryAfterSeconds: 10 })
    : new HeartwoodError('queue-unavailable', `The queue cannot be written: ${reason}.`, { cause, retryAfterSeconds: 10 })
}

export const createAppender = (options: AppenderOptions): Appender => {
  const { files, log } = options
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined
  let closed = false
  let segment: Segment | undefined
  let previous = options.previous
  let nextNumber = options.firstSegment
  /** Why batches were refused since the last one that was written. */
  const refusals = new Set<string>()

  const begin = async (): Promise<Segment> => {
    const number = nextNumber
    nextNumber += 1
    const name = segmentName(number)
    const header = { logId: options.logId, number, previous, createdAt: options.now() as UnixMs }
    const file = await files.create(name)
    try {
      await file.write([encodeSegmentHeader(header)], 0)
      await file.sync()
      await files.syncFolder('')
    } catch (error) {
      await file.close().catch(() => undefined)
      await files.remove(name).catch(() => undefined)
      throw error
    }
    options.onSegment(number, previous)
    return { number, file, endOffset: SEGMENT_HEADER_BYTES }
  }

  const leave = async (left: Segment): Promise<void> => {
    previous = { number: left.number, endOffset: left.endOffset }
    segment = undefined
    await left.file.close().catch((error: unknown) => log.warn({ err: error }, 'closing a segment of the queue failed'))
  }

  /** Cuts off what a failed write left, so that the segment can be used on. When even that fails the next segment's header says where it ends. */
  const cutBack = async (target: Segment): Promise<void> => {
    try {
      await target.file.truncate(target.endOffset)
      await target.file.sync()
    } catch {
      await leave(target)
    }
  }

  const write = async (target: Segment, group: Waiting[]): Promise<Appended[]> => {
    const buffers: Uint8Array[] = []
    const appended: Appended[] = []
    let offset = target.endOffset
    for (const { head, batch, sizeBytes } of group) {
      const position = { segment: target.number, offset }
      sealFrameHead(head, batch.payload, position)
      buffers.push(head, batch.payload)
      offset += sizeBytes
      appended.push({ batch, sizeBytes, position, next: { segment: target.number, offset } })
    }
    try {
      await target.file.write(buffers, target.endOffset)
    } catch (error) {
      await cutBack(target)
      throw error
    }
    try {
      await target.file.sync()
    } catch (cause) {
      // What the kernel could not write it may have dropped, and the next fdatasync would say nothing: this file is not to be trusted any more.
      await target.file.truncate(target.endOffset).catch(() => undefined)
      await leave(target)
      throw new SyncFailed(cause)
    }
    target.endOffset = offset
    return appended
  }

  const commitWithRoom = async (group: Waiting[]): Promise<Appended[]> => {
    try {
      return await commit(group)
    } catch (error) {
      if (!isDiskFull(causeOf(error)) || !(await options.makeRoom())) throw error
      return await commit(group)
    }
  }

  const commit = async (group: Waiting[]): Promise<Appended[]> => {
    if (options.hasRoom?.() === false) throw new DiskFull()
    segment ??= await begin()
    try {
      return await write(segment, group)
    } catch (error) {
      if (!(error instanceof SyncFailed)) throw error
      log.warn({ err: error.cause }, 'fdatasync of the queue failed; writing the batches again into a new segment')
      segment = await begin()
      return await write(segment, group)
    }
  }

  /** As many of the waiting as one segment and one write may take; at least one. */
  const nextGroup = async (): Promise<Waiting[]> => {
    const first = waiting[0]
    if (first === undefined) return []
    if (segment !== undefined && segment.endOffset > SEGMENT_HEADER_BYTES && segment.endOffset + first.sizeBytes > options.segmentBytes)
      await leave(segment)
    const room = options.segmentBytes - (segment?.endOffset ?? SEGMENT_HEADER_BYTES)
    let bytes = 0
    let count = 0
    for (const { sizeBytes } of waiting) {
      if (count > 0 && bytes + sizeBytes > Math.min(room, GROUP_BYTES)) break
      bytes += sizeBytes
      count += 1
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return group
  }

  const run = async (): Promise<void> => {
    for (let group = await nextGroup(); group.length > 0; group = await nextGroup()) {
      try {
        options.onDurable(await commitWithRoom(group))
        if (refusals.size > 0) log.info({}, 'the queue takes batches again')
        refusals.clear()
        for (const { resolve } of group) resolve()
      } catch (error) {
        const cause = causeOf(error)
        const coded = toQueueError(cause)
        const reason = (cause as NodeJS.ErrnoException | null)?.code ?? coded.code
        // Each reason once, not for every batch: a log on the same disk would fill it further.
        if (!refusals.has(reason)) log.error({ err: coded, batches: group.length }, 'the queue could not be written; batches are refused')
        refusals.add(reason)
        for (const { reject } of group) reject(coded)
      }
    }
  }

  const start = (): void => {
    running ??= run().finally(() => {
      running = undefined
      if (waiting.length > 0) start()
    })
  }

  return {
    append: (pending) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new HeartwoodError('shutting-down', 'The queue takes no more batches.'))
        waiting.push({ ...pending, sizeBytes: pendingBytes(pending), resolve, reject })
        start()
      }),
    async close() {
      closed = true
      while (running !== undefined) await running
      if (segment !== undefined) await leave(segment)
    },
  }
}

/** Not yet, but what is left is kept for storing what waits. */
class DiskFull extends Error {
  readonly code = 'ENOSPC'
}

class SyncFailed extends Error {
  constructor(cause: unknown) {
    super('fdatasync failed', { cause })
  }
}

const causeOf = (error: unknown): unknown => (error instanceof SyncFailed ? error.cause : error)
