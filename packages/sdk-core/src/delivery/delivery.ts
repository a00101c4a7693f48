import type { DropReason } from '@heartwood/protocol/model'
import type { Counts } from '../counts.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Batch, HttpAnswer, Platform, SendNow, SpoolEffect, Timer } from '../ports.ts'
import type { EventRecord } from '../record.ts'
import { backoffMs } from './backoff.ts'
import { halve, pathOf } from './batches.ts'
import type { EventBuffer } from './buffer.ts'
import { createFiller, type Filled } from './filler.ts'
import { createLink } from './link.ts'
import { countEvicted, createReplay } from './replay.ts'
import type { Sampler } from './sampler.ts'

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
  /** Takes an event, which was counted as captured. Nothing else happens on the caller's turn. */
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
  /** Any body to any path, with retries but apart from events: neither paused nor counted. @throws Error when no try was answered */
  raw(body: Uint8Array, path: string): Promise<HttpAnswer>
  /** Events in memory, by counting them. */
  readonly size: number
  /** Bytes of events in memory, roughly. */
  readonly bytes: number
}

/** A batch in memory. */
interface Parcel {
  batch: Batch
  readonly first: number
  packed: boolean
  /** On its way to the server or the spool. */
  busy: boolean
  /** Counted already: whatever is on its way makes no difference any more. */
  gone: boolean
  failures: number
  /** Not before then again (monotonic ms). */
  notBefore: number
  /** Which try of all it had last; 0: none. */
  tried: number
}

/** Longest stretch of work on the thread. */
const SLICE_MS = 4
/** Batches in memory beside the buffer: more than one only while a full one waits in it. */
const WINDOW = 4

