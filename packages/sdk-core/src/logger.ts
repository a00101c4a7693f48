import type { Callable } from './errors/call-site.ts'
import type { Bindings } from './record.ts'
import type { FlowState } from './scope-data.ts'
import type { Attributes, EventOptions, Level } from './types.ts'

/**
 * Logs one event and returns its id, under which feedback can name it; `''` where none is made (below `minLevel`, sampled out, nothing is captured).
 * What it is given is copied at once. It neither throws nor waits.
 *
 *     log.info('order placed', { orderId: 'A-1', amount: 12.5 })
 *     log.error('payment failed', error, { tags: ['card'] })
 *     log.error(error)
 *     log.error()            // inside a catch: what, nobody said; where it was called is kept
 */
export interface LogMethod {
  (message: string, attributes?: Attributes, options?: EventOptions): string
  (message: string, errorOrAttributes: unknown, options?: EventOptions & { readonly attributes?: Attributes | undefined }): string
  (error: unknown, attributes?: Attributes, options?: EventOptions): string
  (): string
}

/** As {@link LogMethod}, at a level that is only known then. */
export interface LevelLogMethod {
  (level: Level, message: string, attributes?: Attributes, options?: EventOptions): string
  (level: Level, message: string, errorOrAttributes: unknown, options?: EventOptions & { readonly attributes?: Attributes | undefined }): string
  (level: Level, error: unknown, attributes?: Attributes, options?: EventOptions): string
  (level: Level): string
}

/** What logs: a client, its child loggers, its flows, and the functions of the package. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  readonly fatal: LogMethod
  /** As the others, at a level that is only known then; the only one for `trace`. */
  readonly log: LevelLogMethod
  /** Whether a call at this level would make an event. */
  isLevelEnabled(level: Level): boolean
  /**
   * A logger whose events carry these attributes and options too. What is said twice, the nearer one wins: scope, parent, child, event; tags add up.
   *
   *     const orders = child({ module: 'orders' }, { tags: ['orders'] })
   */
  child(attributes: Attributes, options?: EventOptions): Logger
  /** Measures until `end`, which logs `label` at `info` with `perf.durationMs`; without `end` nothing is logged. */
  startTimer(label: string, attributes?: Attributes): StepTimer
  /**
   * The same function, each run of which is logged when it ends, with `perf.durationMs`: as `name` at `info`, or as `name failed` at `error`
   * with what it threw, which is thrown on. Of a promise that it returns the end counts.
   *
   *     const loadUser = timed('load user', async (id: string) => { … })
   */
  timed<This, Args extends unknown[], Result>(name: string, run: (this: This, ...args: Args) => Result): (this: This, ...args: Args) => Result
}

/** What `startTimer` returns. */
export interface StepTimer {
  /** Logs once and returns the event's id; later calls return `''`. */
  end(attributes?: Attributes, options?: EventOptions): string
  /** Milliseconds so far. */
  elapsed(): number
}

/**
 * What a logger hands to its client. `given` says how many arguments the caller wrote: `error()` means something. `above` is the method
 * that was called: what called it is the caller. Undefined: what called is no part of the program.
 */
export type LogCall = (
  level: Level,
  from: LoggerState,
  given: number,
  first: unknown,
  second: unknown,
  third: EventOptions | undefined,
  above: Callable | undefined,
) => string

/** What `captureException` hands to its client. */
type ThrownCall = (
  level: Level,
  thrown: unknown,
  attributes: Attributes | undefined,
  options: EventOptions | undefined,
  above: Callable | undefined,
) => string

export interface LoggerState {
  readonly bindings: Bindings | undefined
  /** Its events are steps of this flow; children share it. */
  readonly flow: FlowState | undefined
}

export interface LoggerTools {
  readonly call: LogCall
  readonly callThrown: ThrownCall
  readonly isLevelEnabled: (level: Level) => boolean
  readonly bind: (parent: Bindings | undefined, attributes: Attributes, options: EventOptions | undefined) => Bindings
  readonly monotonicNow: () => number
}

type LogTools = Omit<LoggerTools, 'callThrown'>

export const NO_LOGGER: LoggerState = { bindings: undefined, flow: undefined }

export const createLogger = (tools: LogTools, state: LoggerState = NO_LOGGER): Logger => {
  const methodOf = (level: Level): LogMethod => {
    const method: LogMethod = (...args: [first?: unknown, second?: unknown, third?: EventOptions]) =>
      tools.call(level, state, args.length, args[0], args[1], args[2], method)
    return method
  }
  const log: LevelLogMethod = (level: Level, ...args: [first?: unknown, second?: unknown, third?: EventOptions]) =>
    tools.call(level, state, args.length, args[0], args[1], args[2], log)
  return {
    debug: methodOf('debug'),
    info: methodOf('info'),
    warn: methodOf('warn'),
    error: methodOf('error'),
    fatal: methodOf('fatal'),
    log,
    isLevelEnabled: tools.isLevelEnabled,
    child: (attributes, options) => createLogger(tools, { bindings: tools.bind(state.bindings, attributes, options), flow: state.flow }),
    startTimer: (label, attributes) => createTimer(tools, state, label, attributes),
    timed: (name, run) => timed(tools, state, name, run),
  }
}

const createTimer = ({ call, monotonicNow }: LogTools, state: LoggerState, label: string, attributes: Attributes | undefined): StepTimer => {
  const elapsed = stopwatch(monotonicNow)
  let ended = false
  const end: StepTimer['end'] = (more, options) => {
    if (ended) return ''
    ended = true
    return call('info', state, 3, label, { ...attributes, ...more }, { ...options, perf: { ...options?.perf, durationMs: elapsed() } }, end)
  }
  return { elapsed, end }
}

/** Milliseconds from now on, to the microsecond. */
const stopwatch = (monotonicNow: () => number): (() => number) => {
  const startedAt = monotonicNow()
  return () => Math.round((monotonicNow() - startedAt) * 1_000) / 1_000
}

function timed<This, Args extends unknown[], Result>(
  tools: LogTools,
  state: LoggerState,
  name: string,
  run: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  const method = function (this: This, ...args: Args): Result {
    const elapsed = stopwatch(tools.monotonicNow)
    const done = (): void => void tools.call('info', state, 3, name, undefined, { perf: { durationMs: elapsed() } }, method)
    const failed = (error: unknown): void => {
      tools.call('error', state, 3, `${name} failed`, undefined, { error: error ?? String(error), perf: { durationMs: elapsed() } }, method)
    }
    let result: Result
    try {
      result = run.apply(this, args)
    } catch (error) {
      failed(error)
      throw error
    }
    if (!isPromise(result)) {
      done()
      return result
    }
    // Beside the caller's own promise: a rejection that nobody handles is still the program's to hear of.
    result.then(done, failed)
    return result
  }
  return method
}

/** Nothing but a promise: what only has a `then` may begin its work when that is called (query builders). */
const isPromise = (value: unknown): value is Promise<unknown> =>
  value instanceof Promise || Object.prototype.toString.call(value) === '[object Promise]'
