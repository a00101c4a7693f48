import { rm } from 'node:fs/promises'
import { HeartwoodError } from '../errors.ts'
import type { Delivery, Group, Queue } from '../queue/queue.ts'
import type { BlockBuilder } from '../store/events/block/block-thread.ts'
import type { EventStore, SealedBlock } from '../store/events/event-store.ts'
import { createPace } from './event-writer-pace.ts'
import { createPauses } from './event-writer-pauses.ts'

export interface EventWriterOptions {
  queue: Queue
  store: Pick<EventStore, 'insert' | 'ping'>
  blocks: BlockBuilder
  /** Where the file of each insert stands; the same name gives the same path. */
  scratch: { path(name: string): string }
  /** Called once a group is stored and forgotten by the queue. The payloads are gone by then. */
  onStored?: (deliveries: readonly Delivery[]) => void
  onDeadLettered?: (deliveries: readonly Delivery[], reason: string) => void
  log: WriterLog
  /** Default 100,000 rows or 200 ms. While an insert runs the next group may gather up to four times as long. */
  limits?: { maxRows: number; maxWaitMs: number }
  /** First and longest pause between tries while the engine is away; default 200 ms and 10 s. */
  retry?: { firstMs: number; mostMs: number }
  /** After three dead letters in a row without a stored group between them, each further one is tried again after this; default 60 s. */
  doubtMs?: number
}

interface WriterLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

interface WriterLag {
  /** Durable, but not yet searchable. */
  rows: number
  oldestMs: number
  /** Why nothing is stored at the moment, and for how long that has lasted. */
  failing: { reason: string; sinceMs: number } | undefined
}

/**
 * Moves what is queued into the event store: exactly once, since a group keeps its token through failures and crashes. One insert at a time;
 * the next group is built while it runs, so at most two groups are in flight.
 */
export interface EventWriter {
  start(): void
  /** Stores all that is queued, or as much as it can within `withinMs` (default 10 s), then stops as `stop` does. True when nothing was left. */
  drain(withinMs?: number): Promise<boolean>
  /** Ends a running insert wherever it stands. What is left waits in the queue for the next start, which completes it. */
  stop(): Promise<void>
  lag(): WriterLag
}

type Prepared = { group: Group; block: SealedBlock | undefined } | { group: Group; fault: HeartwoodError }

const LIMITS = { maxRows: 100_000, maxWaitMs: 200 }
const NO_BYTES = new Uint8Array(0)
const CERTAIN_DEAD_LETTERS = 3
/** A group that ended the building thread so often is taken to be the cause of it. */
const THREADS_PER_GROUP = 4

