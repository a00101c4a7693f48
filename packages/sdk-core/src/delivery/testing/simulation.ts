import type { DropReason } from '@heartwood/protocol/model'
import { createCounts } from '../../counts.ts'
import type { ResolvedOptions } from '../../options.ts'
import type { Batch, HttpAnswer, HttpRequest, Platform, Spool, SpoolEffect } from '../../ports.ts'
import type { EventRecord } from '../../record.ts'
import { EMPTY_SCOPE } from '../../scope-data.ts'
import { createBuffer } from '../buffer.ts'
import { createDelivery, type Delivery } from '../delivery.ts'
import { createSampler } from '../sampler.ts'

/** What the server does with one request; `undefined` instead of an answer: there is none. */
export interface Reaction {
  readonly afterMs?: number
  readonly status?: number
  readonly headers?: HttpAnswer['headers']
  readonly body?: string
  /** Takes the events, whatever it then answers. Default: with 202. */
  readonly stores?: boolean
  /** The connection breaks instead of an answer. */
  readonly lost?: boolean
}

interface SeenRequest {
  readonly at: number
  readonly id: string
  readonly url: string
  readonly headers: HttpRequest['headers']
  readonly lines: readonly string[]
}

export interface SimulationOptions {
  readonly options?: Partial<ResolvedOptions>
  readonly random?: () => number
  readonly spool?: FakeSpool
  readonly prepare?: (record: EventRecord) => string | undefined
  /** Bodies are sent "compressed": each byte with its bits turned over. */
  readonly compresses?: boolean
}

const DEFAULTS: ResolvedOptions = {
  endpoint: 'http://server',
  apiKey: 'key',
  service: 'shop',
  environment: '',
  release: '',
  host: '',
  dataset: '',
  minLevel: 'debug',
  enabled: true,
  batchSize: 500,
  flushInterval: 1_000,
  maxBufferBytes: 16 * 1024 * 1024,
  maxBufferEvents: 50_000,
  maxRetries: 5,
  timeout: 10_000,
  compression: 'none',
  redact: false,
  scrubUrlParams: [],
  autoTruncate: true,
  maxEventBytes: 262_144,
  maxBreadcrumbs: 50,
  beforeSend: undefined,
  sampleRate: { trace: 1, debug: 1, info: 1, warn: 1, error: 1, fatal: 1 },
  dedupeWindow: 0,
  callerInfo: false,
  debug: false,
  onError: undefined,
}

const turned = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff)

export interface FakeSpool extends Spool {
  readonly batches: Batch[]
  /** Writing fails while it is set. */
  broken: boolean
  /** What writing waits for, unless it is that of the last moment. */
  slowness: Promise<void> | undefined
  /** More batches than this push out the oldest. */
  limit: number
  /** What the next look at the folder finds damaged. */
  damaged: SpoolEffect['evicted'][number][]
}

/** @param left what an earlier process left there */
export const createFakeSpool = (left: readonly Batch[] = []): FakeSpool => {
  const foreign = new Set(left.map(({ id }) => id))
  const underWay = new Map<string, { superseded: boolean }>()
  const add = (batch: Batch): SpoolEffect => {
    if (spool.broken) throw new Error('disk full')
    spool.batches.push(batch)
    const evicted: { events: number; own: boolean; reason: 'spool-full' }[] = []
    while (spool.batches.length > spool.limit) {
      const gone = spool.batches.shift()
      if (gone) evicted.push({ events: gone.events, own: !foreign.has(gone.id), reason: 'spool-full' })
    }
    return { evicted }
  }
  const spool: FakeSpool = {
    batches: [...left],
    broken: false,
    slowness: undefined,
    damaged: [],
    limit: Number.POSITIVE_INFINITY,
    async write(batch) {
      const way = { superseded: false }
      underWay.set(batch.id, way)
      await spool.slowness
      underWay.delete(batch.id)
      return way.superseded ? { evicted: [] } : add(batch)
    },
    writeSync(batch) {
      const way = underWay.get(batch.id)
      if (way !== undefined) way.superseded = true
      return add(batch)
    },
    async take() {
      const batch = spool.batches.shift()
      if (batch === undefined) return undefined
      return {
        batch,
        own: !foreign.has(batch.id),
        done: async () => undefined,
        async putBack() {
          spool.batches.unshift(batch)
        },
      }
    },
    losses() {
      const evicted = spool.damaged
      spool.damaged = []
      return { evicted }
    },
    close: async () => undefined,
  }
  return spool
}

export interface Simulation {
  readonly delivery: Delivery
  readonly counts: ReturnType<typeof createCounts>
  options: ResolvedOptions
  /** What the server does from now on. */
  serve: (request: SeenRequest) => Reaction
  readonly requests: SeenRequest[]
  /** Messages that the server stored, each batch id once. */
  readonly stored: string[]
  readonly warnings: string[]
  readonly errors: string[]
  readonly told: ReturnType<typeof createSampler>
  clock: number
  /** Timers that would keep the process alive. */
  readonly holding: () => number
  /** Requests that have no answer yet. */
  readonly underway: () => number
  /** How often the program had its turn. */
  readonly turns: () => number
  capture(message: string, sizeBytes?: number): void
  /** Lets time pass, and everything happen that happens meanwhile. */
  advance(ms: number): Promise<void>
  /** Lets everything happen that takes no time. */
  settle(): Promise<void>
}

