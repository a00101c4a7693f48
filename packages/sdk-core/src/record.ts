import type { Kind, Level } from '@heartwood/protocol/model'
import type { ScopeData } from './scope-data.ts'
import type { BeforeSend, Breadcrumb, EventOptions, JsonObject, RequestInfo } from './types.ts'

/** What the caller's thread makes of a call, and all that it makes: copies of what may change, references to what cannot. */
export interface EventRecord {
  id: string
  timestamp: number
  kind: Kind
  level: Level
  message: string
  /** Copied: the caller may change its object the moment the call returns. */
  attributes: JsonObject | undefined
  /** Of the child logger, copied when that was made. */
  bindings: Bindings | undefined
  scope: ScopeData
  options: RecordOptions | undefined
  /** Of an event that is a request: how it went, in place of what the scope says of it. */
  request: RequestInfo | undefined
  error: CapturedError | undefined
  /** Those of the scope at that moment; only with errors. */
  breadcrumbs: readonly Breadcrumb[] | undefined
  /** Roughly what it takes in memory and on the wire. */
  sizeBytes: number
}

/** What a child logger adds to each of its events; parents are merged in already. */
export interface Bindings {
  readonly attributes: JsonObject | undefined
  readonly options: RecordOptions | undefined
}

/** Options of an event with everything copied that can be changed. `perf`, `deploy`, `user` … are plain JSON by then. */
export type RecordOptions = Omit<EventOptions, 'perf' | 'deploy' | 'detail' | 'error' | 'timestamp' | 'beforeSend'> & {
  readonly perf?: JsonObject
  readonly deploy?: JsonObject
  readonly detail?: JsonObject
  readonly beforeSend?: BeforeSend
}

/** An error between its capture and its sending: formatting a stack costs 20 µs, so it is read when the event is prepared. */
export interface CapturedError {
  readonly type: string
  readonly message: string
  /** Reads the stacks of the error and its causes. Never throws. */
  read(): { stack: string | undefined; detail: JsonObject | undefined; attributes: JsonObject | undefined }
}