export const createEventWriter = (options: EventWriterOptions): EventWriter => {
  const { queue, store, blocks, log, limits = LIMITS } = options
  const pauses = createPauses(options.retry ?? { firstMs: 200, mostMs: 10_000 })
  const pace = createPace(limits.maxWaitMs)
  const ending = new AbortController()
  let stopped = false
  let hurried = false
  let settling: Promise<void> = Promise.resolve()
  let building: Promise<unknown> = Promise.resolve()
  let failing: { reason: string; since: number } | undefined
  let deadInRow = 0
  let files = 0
  let onProgress: () => void = () => undefined

  const failed = (error: unknown, message: string): void => {
    const reason = error instanceof Error ? error.message : String(error)
    if (failing === undefined) log.warn({ err: error }, message)
    failing ??= { reason, since: Date.now() }
    failing.reason = reason
  }

  const recovered = (): void => {
    if (failing !== undefined) log.info({ afterMs: Date.now() - failing.since }, 'the event writer goes on')
    failing = undefined
  }

  /** Tries until it succeeds; pauses grow. Errors that `isFinal` are thrown. */
  const persist = async <Result>(
    message: string,
    attempt: () => Promise<Result>,
    isFinal: (error: unknown) => boolean = () => false,
  ): Promise<Result> => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await attempt()
      } catch (error) {
        if (isFinal(error) || isCoded(error, 'shutting-down')) throw error
        if (!stopped) failed(error, message)
        await pauses.afterFailure(tries)
      }
    }
  }

  const build = (group: Group): Promise<Prepared> => {
    const turn = building.then(() => buildNow(group))
    building = turn.catch(() => undefined)
    return turn
  }

  const buildNow = async (first: Group): Promise<Prepared> => {
    if (first.deliveries.length === 0) return { group: first, block: undefined }
    const path = options.scratch.path(`group-${files}`)
    files += 1
    let group = first
    let fresh = true
    let threadsLost = 0
    const isFault = (error: unknown): error is HeartwoodError =>
      isCoded(error, 'block-invalid') || (isThreadLoss(error) && threadsLost >= THREADS_PER_GROUP)
    try {
      return await persist(
        'a block of events could not be written; trying again',
        async () => {
          if (!fresh) group = await queue.reread(group)
          fresh = false
          for (const delivery of group.deliveries) {
            blocks.append(delivery.payload, delivery.projectId)
            delivery.payload = NO_BYTES
          }
          return { group, block: { ...(await blocks.seal(path)), path, token: group.token, mayBeStored: group.mayBeStored } }
        },
        (error) => {
          if (isThreadLoss(error)) threadsLost += 1
          return isFault(error)
        },
      )
    } catch (error) {
      await rm(path, { force: true })
      if (isFault(error)) return { group, fault: error }
      throw error
    }
  }

  const prepareNext = async (): Promise<Prepared | undefined> => {
    const group = await persist('the queue cannot be read; trying again', () =>
      queue.take({ maxRows: limits.maxRows, maxWaitMs: hurried ? 0 : pace.waitMs() }),
    )
    return group === undefined || stopped ? undefined : build(group)
  }

  const settle = async (prepared: Prepared): Promise<void> => {
    const { group } = prepared
    if ('fault' in prepared) return isolate(group, prepared.fault)
    const { block } = prepared
    if (block !== undefined) {
      try {
        await persist('the event store does not take events; they wait in the queue', () => insert(block), isBlocksFault)
      } catch (error) {
        if (isCoded(error, 'engine-failed')) return await isolate(group, error)
        throw error
      } finally {
        await rm(block.path, { force: true })
      }
    }
    deadInRow = 0
    await persist('the queue could not be told what is stored; trying again', () => queue.acknowledge(group))
    recovered()
    options.onStored?.(group.deliveries)
    onProgress()
  }

  const insert = async (block: SealedBlock): Promise<void> => {
    const end = pace.insertBegins(block.rows)
    try {
      await store.insert(block, ending.signal)
    } catch (error) {
      block.mayBeStored = true
      throw error
    } finally {
      end()
    }
  }

  /** Halves the group until the deliveries at fault stand alone; the halves have tokens of their own, recorded before anything is inserted. */
  const isolate = async (group: Group, error: HeartwoodError): Promise<void> => {
    if (group.deliveries.length <= 1) return setAside(group, error)
    log.warn(
      { err: error, token: group.token, deliveries: group.deliveries.length },
      'a group of batches cannot be stored; looking for the one at fault',
    )
    const current = await persist('the queue cannot be read; trying again', () => queue.reread(group))
    // Some of it cannot be read any more: what is left may be good, and where to cut is not where it was.
    if (current.deliveries.length < group.deliveries.length) return settle(await build(current))
    const parts = await persist('the queue could not split a group; trying again', () => queue.split(group, firstPart(group, error)))
    for (const part of parts) await settle(await build(part))
  }

  const setAside = async (group: Group, error: HeartwoodError): Promise<void> => {
    if (error.code !== 'block-invalid') {
      // An engine that refuses everything is ill itself: then batches wait rather than be set aside one after the other.
      await persist('the event store does not answer', () => store.ping())
      if (deadInRow >= CERTAIN_DEAD_LETTERS) {
        failed(error, 'the event store refuses batch after batch')
        await pauses.pause(options.doubtMs ?? 60_000)
        deadInRow = CERTAIN_DEAD_LETTERS - 1
        return settle(await build(await queue.reread(group)))
      }
      deadInRow += 1
    }
    const reason = `${error.code}: ${error.message}`
    await persist('a dead letter could not be written; trying again', () => queue.deadLetter(group, reason))
    log.error(
      { err: error, deliveries: group.deliveries.map(({ position, projectId, rows }) => ({ position, projectId, rows })) },
      'a batch was set aside',
    )
    // An engine that answers and refuses a single batch is there; nothing else may come soon that would show it.
    if (deadInRow < CERTAIN_DEAD_LETTERS) recovered()
    options.onDeadLettered?.(group.deliveries, reason)
    onProgress()
  }

  const run = async (): Promise<void> => {
    let next = prepareNext()
    for (;;) {
      const prepared = await next
      if (prepared === undefined) return
      if (stopped) return discard(prepared)
      // The insert begins first: how long the next group gathers depends on it.
      settling = settle(prepared)
      next = prepareNext()
      // A failure of it is met when it is awaited.
      next.catch(() => undefined)
      await settling
    }
  }

  const discard = async (prepared: Prepared): Promise<void> => {
    if ('block' in prepared && prepared.block !== undefined) await rm(prepared.block.path, { force: true })
  }

  const stop = async (): Promise<void> => {
    stopped = true
    pauses.end()
    ending.abort()
    await settling.catch(() => undefined)
  }

  return {
    start() {
      run().catch((error: unknown) => {
        if (stopped) return
        failing = { reason: error instanceof Error ? error.message : String(error), since: Date.now() }
        log.error({ err: error }, 'the event writer stopped; events wait in the queue until the next start')
      })
    },
    async drain(withinMs = 10_000) {
      hurried = true
      const isEmpty = (): boolean => queue.depth().rows === 0
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs)
        onProgress = () => {
          if (!isEmpty()) return
          clearTimeout(timer)
          resolve()
        }
        onProgress()
      })
      await stop()
      return isEmpty()
    },
    stop,
    lag() {
      const { rows, oldestMs } = queue.depth()
      return { rows, oldestMs, failing: failing === undefined ? undefined : { reason: failing.reason, sinceMs: Date.now() - failing.since } }
    },
  }
}

const isCoded = (error: unknown, code: HeartwoodError['code']): error is HeartwoodError => error instanceof HeartwoodError && error.code === code

/** The thread that builds blocks ended; a file that could not be written carries the failed system call. */
const isThreadLoss = (error: unknown): boolean => isCoded(error, 'engine-unavailable') && error.cause instanceof Error && !('syscall' in error.cause)

const isBlocksFault = (error: unknown): boolean => isCoded(error, 'engine-failed')

/** Where to cut: before the first delivery that is known to be damaged, or behind it when it comes first; else in the middle. */
const firstPart = (group: Group, error: HeartwoodError): number | undefined => {
  const indexes = (error.details as { indexes?: unknown } | undefined)?.indexes
  const index: unknown = Array.isArray(indexes) ? indexes[0] : undefined
  if (typeof index !== 'number' || index < 0 || index >= group.deliveries.length) return undefined
  return Math.max(1, index)
}