/** A delivery with a clock, a network and a server that tests hold in their hands: nothing real ever waits. */
export const createSimulation = (given: SimulationOptions = {}): Simulation => {
  const timers = new Set<{ at: number; run: () => void; keepAlive: boolean }>()
  let deferred: (() => void)[] = []
  let underway = 0
  let turns = 0
  let ids = 0
  const known = new Set<string>()
  const tooLarge = new Set<string>()
  const counts = createCounts()
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()

  const setTimer = (run: () => void, ms: number, keepAlive = false) => {
    const timer = { at: sim.clock + ms, run, keepAlive }
    timers.add(timer)
    return { cancel: () => void timers.delete(timer) }
  }

  const accept = (request: SeenRequest, reaction: Reaction): HttpAnswer => {
    // What was small enough to be stored is not too large the next time, and the other way round.
    const status = known.has(request.id) && reaction.status === 413 ? 202 : tooLarge.has(request.id) ? 413 : (reaction.status ?? 202)
    if (status === 413) tooLarge.add(request.id)
    const mayStore = status === 202 || status === 408 || status >= 500
    if (mayStore && ((status === 202 && !reaction.lost) || (reaction.stores ?? status === 202))) {
      if (!known.has(request.id)) sim.stored.push(...request.lines)
      known.add(request.id)
    }
    const body = reaction.body ?? (status === 202 ? JSON.stringify({ accepted: request.lines.length, rejected: [], rejectedCount: 0 }) : '')
    return { status, headers: reaction.headers ?? {}, body }
  }

  const send = (request: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const body = request.body ?? new Uint8Array()
      const seen: SeenRequest = {
        at: sim.clock,
        id: request.headers['x-heartwood-batch'] ?? '',
        url: request.url,
        headers: request.headers,
        lines: decoder.decode(request.headers['content-encoding'] === 'turned' ? turned(body) : body).split('\n'),
      }
      sim.requests.push(seen)
      underway += 1
      const reaction = sim.serve(seen)
      const end = (settle: () => void): void => {
        underway -= 1
        timer.cancel()
        request.signal?.removeEventListener('abort', abort)
        settle()
      }
      const abort = (): void => end(() => reject(new Error('cancelled')))
      const isLate = (reaction.afterMs ?? 1) >= request.timeoutMs
      const timer = setTimer(
        () =>
          end(() => {
            const answer = accept(seen, reaction)
            if (reaction.lost || isLate) reject(new Error('no answer'))
            else resolve(answer)
          }),
        Math.min(reaction.afterMs ?? 1, request.timeoutMs),
      )
      request.signal?.addEventListener('abort', abort)
    })

  const platform: Platform = {
    now: () => 1_790_000_000_000 + sim.clock,
    monotonicNow: () => sim.clock,
    randomBytes: (length) => new Uint8Array(length),
    encode: (text) => encoder.encode(text),
    setTimer,
    defer: (run) => void deferred.push(run),
    transport: { send, close: () => undefined },
    ...(given.compresses ? { compress: async (body) => ({ body: turned(body), encoding: 'turned' }), decompress: async (body) => turned(body) } : {}),
    ...(given.spool ? { spool: given.spool } : {}),
    context: { current: () => undefined, run: (_, run) => run() },
    warn: (message) => void sim.warnings.push(message),
  }

  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet++) {
      // Promises of promises: all of them, as no real work is behind any.
      await new Promise((resolve) => setImmediate(resolve))
      const runs = deferred
      deferred = []
      if (runs.length > 0) quiet = 0
      turns += 1
      for (const run of runs) run()
    }
  }

  const options: ResolvedOptions = { ...DEFAULTS, ...given.options }
  const buffer = createBuffer({
    maxEvents: options.maxBufferEvents,
    maxBytes: options.maxBufferBytes,
    onDropped: () => counts.dropped('buffer-full'),
  })
  const told = createSampler({ options, random: () => 0 })
  const sim: Simulation = {
    // Made below: it needs the clock.
    delivery: undefined as unknown as Delivery,
    counts,
    options,
    serve: () => ({}),
    requests: [],
    stored: [],
    warnings: [],
    errors: [],
    told,
    clock: 0,
    holding: () => [...timers].filter(({ keepAlive }) => keepAlive).length,
    underway: () => underway,
    turns: () => turns,
    capture(message, sizeBytes = 100) {
      counts.captured()
      sim.delivery.arrived(recordOf(message, sizeBytes))
    },
    async advance(ms) {
      const until = sim.clock + ms
      await settle()
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers.delete(next)
        sim.clock = Math.max(sim.clock, next.at)
        next.run()
        await settle()
      }
      sim.clock = Math.max(sim.clock, until)
    },
    settle,
  }
  const delivery = createDelivery({
    platform,
    options: () => sim.options,
    buffer,
    prepare: given.prepare ?? ((record) => record.message),
    counts,
    report: (error) => void sim.errors.push(error.message),
    sampler: () => told,
    ids: { batch: () => `b${ids++}` },
    random: given.random ?? (() => 0.5),
  })
  return Object.assign(sim, { delivery })
}

const recordOf = (message: string, sizeBytes: number): EventRecord => ({
  id: message,
  timestamp: 0,
  kind: 'log',
  level: 'info',
  message,
  attributes: undefined,
  bindings: undefined,
  scope: EMPTY_SCOPE,
  options: undefined,
  request: undefined,
  error: undefined,
  breadcrumbs: undefined,
  sizeBytes,
})

/** Dropped events by reason. */
export const droppedBy = (sim: Simulation, reason: DropReason): number => sim.counts.read().dropped[reason] ?? 0
