import type { DropReason, EventJson, Format, Redaction, Rejection, SampleRates, UnixMicros } from '@heartwood/protocol'

/** Fills what an entry lacks; never overwrites. From the query of a request, or from the key. */
export interface EntryDefaults {
  service?: string
  environment?: string
  release?: string
  dataset?: string
  level?: string
  host?: string
}

/** Which share of its logs a client let through, from when on; 1 where nothing is said. */
export interface Sampling {
  from: UnixMicros
  rates: SampleRates
}

/** Bytes of one request, and all that is needed to turn them into events. Structured-cloneable: it crosses to the decode thread. */
export interface DecodeJob {
  door: string
  format: Format
  contentType: string
  body: Uint8Array
  projectId: number
  retentionDays: number
  redaction: Redaction
  defaults: EntryDefaults
  /** IANA name or offset for stamps without a zone. */
  timezone: string
  /** Year for stamps without one; undefined: the nearest past. */
  year: number | undefined
  /** What lines before the first stamp inherit. */
  after: UnixMicros | undefined
  /** Retention counts from receipt. */
  importing: boolean
  receivedAt: UnixMicros
  /** Address of the client as far as proxies are trusted; hashed, never stored. */
  address: string
  userAgent: string
  /** Entries at its start that are stored already; default 0. */
  skip?: number | undefined
  /** What the sender was told to sample by, newest first, for doors that tell it. */
  sampling?: readonly Sampling[] | undefined
  /** Live tails of this project, by id: parsed search queries that run here against each event. */
  tails: { id: number; q: string }[]
}

export interface DecodeOutcome {
  /** Encoded block of the accepted events; undefined when there are none. */
  payload: Uint8Array | undefined
  rows: number
  /** At most LIMITS.listedRejections of them. */
  rejections: Rejection[]
  rejectedByReason: Partial<Record<DropReason, number>>
  lastTimestamp: UnixMicros | undefined
  /** Batch id that stood in the body, or `''`. */
  batchId: string
  /** For each tail what matched, at most 100 a job; `dropped` counts the rest. */
  tailed: { id: number; events: EventJson[]; dropped: number }[]
  /** Nanoseconds spent and events seen by each pipeline step. */
  steps: { name: string; events: number; nanos: number }[]
}

/** Runs receivers' decoders and the pipeline, on another thread or (in tests) on this one. */
export interface Decoder {
  decode(job: DecodeJob): Promise<DecodeOutcome>
  close(): Promise<void>
}
