import { LIMITS } from '@heartwood/protocol/model'
import { HeartwoodApiError, wrongArgument } from './calls/api-error.ts'
import { createCaptures } from './captures.ts'
import type { Client } from './client.ts'
import { type ClientInternals, withInternals } from './client-internals.ts'
import { createCounts } from './counts.ts'
import { createBuffer } from './delivery/buffer.ts'
import { createDelivery } from './delivery/delivery.ts'
import { createSampler, withRate } from './delivery/sampler.ts'
import { type Callable, callerAttributes } from './errors/call-site.ts'
import { captureError } from './errors/capture-error.ts'
import { createDedupe, summaryOf } from './errors/dedupe.ts'
import { toError } from './errors/to-error.ts'
import { createFlows, takeStep } from './flow.ts'
import { createIds } from './ids.ts'
import { createLogger, type LogCall, type LoggerState, type LoggerTools, NO_LOGGER } from './logger.ts'
import { describeReceived, wrongOption } from './option-error.ts'
import { isPlainObject } from './option-readers.ts'
import type { CoreOptions, ResolvedOptions } from './options.ts'
import { isGiven, plainTime } from './plain.ts'
import type { Platform, SendNow } from './ports.ts'
import { createPrepare } from './prepare/prepare.ts'
import { RAW_FAILED, rawPath, readRawAnswer, wrongRaw } from './raw-ingest.ts'
import { readCall, readThrown, type Spoken, spokenError } from './read-call.ts'
import type { EventRecord, RecordOptions } from './record.ts'
import { bind, copyOptions } from './record-options.ts'
import { copyScope, createScope, type Scope, type ScopeTools } from './scope.ts'
import type { ScopeChanges, ScopeData } from './scope-data.ts'
import { createTracer } from './tracer.ts'
import type { EventOptions, JsonObject, Level, OutgoingEvent, RequestInfo } from './types.ts'
import { cutLater } from './values/cut-text.ts'
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
/** Bytes that an event takes whatever it says. */
const BASE_BYTES = 200
/** The server's limit takes in the mark of what was cut. */
const MAX_MESSAGE = LIMITS.message - 16
/** What an unread stack will take, roughly. */
const STACK_BYTES = 2_000
const DEFAULT_FLUSH_MS = 5_000

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

  const buffer = createBuffer({
    maxEvents: options.maxBufferEvents,
    maxBytes: options.maxBufferBytes,
    onDropped: () => counts.dropped('buffer-full'),
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

  const scopeNow = (): Scope => (platform.context.current() as Scope | undefined) ?? root

  const tracer = createTracer(report)

  /** Nothing comes later any more: the process is ending, and its own last listeners still log. */
  let sendAtOnce: (() => void) | undefined

  /** Everything that happens on the caller's turn. */
  const push = (
    level: Level,
    from: LoggerState,
    { message, attributes, error }: Spoken,
    given: EventOptions | undefined,
    above: Callable | undefined,
    scope: ScopeData = scopeNow().data,
    request?: RequestInfo,
  ): string => {
    if (!sampler.keeps(level)) {
      counts.dropped('sampled')
      return ''
    }
    const now = platform.now()
    const id = ids.event(now)
    let sizeBytes = BASE_BYTES + 2 * Math.min(message.length, LIMITS.message)
    let copied: JsonObject | undefined
    if (attributes !== undefined) {
      copied = snapshots.attributes(attributes)
      sizeBytes += snapshots.lastBytes
    }
    const rate = sampler.rate(level)
    if (rate < 1) copied = withRate(copied, rate)
    if (options.callerInfo && above !== undefined) copied = { ...callerAttributes(above), ...copied }
    if (error !== undefined) sizeBytes += STACK_BYTES
    if (request !== undefined) sizeBytes += (request.path?.length ?? 0) + (request.userAgent?.length ?? 0)
    let own: RecordOptions | undefined
    if (isGiven(given)) {
      const copiedOptions = copyOptions(snapshots, given)
      own = copiedOptions.options
      sizeBytes += copiedOptions.sizeBytes
    }
    if (tracer.isFollowed && own?.trace === undefined) {
      const trace = tracer.now()
      if (trace !== undefined) own = { ...own, trace }
    }
    const flow = from.flow ?? scope.flow
    if (flow !== undefined && own?.flow === undefined) own = { ...own, flow: takeStep(flow) }
    delivery.arrived({
      id,
      timestamp: plainTime(given?.timestamp) ?? now,
      kind: request !== undefined ? 'request' : (own?.kind ?? 'log'),
      level,
      message: cutLater(message, MAX_MESSAGE),
      attributes: copied,
      bindings: from.bindings,
      scope,
      options: own,
      request,
      error,
      breadcrumbs: RANKS[level] >= RANKS.error ? scope.breadcrumbs?.list() : undefined,
      sizeBytes,
    })
    try {
      sendAtOnce?.()
    } catch {
      // The event was taken; the process is ending.
    }
    return id
  }

  /** Nothing of ours should throw, but what the program hands in may; it must not break the line that logged. */
  const broken = (error: unknown): string => {
    counts.dropped('internal')
    try {
      report(error)
    } catch {
      // No stack is left to tell anyone.
    }
    return ''
  }
  /** Events that were captured at the end of the program's stack, where nothing could be done for them, not even counting. */
  let lost = 0
  const countLost = (): void => {
    if (lost === 0) return
    counts.dropped('internal', lost)
    lost = 0
  }

  /** An argument that throws when it is read loses itself, not its event. @returns undefined when the event is lost all the same */
  const rescued = (level: Level, from: LoggerState, first: unknown, second: unknown, above: Callable | undefined): string | undefined => {
    try {
      const attributes = isGiven(second) ? snapshots.attributes(second) : undefined
      const spoken = typeof first === 'string' ? { message: first, attributes, error: undefined } : spokenError(captureError(first), attributes)
      return push(level, from, spoken, undefined, above)
    } catch {
      return undefined
    }
  }

  const make = (
    read: typeof readCall,
    level: Level,
    from: LoggerState,
    given: number,
    first: unknown,
    second: unknown,
    third: EventOptions | undefined,
    above: Callable | undefined,
  ): string => {
    if (RANKS[level] < minRank) return ''
    counts.captured()
    try {
      try {
        if (lost > 0) countLost()
        return push(level, from, read(level, given, first, second, third, above), third, above)
      } catch (error) {
        return rescued(level, from, first, second, above) ?? broken(error)
      }
    } catch {
      lost += 1
      return ''
    }
  }

  // A program without types may say any level.
  const call: LogCall = (level, from, given, first, second, third, above) =>
    make(readCall, typeof RANKS[level] === 'number' ? level : 'info', from, given, first, second, third, above)

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
      make(readThrown, Object.hasOwn(RANKS, level) ? level : 'error', NO_LOGGER, 2, thrown, attributes, given, above),
    isLevelEnabled: (level) => RANKS[level] >= minRank,
    bind: (parent, attributes, own) => bind(snapshots, parent, attributes, own),
    monotonicNow: platform.monotonicNow,
  }
  const logger = createLogger(loggerTools)
  const runInScope = <Result>(scope: Scope, run: () => Result): Result => platform.context.run(scope, run)
  const forkScope = (changes?: ScopeChanges): Scope => copyScope(tools, scopeNow().data, changes)

  const capture: Client['capture'] = ({ level, message, attributes, ...rest }) => call(level, NO_LOGGER, 3, message, attributes, rest, undefined)
  const captureRequest: ClientInternals['captureRequest'] = (scope, { level, message, request, attributes }) => {
    if (RANKS[level] < minRank) return ''
    counts.captured()
    try {
      return push(level, NO_LOGGER, { message, attributes, error: undefined }, undefined, undefined, scope.data, request)
    } catch (error) {
      return broken(error)
    }
  }

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
    captureRequest,
    followTracer: tracer.follow,
    hasTracer: () => tracer.isFollowed,
    currentTrace: () => tracer.now() ?? scopeNow().trace,
  })
  return { client, options: () => options, flushSync, report }
}
