import { HeartwoodApiError, wrongArgument } from './calls/api-error.ts'
import { createCaptures } from './captures.ts'
import type { Client } from './client.ts'
import { withInternals } from './client-internals.ts'
import { createCounts } from './counts.ts'
import { createBuffer } from './delivery/buffer.ts'
import { createDelivery } from './delivery/delivery.ts'
import { createSampler } from './delivery/sampler.ts'
import { createDedupe, summaryOf } from './errors/dedupe.ts'
import { toError } from './errors/to-error.ts'
import { createFlows } from './flow.ts'
import { createIds } from './ids.ts'
import { createLogger, type LogCall, type LoggerTools, NO_LOGGER } from './logger.ts'
import { describeReceived, wrongOption } from './option-error.ts'
import { isPlainObject } from './option-readers.ts'
import type { CoreOptions, ResolvedOptions } from './options.ts'
import type { Platform, SendNow } from './ports.ts'
import { createPrepare } from './prepare/prepare.ts'
import { RAW_FAILED, rawPath, readRawAnswer, wrongRaw } from './raw-ingest.ts'
import { readCall, readThrown } from './read-call.ts'
import type { EventRecord } from './record.ts'
import { bind } from './record-options.ts'
import { createRecorder } from './recorder.ts'
import { copyScope, createScope, type Scope, type ScopeTools } from './scope.ts'
import type { ScopeChanges } from './scope-data.ts'
import { createTracer } from './tracer.ts'
import type { Level, OutgoingEvent } from './types.ts'
import { createSnapshots } from './values/snapshot.ts'

export interface ClientDeps {
  readonly platform: Platform
  readonly options: ResolvedOptions
  /** Parses options as `init` did, for `reconfigure`. @throws OptionError */
  readonly parse: (options: CoreOptions) => ResolvedOptions
  /** As they were given; `reconfigure` lays its own over them. */
  readonly given: CoreOptions
}

/** A client and what only its platform may do with it. */
export interface ClientParts {
  readonly client: Client
  readonly options: () => ResolvedOptions
  /**
   * The last moment of a process: what is in memory is sent by `sendNow`, where it is given, or goes to the spool folder, or is counted `process-exit`.
   * @param isLast what is captured afterwards is treated so at once
   */
  flushSync(sendNow?: SendNow, isLast?: boolean): void
  report(error: Error): void
}

const RANKS: { readonly [Name in Level]: number } = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, fatal: 5 }
const DEFAULT_FLUSH_MS = 5_000
const TELL_FULL_EVERY_MS = 60_000