export const createDelivery = (deps: DeliveryDeps): Delivery => {
  const { platform, options, buffer, counts, report, random = Math.random } = deps
  const { spool } = platform
  const link = createLink({ platform, options, report, sampler: deps.sampler, random })
  const onDefect = (error: unknown): void => {
    counts.dropped('internal')
    reportAny(error)
  }
  const filler = createFiller({ platform, options, buffer, prepare: deps.prepare, onDefect, batchId: deps.ids.batch })

  let parcels: Parcel[] = []
  let sending = 0
  let tries = 0
  let paused = false
  let ended = false
  let scheduled = false
  let alarm: { readonly at: number; readonly timer: Timer } | undefined
  /** When the oldest event has waited long enough. */
  let dueAt: number | undefined
  /** Events with lower numbers do not wait for others any more; those of a flush not even for their turn. */
  let dueUntil = 0
  let flushUntil = 0
  /** Sizes of the buffer at which there is something to do. */
  let wakeEvents = filler.maxEvents
  let wakeBytes = filler.maxBytes
  const waiters = new Set<{ readonly until: number; done(all: boolean): void }>()

  const replay = createReplay({
    platform,
    link,
    counts,
    maxRetries: () => options().maxRetries,
    report: reportAny,
    random,
    mayGoOn: () => !paused && !ended && !link.locked,
    changed() {
      rebound()
      wake()
    },
  })

  function reportAny(error: unknown): void {
    report(error instanceof Error ? error : new Error(String(error)))
  }

  const heldEvents = (): number => parcels.reduce((sum, { batch }) => sum + batch.events, filler.draft?.lines.length ?? 0)
  const heldBytes = (): number => parcels.reduce((sum, { batch }) => sum + batch.body.byteLength, (filler.draft?.bytes ?? 0) + replay.bytes)

  /** What is in memory beside the buffer leaves it less room. */
  function rebound(): void {
    const { maxBufferEvents, maxBufferBytes } = options()
    buffer.resize(
      Math.max(1, maxBufferEvents >> 2, maxBufferEvents - heldEvents()),
      Math.max(1, maxBufferBytes >> 2, Math.floor(maxBufferBytes - heldBytes())),
    )
  }

  const oldestInBuffer = (): number => buffer.pushed - buffer.size
  const oldest = (): number => parcels.reduce((least, { first }) => Math.min(least, first), filler.draft?.first ?? oldestInBuffer())
  const isFull = (): boolean => buffer.size >= filler.maxEvents || buffer.bytes >= filler.maxBytes
  const isFlushing = (): boolean => oldest() < flushUntil
  /** More than half of what memory may hold is taken. */
  const isCrowded = (): boolean => {
    const { maxBufferEvents, maxBufferBytes } = options()
    return buffer.size + heldEvents() > maxBufferEvents / 2 || buffer.bytes + heldBytes() > maxBufferBytes / 2
  }
  /** The server cannot have it now, and there is another place. */
  const isSpilling = (now: number): boolean =>
    spool !== undefined && (link.locked || (link.open && now < link.readyAt && sending === 0 && (isCrowded() || isFlushing())))

  const mayBegin = (now: number): boolean => {
    if (buffer.size === 0 || parcels.length >= WINDOW) return false
    const { maxBufferEvents, maxBufferBytes } = options()
    const fits = heldEvents() + filler.maxEvents <= maxBufferEvents / 2 && heldBytes() + filler.maxBytes <= maxBufferBytes / 2
    if (parcels.length > 0 && !fits) return false
    const isDue = oldestInBuffer() < Math.max(dueUntil, flushUntil)
    if (link.locked || isSpilling(now)) return spool !== undefined && (isFull() || isDue || isCrowded())
    if (now < link.readyAt) return false
    // A second batch, so that one that the server cannot take is not the only one to ask it with.
    if (link.open) return sending === 0 && !replay.busy && parcels.length < 2
    return isFull() || (isDue && (sending === 0 || oldestInBuffer() < flushUntil))
  }

  const add = ({ batch, first }: Filled): void => {
    parcels.push({ batch, first, packed: false, busy: false, gone: false, failures: 0, notBefore: 0, tried: 0 })
  }

  /** @returns whether time was up before all was prepared */
  const prepareSome = (now: number): boolean => {
    const deadline = now + SLICE_MS
    while (!paused && (filler.draft !== undefined || mayBegin(now))) {
      const filled = filler.fill(deadline)
      if (filled !== undefined) add(filled)
      if (filler.draft !== undefined) return true
      if (platform.monotonicNow() >= deadline) return buffer.size > 0 && mayBegin(now)
    }
    return false
  }

  const remove = (parcel: Parcel): void => {
    parcel.gone = true
    parcels = parcels.filter((other) => other !== parcel)
  }
  const lose = (parcel: Parcel, reason: DropReason, problem: string): void => {
    remove(parcel)
    counts.dropped(reason, parcel.batch.events)
    report(new Error(`${parcel.batch.events} events are lost (${reason}): ${problem}.`))
  }

  const wasSpooled = (batch: Batch, effect: SpoolEffect): void => {
    counts.spooled(batch.events)
    countEvicted(counts, effect)
    replay.written()
  }

  const toSpool = async (parcel: Parcel): Promise<void> => {
    parcel.busy = true
    try {
      if (!parcel.packed) parcel.batch = await link.pack(parcel.batch)
      parcel.packed = true
      const effect = parcel.gone ? undefined : await spool?.write(parcel.batch)
      if (parcel.gone || effect === undefined) return
      remove(parcel)
      wasSpooled(parcel.batch, effect)
    } catch (error) {
      if (!parcel.gone) lose(parcel, 'spool-full', `the spool folder cannot be written: ${error instanceof Error ? error.message : error}`)
    } finally {
      changed()
    }
  }

  const split = async (parcel: Parcel): Promise<void> => {
    const plain = parcel.batch.events < 2 ? undefined : await link.unpack(parcel.batch)
    if (parcel.gone) return
    if (plain === undefined) {
      lose(parcel, 'too-large', 'the server does not take a request of this size')
      return
    }
    const { first } = parcel
    const halves = halve(plain).map((batch): Parcel => ({ ...parcel, batch, first, packed: false, busy: false, failures: 0, notBefore: 0, tried: 0 }))
    parcels = parcels.flatMap((other) => (other === parcel ? halves : [other]))
    parcel.gone = true
  }

  const unpack = async (parcel: Parcel, problem: string): Promise<void> => {
    const plain = parcel.batch.encoding === undefined ? undefined : await link.unpack(parcel.batch)
    if (parcel.gone) return
    if (plain === undefined) lose(parcel, 'malformed', problem)
    else parcel.batch = plain
  }

  const failed = async (parcel: Parcel, problem: string): Promise<void> => {
    parcel.failures += 1
    if (parcel.failures <= options().maxRetries) {
      parcel.notBefore = platform.monotonicNow() + backoffMs(parcel.failures, random())
    } else if (spool === undefined) lose(parcel, 'retries-exhausted', problem)
    else await toSpool(parcel)
  }

  const send = async (parcel: Parcel): Promise<void> => {
    parcel.busy = true
    sending += 1
    try {
      if (!parcel.packed) {
        parcel.batch = await link.pack(parcel.batch)
        parcel.packed = true
        rebound()
        // What held while it was packed may not hold any more.
        if (parcel.gone || paused || link.locked || platform.monotonicNow() < link.readyAt) return
      }
      if (parcel.tried > 0) counts.retried()
      tries += 1
      parcel.tried = tries
      const outcome = await link.exchange(parcel.batch)
      if (parcel.gone) return
      switch (outcome.kind) {
        case 'taken':
          remove(parcel)
          counts.sent(outcome.sent)
          for (const [reason, events] of outcome.refused) counts.dropped(reason, events)
          replay.serverWorks(platform.monotonicNow())
          return
        case 'split':
          return await split(parcel)
        case 'plain':
          return await unpack(parcel, 'the server does not understand what it was sent')
        case 'refused':
          return lose(parcel, 'malformed', outcome.problem)
        case 'again':
          if (!outcome.free) await failed(parcel, outcome.problem)
      }
    } finally {
      sending -= 1
      parcel.busy = false
      changed()
    }
  }

  function changed(): void {
    rebound()
    wake()
  }

  const dispatch = (now: number): void => {
    const ready = parcels.filter(({ busy }) => !busy)
    if (isSpilling(now)) {
      for (const parcel of ready) void toSpool(parcel)
      return
    }
    if (paused || link.locked || now < link.readyAt) return
    if (!link.open) {
      for (const parcel of ready) if (parcel.notBefore <= now && sending < WINDOW) void send(parcel)
    } else if (sending === 0 && !replay.busy) {
      const [first, ...others] = ready
      if (first !== undefined) void send(others.reduce((least, other) => (other.tried < least.tried ? other : least), first))
    }
  }

  const replaySome = (now: number): void => {
    if (paused || link.locked || now < Math.max(link.readyAt, replay.at ?? Number.POSITIVE_INFINITY)) return
    // As a probe only where nothing else can be one.
    if (link.open && (sending > 0 || parcels.length > 0 || buffer.size > 0)) return
    replay.go(isFull())
  }

  const settleWaiters = (): void => {
    const until = oldest()
    for (const waiter of waiters) {
      if (until >= waiter.until) waiter.done(true)
      // Nothing can change that but the program.
      else if ((link.locked && spool === undefined) || (paused && sending === 0)) waiter.done(false)
    }
  }

  const setAlarm = (at: number, now: number): void => {
    if (alarm !== undefined && alarm.at <= at && alarm.at > now) return
    alarm?.timer.cancel()
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
    const waiting = parcels.filter(({ busy }) => !busy).map(({ notBefore }) => notBefore)
    const something = parcels.length > 0 || buffer.size > 0 || replay.at !== undefined
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
    rebound()
    settleWaiters()
    if (buffer.size === 0) dueAt = undefined
    else if (oldestInBuffer() >= dueUntil) dueAt ??= now + options().flushInterval
    // A full batch that could not be begun waits for something else than more events.
    const spills = spool !== undefined && link.open && !isCrowded()
    const { maxBufferEvents, maxBufferBytes } = options()
    wakeEvents = !isFull() ? filler.maxEvents : spills ? maxBufferEvents >> 1 : Number.POSITIVE_INFINITY
    wakeBytes = !isFull() ? filler.maxBytes : spills ? maxBufferBytes >> 1 : Number.POSITIVE_INFINITY
    if (isLate) {
      wake()
      return
    }
    const next = nextMoment(now)
    if (next !== Number.POSITIVE_INFINITY) setAlarm(next, now)
  }

  function wake(): void {
    if (scheduled || ended) return
    scheduled = true
    platform.defer(work)
  }

  /** Everything in memory, without waiting for anything. */
  const drain = (reason: DropReason, sendNow?: SendNow): void => {
    const left = parcels
    parcels = []
    for (const parcel of left) parcel.gone = true
    let broken = false
    const keep = (batch: Batch): void => {
      if (spool === undefined || broken) {
        counts.dropped(broken ? 'spool-full' : reason, batch.events)
        return
      }
      try {
        wasSpooled(batch, spool.writeSync(batch))
      } catch (error) {
        broken = true
        counts.dropped('spool-full', batch.events)
        reportAny(error)
      }
    }
    // To a server that is known to be gone nothing is sent while there is a better place.
    const direct = paused || link.locked || (link.open && spool !== undefined) ? undefined : sendNow
    const batches: Batch[] = []
    const offer = (batch: Batch): void => {
      if (direct === undefined) keep(batch)
      else batches.push(batch)
    }
    for (const { batch } of left) offer(batch)
    const begun = filler.finish()
    if (begun !== undefined) offer(begun.batch)
    while ((spool !== undefined || direct !== undefined) && !broken && buffer.size > 0) {
      const filled = filler.fill(Number.POSITIVE_INFINITY)
      if (filled !== undefined) offer(filled.batch)
    }
    const verdicts = direct === undefined ? [] : link.exchangeNow(batches, direct)
    batches.forEach((batch, index) => {
      const verdict = verdicts[index]
      if (verdict?.kind !== 'taken') {
        keep(batch)
        return
      }
      counts.sent(verdict.sent)
      for (const [refusal, events] of verdict.refused) counts.dropped(refusal, events)
    })
    while (buffer.shift() !== undefined) counts.dropped(broken ? 'spool-full' : reason)
    rebound()
    settleWaiters()
  }

  const flush = (timeoutMs: number): Promise<boolean> => {
    const until = buffer.pushed
    if (ended || oldest() >= until) return Promise.resolve(true)
    flushUntil = until
    if (link.open) link.probeNow()
    wake()
    return new Promise((resolve) => {
      const timer = platform.setTimer(() => waiter.done(false), timeoutMs, true)
      const waiter = {
        until,
        done(all: boolean) {
          waiters.delete(waiter)
          timer.cancel()
          resolve(all)
        },
      }
      waiters.add(waiter)
    })
  }

  if (spool !== undefined) wake()

  return {
    arrived(record) {
      if (ended) {
        counts.dropped('closed')
        return
      }
      buffer.push(record)
      if (scheduled) return
      if (buffer.size >= wakeEvents || buffer.bytes >= wakeBytes) wake()
      else if (dueAt === undefined) {
        const now = platform.monotonicNow()
        dueAt = now + options().flushInterval
        setAlarm(dueAt, now)
      }
    },
    flush,
    async close(timeoutMs) {
      const all = await flush(timeoutMs)
      if (ended) return all
      drain('closed')
      ended = true
      alarm?.timer.cancel()
      link.close()
      await replay.stop()
      await spool?.close()
      return all
    },
    pause() {
      paused = true
    },
    resume() {
      paused = false
      wake()
    },
    reconfigured() {
      filler.reconfigured()
      if (filler.draft !== undefined && filler.draft.path !== pathOf(options())) {
        const begun = filler.finish()
        if (begun !== undefined) add(begun)
      }
      if (link.reconfigured()) for (const parcel of parcels) parcel.notBefore = 0
      changed()
    },
    flushSync: (sendNow) => drain('process-exit', sendNow),
    raw: async (body, path) => link.raw(await link.pack({ id: deps.ids.batch(), path, contentType: 'text/plain', events: 0, body })),
    get size() {
      return buffer.size + heldEvents()
    },
    get bytes() {
      return buffer.bytes + heldBytes()
    },
  }
}
