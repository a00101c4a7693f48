import type { Client } from './client.ts'
import type { LoggerTools } from './logger.ts'
import type { Scope } from './scope.ts'
import type { ScopeChanges } from './scope-data.ts'
import type { Attributes, Level, RequestInfo, TraceContext } from './types.ts'

export interface EndedRequest {
  readonly level: Level
  readonly message: string
  readonly request: RequestInfo
  readonly attributes: Attributes | undefined
}

/** What the parts of the SDK ask of a client and programs do not: it stands in no type that they see. */
export interface ClientInternals {
  /** What its loggers stand on, for fronts of their own such as the functions of a package. */
  readonly loggerTools: LoggerTools
  /** A copy of the current scope. */
  forkScope(changes?: ScopeChanges): Scope
  /** Runs inside a scope made by `forkScope`. */
  runInScope<Result>(scope: Scope, run: () => Result): Result
  /** The event of a request that has ended. `request` is taken as it is, and the scope as it is then, wherever this is called. */
  captureRequest(scope: Scope, event: EndedRequest): string
  /**
   * Events carry the ids of the current span of a tracer beside us (OpenTelemetry), while it has one, before those of their scope.
   * @returns what ends it
   */
  followTracer(current: () => TraceContext | undefined): () => void
  /** Whether a tracer is followed: it writes the `traceparent` of outgoing requests then, and not we. */
  hasTracer(): boolean
  /** The trace that an event of this moment carries: of the tracer's span, or else of the scope. */
  currentTrace(): TraceContext | undefined
  /** Milliseconds by which the end of something may be delayed to send what is left. Absent where the platform knows no end. */
  readonly exitTimeout?: () => number
}

/** The same in all copies of the SDK: each may be handed the client of another one. Members of what lies under it are only ever added. */
const INTERNALS = Symbol.for('heartwood.client')

type Holder = { [INTERNALS]?: ClientInternals }

/** The same object. Copies made by spreading it have them too. */
export const withInternals = <Made extends object>(client: Made, internals: ClientInternals): Made => {
  // Types of clients do not name them.
  ;(client as Holder)[INTERNALS] = internals
  return client
}

/** @returns undefined for what only looks like a client, such as one that a program made for its tests */
export const internalsOf = (client: Client): ClientInternals | undefined => (client as Holder)[INTERNALS]