export const createClient = ({ platform, options: initial, parse, given }: ClientDeps): ClientParts => {
  let options = initial
  let overrides: CoreOptions = given
  let closed = false
  /** Calls of a lower rank do nothing. */
  let minRank = 0
  let sampler = createSampler({ options: initial, random: Math.random })

  const counts = createCounts()
  const snapshots = createSnapshots()
  const ids = createIds(platform.randomBytes)
  const tools: ScopeTools = { snapshots, now: platform.now, maxBreadcrumbs: () => options.maxBreadcrumbs }
  const root = createScope(tools)
  const listeners = new Set<(event: OutgoingEvent) => void>()

  /** A hook or an option of the program that throws must not come back to the line that logged. */
  const report = (error: unknown): void => {
    const coded = toError(error)
    if (options.debug) platform.warn(`Heartwood: ${coded.message}`)
    try {
      options.onError?.(coded)
    } catch (thrown) {
      platform.warn(`Heartwood: onError threw: ${toError(thrown).message}`)
    }
  }

  let toldFullAt = Number.NEGATIVE_INFINITY
  /** Not on the turn of whoever logs, and not for each event. */
  const tellFull = (): void => {
    try {
      const now = platform.monotonicNow()
      if (now - toldFullAt < TELL_FULL_EVERY_MS) return
      platform.defer(() => report(new Error('The buffer is full: the oldest events are dropped for new ones (`buffer-full` in stats()).')))
      toldFullAt = now
    } catch {
      // At the end of the program's stack: the next one tells.
    }
  }
  const buffer = createBuffer({
    maxEvents: options.maxBufferEvents,
    maxBytes: options.maxBufferBytes,
    onDropped() {
      counts.dropped('buffer-full')
      tellFull()
    },
  })
  const write = createPrepare({ options: () => options, counts, report, listeners, frames: platform.frames })
  const dedupe = createDedupe({
    windowMs: () => options.dedupeWindow,
    now: platform.monotonicNow,
    setTimer: platform.setTimer,
    onSummary(last, repeats, first) {
      counts.captured()
      delivery.arrived(summaryOf(last, repeats, first))
    },
  })
  const prepare = (record: EventRecord): string | undefined => {
    if (!dedupe.isRepeat(record)) return write(record)
    counts.dropped('duplicate')
    return undefined
  }
  const delivery = createDelivery({ platform, options: () => options, buffer, prepare, counts, report, sampler: () => sampler, ids })

  const applyOptions = (): void => {
    minRank = closed || !options.enabled ? Number.POSITIVE_INFINITY : RANKS[options.minLevel]
  }
  applyOptions()
  const isLevelEnabled = (level: Level): boolean => RANKS[level] >= minRank

  const scopeNow = (): Scope => (platform.context.current() as Scope | undefined) ?? root

  const tracer = createTracer(report)

  /** Nothing comes later any more: the process is ending, and its own last listeners still log. */
  let sendAtOnce: (() => void) | undefined

  const { record, recordRequest, countLost } = createRecorder({
    options: () => options,
    sampler: () => sampler,
    isEnabled: isLevelEnabled,
    now: platform.now,
    scopeNow,
    tracer,
    snapshots,
    ids,
    counts,
    take(event) {
      delivery.arrived(event)
      try {
        sendAtOnce?.()
      } catch {
        // The event was taken; the process is ending.
      }
    },
    report,
  })

  // A program without types may say any level.
  const call: LogCall = (level, from, given, first, second, third, above) =>
    record(readCall, typeof RANKS[level] === 'number' ? level : 'info', from, given, first, second, third, above)

  /** Repeats are known once everything was prepared; what tells of them has to leave too. */
  const flushAll = async (timeoutMs: number, finish: (timeoutMs: number) => Promise<boolean>): Promise<boolean> => {
    const startedAt = platform.monotonicNow()
    await delivery.flush(timeoutMs)
    dedupe.drain()
    return finish(Math.max(0, timeoutMs - (platform.monotonicNow() - startedAt)))
  }

  let isDraining = false
  const flushSync = (sendNow?: SendNow, isLast = false): void => {
    // A hook that logs comes here again, in the middle of it; that is sent with the others.
    if (isDraining) return
    isDraining = true
    try {
      delivery.flushSync(sendNow)
      dedupe.drain()
      delivery.flushSync(sendNow)
    } finally {
      isDraining = false
    }
    if (isLast) sendAtOnce = () => flushSync(sendNow)
  }

  const loggerTools: LoggerTools = {
    call,
    callThrown: (level, thrown, attributes, given, above) =>
      record(readThrown, Object.hasOwn(RANKS, level) ? level : 'error', NO_LOGGER, 2, thrown, attributes, given, above),
    isLevelEnabled,
    bind: (parent, attributes, own) => bind(snapshots, parent, attributes, own),
    monotonicNow: platform.monotonicNow,
  }
  const logger = createLogger(loggerTools)
  const runInScope = <Result>(scope: Scope, run: () => Result): Result => platform.context.run(scope, run)
  const forkScope = (changes?: ScopeChanges): Scope => copyScope(tools, scopeNow().data, changes)

  const capture: Client['capture'] = ({ level, message, attributes, ...rest }) => call(level, NO_LOGGER, 3, message, attributes, rest, undefined)

  const client: Client = {
    ...logger,
    ...createCaptures(loggerTools),
    capture,
    flow: createFlows({ logger: loggerTools, flowId: ids.flow, runWith: (changes, run) => runInScope(forkScope(changes), run) }),
    scope: scopeNow,
    withScope(run) {
      const scope = forkScope()
      return runInScope(scope, () => run(scope))
    },
    flush: (timeoutMs = DEFAULT_FLUSH_MS) => flushAll(timeoutMs, delivery.flush),
    async close(timeoutMs = DEFAULT_FLUSH_MS) {
      closed = true
      applyOptions()
      const done = await flushAll(timeoutMs, delivery.close)
      dedupe.close()
      return done
    },
    pause: delivery.pause,
    resume: delivery.resume,
    reconfigure(changes) {
      if (!isPlainObject(changes)) throw wrongOption({ option: 'options' }, 'an object', describeReceived(changes))
      const merged = { ...overrides, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) }
      const next = parse(merged)
      overrides = merged
      // Another key may be that of another project.
      const isSameServer = next.endpoint === options.endpoint && next.apiKey === options.apiKey
      options = next
      sampler = createSampler({ options, random: Math.random, ...(isSameServer ? { server: sampler.server } : {}) })
      applyOptions()
      delivery.reconfigured()
    },
    stats() {
      countLost()
      return counts.read()
    },
    async ingestRaw(body, format = 'auto', defaults = {}) {
      if (!options.enabled) throw new HeartwoodApiError('disabled', 0, `${RAW_FAILED}: the client is switched off (\`enabled: false\`).`)
      const wrong = wrongRaw(body, format, defaults)
      if (wrong !== undefined) throw wrongArgument(RAW_FAILED, wrong)
      const bytes = typeof body === 'string' ? platform.encode(body) : body
      return readRawAnswer(await delivery.raw(bytes, rawPath(format, defaults)))
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  withInternals(client, {
    loggerTools,
    forkScope,
    runInScope,
    captureRequest: recordRequest,
    followTracer: tracer.follow,
    hasTracer: () => tracer.isFollowed,
    currentTrace: () => tracer.now() ?? scopeNow().trace,
  })
  return { client, options: () => options, flushSync, report }
}
