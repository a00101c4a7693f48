import type { ScopeData } from './scope-data.ts'
import type { JsonObject } from './types.ts'

/** What a platform lends the SDK. Everything that leaves the process, waits or knows the time goes through it. */
export interface Platform {
  /** Milliseconds since 1970, as the clock of the machine says now; it may jump. */
  now(): number
  /** Milliseconds that never run backwards. */
  monotonicNow(): number
  randomBytes(length: number): Uint8Array
  encode(text: string): Uint8Array
  /** A timer that keeps no process alive, unless `keepAlive`: someone awaits what it bounds. */
  setTimer(run: () => void, ms: number, keepAlive?: boolean): Timer
  /** Runs when the caller's turn is over and other work had its chance. Keeps no process alive. */
  defer(run: () => void): void
  readonly transport: Transport
  /** Absent where there is nothing to compress with, or it is switched off. */
  readonly compress?: Compress
  /** Undoes what `compress` did, for a batch that the server finds too large: its halves are made of its lines. */
  readonly decompress?: Decompress
  readonly spool?: Spool
  readonly context: ContextStore
  /** Frames of a stack for `detail.frames`, with source lines where the platform has the sources. Runs while an event is prepared. */
  readonly frames?: (stack: string) => JsonObject[] | undefined
  /** One line for whoever runs the program; never through a console that is captured. */
  warn(message: string): void
}

export interface Timer {
  cancel(): void
}

/** `encoding` is `''` for a body that is better sent as it is. */
export type Compress = (body: Uint8Array) => Promise<{ body: Uint8Array; encoding: string }>
export type Decompress = (body: Uint8Array, encoding: string) => Promise<Uint8Array>

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body?: Uint8Array
  readonly timeoutMs: number
  readonly signal?: Cancel
}

/** A signal that every platform can make: an AbortSignal fits. */
export interface Cancel {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

/**
 * Sends while everything else stands still, for the last moment of a process that must run nothing of its program any more.
 * @returns an answer for each request, in their order; undefined for what was not answered
 */
export type SendNow = (requests: readonly HttpRequest[]) => readonly (HttpAnswer | undefined)[]

export interface Transport {
  /** Rejects when there is no answer: refused, reset, timed out (`timeoutMs`), cancelled. */
  send(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

/** One request's worth of events, as it is sent and as it is spooled. */
export interface Batch {
  readonly id: string
  /** `/ingest` with the defaults of the batch as query. */
  readonly path: string
  readonly contentType: string
  readonly events: number
  readonly body: Uint8Array
  /** Content-Encoding of `body`; absent when it is plain. */
  readonly encoding?: string
}

/** The dead-letter queue of a client: batches that could not be sent wait on disk. Safe with several processes on one folder. */
export interface Spool {
  /** Resolves when the batch is on disk; rejects when it cannot be. */
  write(batch: Batch): Promise<SpoolEffect>
  /** For the last moment of a process. A `write` of the same batch that is under way leaves nothing then. Throws when it cannot be written. */
  writeSync(batch: Batch): SpoolEffect
  /** The oldest batch that nobody else has taken; undefined when there is none. */
  take(): Promise<SpooledBatch | undefined>
  /** What `take` has found expired or damaged since the last call; to be asked after each. */
  losses(): SpoolEffect
  /** Gives back what is taken and not done. */
  close(): Promise<void>
}

/** What room for a new batch cost: older ones of the folder that had to go. */
export interface SpoolEffect {
  readonly evicted: readonly { readonly events: number; readonly own: boolean; readonly reason: 'spool-full' | 'spool-expired' | 'spool-damaged' }[]
}

export interface SpooledBatch {
  readonly batch: Batch
  /** Written by this client in this process. */
  readonly own: boolean
  /** It was delivered, or refused for good: it is deleted. */
  done(): Promise<void>
  /** It could not be delivered now: others may take it. */
  putBack(): Promise<void>
}

/** Carries a scope along asynchronous calls. */
export interface ContextStore {
  current(): ScopeHolder | undefined
  run<Result>(holder: ScopeHolder, run: () => Result): Result
}

/** The mutable place of a scope; its data are never changed, only replaced, so that an event can hold on to them. */
export interface ScopeHolder {
  data: ScopeData
}
