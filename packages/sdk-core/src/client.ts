import type { Logger, LoggerTools } from './logger.ts'
import type { CoreOptions } from './options.ts'
import type { Scope } from './scope.ts'
import type { ScopeData } from './scope-data.ts'
import type { Attributes, EventOptions, FlowPosition, Level, OutgoingEvent, Stats, TraceContext } from './types.ts'

/** A chain of steps that belong together, in this process or across several. Each event is the next step. */
export interface Flow extends Logger {
  readonly id: string
  readonly name: string
  /** The next step's number, from 0. */
  readonly step: number
  /** For a call to another service, which goes on with `flow.resume(id, step)`; outgoing requests inside `run` carry it by themselves. */
  position(): Required<FlowPosition>
  /** Everything logged inside belongs to the flow. */
  run<Result>(run: () => Result): Result
}

export interface FlowStarter {
  /** @param name letters, digits and hyphens; others become hyphens */
  (name: string): Flow
  /** Goes on with a flow that began elsewhere. @param step the next step's number; default: it is left to the server's order */
  resume(id: string, step?: number): Flow
}

export interface Client extends Logger {
  /** As `error`, for what was caught elsewhere; `level` and `handled` say how it was met. */
  captureException(
    error: unknown,
    options?: EventOptions & {
      readonly level?: Level | undefined
      readonly handled?: boolean | undefined
      readonly attributes?: Attributes | undefined
    },
  ): string
  /** One event of any kind, for integrations: nothing but what is given, the scope and the defaults is added. */
  capture(event: { readonly level: Level; readonly message: string; readonly attributes?: Attributes | undefined } & EventOptions): string
  /** What someone did: kind `audit`. @param actor who, by id or as a user */
  audit(action: string, actor: string | { readonly id: string; readonly [name: string]: unknown }, context?: Attributes): string
  readonly flow: FlowStarter
  /** The scope that holds now: that of the request or `withScope` around the call, or else the client's own. */
  scope(): Scope
  /** A copy of the current scope, for integrations that carry it along themselves. */
  forkScope(changes?: Partial<ScopeData>): Scope
  /** Runs inside a scope made by `forkScope`. */
  runInScope<Result>(scope: Scope, run: () => Result): Result
  /** Runs with a copy of the current scope; what is set inside ends with it, asynchronous work included. */
  withScope<Result>(run: (scope: Scope) => Result): Result
  /** Sends what was captured until now. @returns whether all of it left memory (sent, spooled or dropped) in time. @param timeoutMs default 5,000 */
  flush(timeoutMs?: number): Promise<boolean>
  /** Flushes, takes integrations back and captures nothing any more. @returns as `flush` */
  close(timeoutMs?: number): Promise<boolean>
  /** Nothing is sent until `resume`; events gather in the buffer. */
  pause(): void
  resume(): void
  /** Changes options of a running client; a new key ends the standstill after a refused one. @throws OptionError */
  reconfigure(options: Partial<CoreOptions>): void
  stats(): Stats
  /** Hands log text in a known format to the server, through the same delivery. */
  ingestRaw(body: string | Uint8Array, format?: string, defaults?: RawDefaults): Promise<RawAnswer>
  /**
   * Events carry the ids of the current span of a tracer beside us (OpenTelemetry), while it has one, before those of their scope.
   * @returns what ends it
   */
  followTracer(current: () => TraceContext | undefined): () => void
  /** Whether a tracer is followed: it writes the `traceparent` of outgoing requests then, and not we. */
  hasTracer(): boolean
  /** The trace that an event of this moment carries: of the tracer's span, or else of the scope. */
  currentTrace(): TraceContext | undefined
  /** What its loggers stand on, for fronts of their own such as the functions of a package. */
  readonly front: LoggerTools
  /** Sees each event of the client after `beforeSend`, for tests and bridges. @returns what ends it */
  onEvent(listener: (event: OutgoingEvent) => void): () => void
}

export interface RawDefaults {
  readonly service?: string | undefined
  readonly environment?: string | undefined
  readonly dataset?: string | undefined
  readonly level?: Level | undefined
  readonly host?: string | undefined
  readonly timezone?: string | undefined
}

export interface RawAnswer {
  readonly accepted: number
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[]
}
