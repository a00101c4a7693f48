import type { Counts } from '../counts.ts'
import { toError } from '../errors/to-error.ts'
import type { ResolvedOptions } from '../options.ts'
import type { HttpAnswer, Platform, SendNow, Timer } from '../ports.ts'
import type { EventRecord } from '../record.ts'
import { pathOf } from './batches.ts'
import type { EventBuffer } from './buffer.ts'
import { createDrain } from './drain.ts'
import { createFiller } from './filler.ts'
import { createLink } from './link.ts'
import { createMemory } from './memory.ts'
import { createReplay } from './replay.ts'
import type { Sampler } from './sampler.ts'
import { createSender } from './sender.ts'
import { createWaiters } from './waiters.ts'

export interface DeliveryDeps {
  readonly platform: Platform
  readonly options: () => ResolvedOptions
  readonly buffer: EventBuffer
  /** One line of JSON; undefined: it counted why there is none. */
  readonly prepare: (record: EventRecord) => string | undefined
  readonly counts: Counts
  readonly report: (error: Error) => void
  readonly sampler: () => Sampler
  readonly ids: { batch(): string }
  /** From 0 to below 1. Default `Math.random`. */
  readonly random?: () => number
}

export interface Delivery {
  /** Takes an event, which was counted as captured. Nothing else happens on the caller's turn. Where it throws, the event was not taken. */
  arrived(record: EventRecord): void
  /** Sends what was captured until now, without waiting for more. @returns whether all of it left memory in time; false at once while that cannot be */
  flush(timeoutMs: number): Promise<boolean>
  /** Flushes; what is left then goes to the spool or is counted `closed`. @returns as `flush` */
  close(timeoutMs: number): Promise<boolean>
  pause(): void
  resume(): void
  /** Options changed. */
  reconfigured(): void
  /** The last moment of a process: what is in memory is sent by `sendNow`, where it is given, or goes to the spool, or is counted `process-exit`. */
  flushSync(sendNow?: SendNow): void
  /** Any body to any path, with retries but apart from events: neither paused nor counted. @throws HeartwoodApiError when no try was answered */
  raw(body: Uint8Array, path: string): Promise<HttpAnswer>
  /** Events in memory, by counting them. */
  readonly size: number
  /** Bytes of events in memory, roughly. */
  readonly bytes: number
}

/** Longest stretch of work on the thread. */
const SLICE_MS = 4
/** Batches in memory beside the buffer: more than one only while a full one waits in it. */
const WINDOW = 4

