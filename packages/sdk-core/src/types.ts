import type { Json, Kind, Level } from '@heartwood/protocol/model'

export type { DropReason, Json, Kind, Level } from '@heartwood/protocol/model'

export type JsonObject = { [name: string]: Json }

/** Anything may stand in it: what JSON cannot hold becomes a readable text (`docs/guides/node.md`, “Values”). */
export type Attributes = { readonly [name: string]: unknown }

/** Who was using the program. `id` is what events are found by; everything else is kept beside it. */
export interface User {
  readonly id?: string | number
  readonly name?: string
  readonly email?: string
  readonly [name: string]: unknown
}

export interface TraceContext {
  /** 32 hexadecimal digits of a W3C `traceparent`, or whatever an `X-Trace-ID` held (1–128 of `A-Z a-z 0-9 - _ . :`). */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId?: string
  readonly parentSpanId?: string
  /** The flag of `traceparent`; passed on as it came. */
  readonly sampled?: boolean
}

export interface RequestInfo {
  readonly method?: string
  /** The pattern that matched, such as `/users/:id`. */
  readonly route?: string
  /** Without the query. */
  readonly path?: string
  /** As it was called; query parameters named in `scrubUrlParams` are masked. */
  readonly url?: string
  readonly status?: number
  readonly durationMs?: number
  readonly ip?: string
  readonly userAgent?: string
  readonly [name: string]: unknown
}

export interface Breadcrumb {
  /** Milliseconds since 1970; now when absent. */
  readonly timestamp?: number
  /** What it comes from: `http`, `console`, `query` … */
  readonly category?: string
  readonly message: string
  readonly level?: Level
  readonly data?: Attributes
}

/** Where an event stands in a flow. */
export interface FlowPosition {
  readonly id: string
  readonly step?: number | undefined
}

export type BeforeSend = (event: OutgoingEvent) => OutgoingEvent | null

/** What can be said of one event beside its message and attributes. */
export interface EventOptions {
  readonly kind?: Kind
  /** Milliseconds since 1970; now when absent. */
  readonly timestamp?: number | Date
  readonly error?: unknown
  readonly tags?: readonly string[]
  readonly user?: User
  readonly request?: RequestInfo
  /** Measurements, such as `{ durationMs: 12.5, memoryMb: 80 }`; becomes `perf.*`. */
  readonly perf?: Attributes
  readonly trace?: TraceContext
  /** What was deployed, such as `{ version, commit }`; becomes `deploy.*`. */
  readonly deploy?: Attributes
  readonly action?: string
  readonly requestId?: string
  readonly sessionId?: string
  readonly flow?: FlowPosition
  readonly service?: string
  readonly dataset?: string
  /** Errors with the same one are one issue, whatever their stacks say. */
  readonly fingerprint?: string | readonly string[]
  /** Ask for a notification whatever the alert rules say; becomes the attribute `notify`. */
  readonly notify?: boolean
  /** Opened with the event, never searched. */
  readonly detail?: Attributes
  /** Runs before that of the client. */
  readonly beforeSend?: BeforeSend
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
