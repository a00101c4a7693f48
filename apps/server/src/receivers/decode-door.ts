import type { UnixMicros } from '@heartwood/protocol'
import type { DecodeJob } from '../ingest/decoder.ts'
import type { DecodeFormat } from './decode.ts'
import { decodeLogs, decodeRows } from './lognitor/decode.ts'
import { decodeNative } from './native/decode.ts'
import { decodeRaw } from './raw/decode.ts'
import { parseTimestamp } from './stamps/parse-timestamp.ts'
import { createZone } from './stamps/zone.ts'
import { decodeTimberlogs } from './timberlogs/decode.ts'
import { decodeTraceHub } from './tracehub/decode.ts'

/** Decoders by the door that took the request; doors of formats look at the format that it names. */
const DOORS: ReadonlyMap<string, DecodeFormat> = new Map([
  ['native', decodeNative],
  ['raw', decodeRaw],
  ['syslog', decodeRaw],
  ['lognitor', decodeLogs],
  ['lognitor-requests', decodeRows],
  ['timberlogs', decodeTimberlogs],
  ['tracehub', decodeTraceHub],
])

export const decodeDoor: DecodeFormat = (job, sink) => (DOORS.get(job.door) ?? decodeNative)(job, sink)

/** Reads stamps in fields of entries as the job says: its timezone, its year. */
export function stampReaderOf(job: DecodeJob): (value: unknown) => UnixMicros | undefined {
  const options = { zone: createZone(job.timezone), receivedAt: job.receivedAt, year: job.year }
  return (value) => parseTimestamp(value, options)
}