export const createDelivery = (deps: DeliveryDeps): Delivery => {
  const { platform, options, buffer, counts, report, random = Math.random } = deps
  const { spool } = platform
  const reportAny = (error: unknown): void => report(toError(error))
  const onDefect = (error: unknown): void => {
    counts.dropped('internal')
    reportAny(error)
  }
  const changed = (): void => {
    memory.rebound()
    wake()
  }

  let paused = false
  let ended = false
  let scheduled = false
  let alarm: { readonly at: number; readonly timer: Timer } | undefined
  /** When the oldest event has waited long enough. */
  let dueAt: number | undefined
  /** Events with lower numbers do not wait for others any more; those of a flush not even for their turn. */
  let dueUntil = 0
  let flushUntil = 0

  const link = createLink({ platform, options, report, sampler: deps.sampler, random })
  const filler = createFiller({ platform, options, buffer, prepare: deps.prepare, onDefect, batchId: deps.ids.batch })
  const replay = createReplay({
    platform,
    link,
    counts,
    maxRetries: () => options().maxRetries,
    report: reportAny,
    random,
    mayGoOn: () => !paused && !ended && !link.locked,
    changed,
  })
  const memory = createMemory({ options, buffer, filler, otherBytes: () => replay.bytes })
  const sender = createSender({ platform, options, link, memory, replay, counts, report, random, isPaused: () => paused, changed })
  const drain = createDrain({ platform, buffer, filler, link, memory, replay, counts, report: reportAny })
  const waiters = createWaiters(platform)
  /** Sizes of the buffer at which there is something to do. */
  let wakeEvents = filler.maxEvents
  let wakeBytes = filler.maxBytes

  /** The server cannot have it now, and there is another place. */
  const isSpilling = (now: number): boolean =>
    spool !== undefined &&
    (link.locked || (link.open && now < link.readyAt && sender.sending === 0 && (memory.isCrowded || memory.oldest < flushUntil)))

  const mayBegin = (now: number): boolean => {
    const { parcels, oldestInBuffer } = memory
    if (buffer.size === 0 || parcels.length >= WINDOW || (parcels.length > 0 && !memory.hasRoom)) return false
    const isDue = oldestInBuffer < Math.max(dueUntil, flushUntil)
    if (link.locked || isSpilling(now)) return spool !== undefined && (memory.isFull || isDue || memory.isCrowded)
    if (now < link.readyAt) return false
    // A second batch, so that one that the server cannot take is not the only one to ask it with.
    if (link.open) return sender.sending === 0 && !replay.busy && parcels.length < 2
    return memory.isFull || (isDue && (sender.sending === 0 || oldestInBuffer < flushUntil))
  }

  /** @returns whether time was up before all was prepared */
  const prepareSome = (now: number): boolean => {
    const deadline = now + SLICE_MS
    while (!paused && (filler.draft !== undefined || mayBegin(now))) {
      const filled = filler.fill(deadline)
      if (filled !== undefined) memory.add(filled)
      if (filler.draft !== undefined) return true
      if (platform.monotonicNow() >= deadline) return buffer.size > 0 && mayBegin(now)
    }
    return false
  }

  const dispatch = (now: number): void => {
    const ready = memory.parcels.filter(({ busy }) => !busy)
    if (isSpilling(now)) {
      for (const parcel of ready) void sender.toSpool(parcel)
      return
    }
    if (paused || link.locked || now < link.readyAt) return
    if (!link.open) {
      for (const parcel of ready) if (parcel.notBefore <= now && sender.sending < WINDOW) void sender.send(parcel)
    } else if (sender.sending === 0 && !replay.busy) {
      const [first, ...others] = ready
      if (first !== undefined) void sender.send(others.reduce((least, other) => (other.tried < least.tried ? other : least), first))
    }
  }

  const replaySome = (now: number): void => {
    if (paused || link.locked || now < Math.max(link.readyAt, replay.at ?? Number.POSITIVE_INFINITY)) return
    // As a probe only where nothing else can be one.
    if (link.open && (sender.sending > 0 || memory.parcels.length > 0 || buffer.size > 0)) return
    replay.go(memory.isFull)
  }

  const settleWaiters = (): void => waiters.settle(memory.oldest, (link.locked && spool === undefined) || (paused && sender.sending === 0))

  const setAlarm = (at: number, now: number): void => {
    if (alarm !== undefined && alarm.at <= at && alarm.at > now) return
    const former = alarm
    alarm = undefined
    former?.timer.cancel()
    const timer = platform.setTimer(
      () => {
        alarm = undefined
        wake()
      },
      Math.max(1, Math.ceil(at - now)),
    )
    alarm = { at, timer }
  }

  /** The next moment at which something can be done that cannot be done now. */
  const nextMoment = (now: number): number => {
    const waiting = memory.parcels.filter(({ busy }) => !busy).map(({ notBefore }) => notBefore)
    const something = memory.parcels.length > 0 || buffer.size > 0 || replay.at !== undefined
    const moments = [...waiting, dueAt ?? 0, replay.at ?? 0, something ? link.readyAt : 0]
    return moments.reduce((least, at) => (at > now && at < least ? at : least), Number.POSITIVE_INFINITY)
  }

  function work(): void {
    scheduled = false
    if (ended) return
    const now = platform.monotonicNow()
    if (dueAt !== undefined && now >= dueAt) {
      dueUntil = buffer.pushed
      dueAt = undefined
    }
    const isLate = prepareSome(now)
    dispatch(now)
    replaySome(now)
    memory.rebound()
    settleWaiters()
    if (buffer.size === 0) dueAt = undefined
    else if (memory.oldestInBuffer >= dueUntil) dueAt ??= now + options().flushInterval
    // A full batch that could not be begun waits for something else than more events.
    const spills = spool !== undefined && link.open && !memory.isCrowded
    const { maxBufferEvents, maxBufferBytes } = options()
    wakeEvents = !memory.isFull ? filler.maxEvents : spills ? maxBufferEvents >> 1 : Number.POSITIVE_INFINITY
    wakeBytes = !memory.isFull ? filler.maxBytes : spills ? maxBufferBytes >> 1 : Number.POSITIVE_INFINITY
    if (isLate) {
      wake()
      return
    }
    const next = nextMoment(now)
    if (next !== Number.POSITIVE_INFINITY) setAlarm(next, now)
  }

  function wake(): void {
    if (scheduled || ended) return
    platform.defer(work)
    // Last: where the stack ends before, the next call does it.
    scheduled = true
  }

  /** An event came: it is sent with others, in time. */
  const expect = (): void => {
    if (scheduled) return
    if (buffer.size >= wakeEvents || buffer.bytes >= wakeBytes) wake()
    else if (dueAt === undefined) {
      const now = platform.monotonicNow()
      const at = now + options().flushInterval
      setAlarm(at, now)
      dueAt = at
    }
  }

  const empty = (reason: 'closed' | 'process-exit', sendNow?: SendNow): void => {
    // To a server that is known to be gone nothing is sent while there is a better place.
    const direct = paused || link.locked || (link.open && spool !== undefined) ? undefined : sendNow
    drain(reason, direct)
    memory.rebound()
    settleWaiters()
  }

  const flush = (timeoutMs: number): Promise<boolean> => {
    const until = buffer.pushed
    if (ended || memory.oldest >= until) return Promise.resolve(true)
    flushUntil = until
    if (link.open) link.probeNow()
    wake()
    return waiters.wait(until, timeoutMs)
  }

  if (spool !== undefined) wake()

  return {
    arrived(record) {
      if (ended) {
        counts.dropped('closed')
        return
      }
      buffer.push(record)
      try {
        expect()
      } catch {
        // The event is in the buffer, at the end of the program's stack: the next call sets the timer.
      }
    },
    flush,
    async close(timeoutMs) {
      const all = await flush(timeoutMs)
      if (ended) return all
      empty('closed')
      ended = true
      alarm?.timer.cancel()
      link.close()
      await replay.stop()
      await spool?.close()
      return all
    },
    pause() {
      paused = true
      // Whoever waits for a flush learns that it will not be.
      wake()
    },
    resume() {
      paused = false
      wake()
    },
    reconfigured() {
      filler.reconfigured()
      if (filler.draft !== undefined && filler.draft.path !== pathOf(options())) {
        const begun = filler.finish()
        if (begun !== undefined) memory.add(begun)
      }
      if (link.reconfigured()) for (const parcel of memory.parcels) parcel.notBefore = 0
      changed()
    },
    flushSync: (sendNow) => empty('process-exit', sendNow),
    raw: async (body, path) => link.raw(await link.pack({ id: deps.ids.batch(), path, contentType: 'text/plain', events: 0, body })),
    get size() {
      return memory.events
    },
    get bytes() {
      return memory.bytes
    },
  }
}
