import type { Json, Kind, Level } from '@heartwood/protocol/model'

export type { DropReason, Json, Kind, Level } from '@heartwood/protocol/model'

export type JsonObject = { [name: string]: Json }

/**
 * Members of an object: a literal, an instance of a class, what an interface describes. Anything may stand in it: what JSON cannot hold becomes
 * a readable text (`docs/guides/node.md`, “Values”).
 */
export type Attributes = object

/** Others beside those that are named, in literals and in types that list all of theirs (interfaces, classes). */
type WithMore<Named> = (Named & { readonly [name: string]: unknown }) | Named

/** Who was using the program. `id` is what events are found by; everything else is kept beside it. */
export type User = WithMore<{
  readonly id?: string | number | undefined
  readonly name?: string | undefined
  readonly email?: string | undefined
}>

/** Which trace and which span of it. */
export interface TraceContext {
  /** 32 hexadecimal digits of a W3C `traceparent`, or whatever an `X-Trace-ID` held (1–128 of `A-Z a-z 0-9 - _ . :`). */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId?: string | undefined
  readonly parentSpanId?: string | undefined
  /** The flag of `traceparent`; passed on as it came. */
  readonly sampled?: boolean | undefined
}

/** An HTTP request that an event is about. */
export type RequestInfo = WithMore<{
  readonly method?: string | undefined
  /** The pattern that matched, such as `/users/:id`. */
  readonly route?: string | undefined
  /** Without the query. */
  readonly path?: string | undefined
  /** As it was called; query parameters named in `scrubUrlParams` are masked. */
  readonly url?: string | undefined
  readonly status?: number | undefined
  readonly durationMs?: number | undefined
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
}>

/** Something that happened before an error. */
export interface Breadcrumb {
  /** Milliseconds since 1970; now when absent. */
  readonly timestamp?: number | undefined
  /** What it comes from: `http`, `console`, `query` … */
  readonly category?: string | undefined
  readonly message: string
  readonly level?: Level | undefined
  readonly data?: Attributes | undefined
}

/** Where an event stands in a flow. */
export interface FlowPosition {
  readonly id: string
  readonly step?: number | undefined
}

/** Returns the event, changed or not, or null to drop it (`before-send`). Runs when a batch is written, not within the call; may not be asynchronous. */
export type BeforeSend = (event: OutgoingEvent) => OutgoingEvent | null

/** What can be said of one event beside its message and attributes. */
export interface EventOptions {
  readonly kind?: Kind | undefined
  /** Milliseconds since 1970; now when absent. */
  readonly timestamp?: number | Date | undefined
  readonly error?: unknown
  readonly tags?: readonly string[] | undefined
  readonly user?: User | undefined
  readonly request?: RequestInfo | undefined
  /** Measurements, such as `{ durationMs: 12.5, memoryMb: 80 }`; becomes `perf.*`. */
  readonly perf?: Attributes | undefined
  readonly trace?: TraceContext | undefined
  /** What was deployed, such as `{ version, commit }`; becomes `deploy.*`. */
  readonly deploy?: Attributes | undefined
  readonly action?: string | undefined
  readonly requestId?: string | undefined
  readonly sessionId?: string | undefined
  readonly flow?: FlowPosition | undefined
  readonly service?: string | undefined
  readonly environment?: string | undefined
  readonly release?: string | undefined
  readonly dataset?: string | undefined
  /** Errors with the same one are one issue, whatever their stacks say. */
  readonly fingerprint?: string | readonly string[] | undefined
  /** Ask for a notification whatever the alert rules say; becomes the attribute `notify`. */
  readonly notify?: boolean | undefined
  /** Opened with the event, never searched. */
  readonly detail?: Attributes | undefined
  /** Runs before that of the client. */
  readonly beforeSend?: BeforeSend | undefined
}

/** An error as it travels: what `error` of an event holds. */
export interface ErrorFields {
  type?: string
  message?: string
  stack?: string
}

/**
 * An event as it is about to be sent and as `beforeSend` sees it, before redaction: a plain object that the hook may change.
 * Names are those of `docs/reference/event.md`.
 */
export interface OutgoingEvent {
  id: string
  kind: Kind
  /** Milliseconds since 1970. */
  timestamp: number
  level: Level
  message: string
  service?: string
  environment?: string
  release?: string
  host?: string
  dataset?: string
  tags?: string[]
  attributes?: JsonObject
  traceId?: string
  spanId?: string
  sessionId?: string
  userId?: string
  requestId?: string
  flowId?: string
  stepIndex?: number
  error?: ErrorFields
  request?: JsonObject
  detail?: JsonObject
}

/** What became of the events of a client. captured = sent + spooled + all of `dropped` + buffered, at every moment. */
export interface Stats {
  /** Events that were made: below `minLevel` none is. */
  readonly captured: number
  /** Accepted by the server, once each. */
  readonly sent: number
  /** Waiting in the spool folder, written by this client. */
  readonly spooled: number
  /** In memory: in the buffer or on their way. */
  readonly buffered: number
  readonly dropped: { readonly [reason: string]: number }
  /** Requests that were sent again. */
  readonly retried: number
  /** Events of other processes, or of earlier runs, that this client delivered from the spool folder. */
  readonly replayed: number
}
