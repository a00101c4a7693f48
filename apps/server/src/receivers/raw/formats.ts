import type { Format } from '@heartwood/protocol'
import type { DecodeFormat } from '../decode.ts'
import { decodeNative } from '../native/decode.ts'
import { decodeCsv } from './csv.ts'
import { decodeLogfmt } from './logfmt.ts'
import { decodeObl } from './obl.ts'
import { decodeSyslog } from './syslog.ts'
import { decodeTextLog } from './text.ts'

export interface RawFormat {
  name: Exclude<Format, 'auto'>
  /** The first is what our own clients send. */
  contentTypes: readonly string[]
  decode: DecodeFormat
}

/** Every format of `POST /ingest/<format>`. */
export const RAW_FORMATS: readonly RawFormat[] = [
  { name: 'json', contentTypes: ['application/json'], decode: decodeNative },
  {
    name: 'jsonl',
    contentTypes: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/json-lines', 'application/x-jsonlines'],
    decode: decodeNative,
  },
  { name: 'logfmt', contentTypes: ['application/logfmt', 'application/x-logfmt', 'text/x-logfmt'], decode: decodeLogfmt },
  { name: 'syslog', contentTypes: ['application/x-syslog', 'application/syslog'], decode: decodeSyslog },
  { name: 'csv', contentTypes: ['text/csv', 'text/tab-separated-values'], decode: decodeCsv },
  { name: 'text', contentTypes: ['text/plain'], decode: decodeTextLog },
  { name: 'obl', contentTypes: ['application/x-obl', 'application/obl'], decode: decodeObl },
]
