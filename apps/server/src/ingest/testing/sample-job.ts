import { unixMicros } from '@heartwood/protocol'
import type { DecodeJob } from '../decoder.ts'

/** A job of the native door without a word about its entries. */
export const sampleJob = (body: string | Uint8Array = ''): DecodeJob => ({
  door: 'native',
  format: 'json',
  contentType: '',
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  projectId: 1,
  retentionDays: 90,
  redaction: { keys: [], patterns: [] },
  defaults: {},
  timezone: 'UTC',
  year: undefined,
  after: undefined,
  importing: false,
  receivedAt: unixMicros(Date.UTC(2026, 10, 20) * 1000),
  address: '',
  userAgent: '',
  tails: [],
})
