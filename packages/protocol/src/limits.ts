/** What one event and one request may hold. Longer texts are cut and marked, never refused; see docs/reference/limits.md. */
export const LIMITS = {
  /** Body of one request, decompressed. */
  bodyBytes: 32 * 1024 * 1024,
  /** Events of one request: they are stored by one insert. */
  entries: 1_000_000,
  /** Lengths in UTF-16 units. */
  message: 262_144,
  name: 200,
  id: 512,
  path: 8_192,
  attributeKey: 200,
  attributeValue: 32_768,
  detail: 524_288,
  /** Counts. */
  attributes: 512,
  attributeDepth: 12,
  tags: 64,
  /** Batch ids of clients (`X-Heartwood-Batch`). */
  batchId: 200,
  /** Refusals listed in one answer; the rest is only counted. */
  listedRejections: 100,
  /** Rows of one page of `GET /api/search`. */
  searchPage: 1_000,
  /** Runs of one page of `GET /api/flows/runs`. */
  flowRuns: 500,
  /** Buckets of one answer of `GET /api/histogram`: hours of a year. */
  histogramBuckets: 10_000,
  /** How far ahead of the receipt a timestamp may be before it is replaced. */
  clockAheadMs: 24 * 3600 * 1000,
} as const

/** How long a batch id is remembered: a repeat within this time is answered as the first was and stored once. */
export const BATCH_MEMORY_MS = 24 * 3600 * 1000
export const DEFAULT_RETENTION_DAYS = 90
export const MAX_RETENTION_DAYS = 3650
