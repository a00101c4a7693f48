import { Buffer, isUtf8 } from 'node:buffer'
import type { DecodeJob } from '../../ingest/decoder.ts'
import { levelFromText } from '../../pipeline/levels.ts'
import { type DecodeFormat, type EntrySink, isRecord, type LooseRecord } from '../decode.ts'
import { decodeNative } from '../native/decode.ts'
import { parseExactly, parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { decodeCsv } from '../raw/csv.ts'
import { setField } from '../raw/fields.ts'
import { decodeObl } from '../raw/obl.ts'
import { decodeSyslog } from '../raw/syslog.ts'
import { createTextDecoder } from '../raw/text.ts'
import { SENT_ID, toRecord, withAliases } from './entry.ts'
import { type RawFormat, resolveFormat, STRUCTURED } from './formats.ts'

/** The body of `POST /v1/logs`: entries by the protocol's names, or one of its six raw formats. */
export const decodeTimberlogs: DecodeFormat = (job, sink) => {
  const format = resolveFormat(job)
  DECODERS[format]({ ...job, body: inUtf8(job.body) }, sink)
}

/** Bad bytes are U+FFFD in this protocol; our own doors take them for an older character set. */
function inUtf8(body: Uint8Array): Uint8Array {
  if (isUtf8(body) || hasMarkOfUtf16(body)) return body
  return Buffer.from(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
}

const hasMarkOfUtf16 = ([first, second]: Uint8Array): boolean => (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

const levelOf = ({ defaults }: DecodeJob): string | undefined => (defaults.level === undefined ? undefined : levelFromText(defaults.level))

/** Entries with the names of the protocol, in whatever JSON they come. */
const decodeEntries =
  ({ isForeign }: { isForeign: boolean }): DecodeFormat =>
  (job, sink) => {
    const options = { level: levelOf(job), isForeign }
    const record = (entry: LooseRecord): LooseRecord => toRecord(isForeign ? withSentId(withAliases(entry)) : entry, options)
    const reject = rejectJson(sink)
    let found = false
    decodeNative(job, {
      entry(entry, time, line, exactly) {
        found = true
        sink.entry(record(entry), time, line, () => {
          const exact = exactly?.()
          return exact && record(exact)
        })
      },
      reject(reason, message, line) {
        found = true
        reject(reason, message, line)
      },
    })
    if (!found && endsEarly(job.body)) sink.reject('malformed', 'Failed to parse the body: it ends before its list does')
  }

/** Whether a body without an entry breaks off, as `{"logs":[` does and `{"logs":[]}` does not. */
const endsEarly = (body: Uint8Array): boolean => !/(?:^|[\]}])$/.test(decodeText(body.subarray(-1_000)).trimEnd())

/** Refusals in the words of the protocol's documents. */
const rejectJson =
  (sink: EntrySink): EntrySink['reject'] =>
  (reason, _message, line) => {
    const what = reason === 'malformed' ? 'invalid JSON' : 'not an object'
    sink.reject(reason, line === undefined ? `Failed to parse an entry: ${what}` : `Failed to parse line ${line}: ${what}`, line)
  }

const rejectLine =
  (sink: EntrySink): EntrySink['reject'] =>
  (reason, message, line) =>
    sink.reject(reason, line === undefined ? message : `Failed to parse line ${line}: ${message}`, line)

const withSentId = (entry: LooseRecord): LooseRecord => {
  if (typeof entry.id !== 'string') return entry
  const { id, ...known } = entry
  return { ...known, [SENT_ID]: id }
}

/** One object a line; anything else is that line's error. */
const decodeLines: DecodeFormat = (job, sink) => {
  const level = levelOf(job)
  const reject = rejectJson(sink)
  const record = (entry: LooseRecord): LooseRecord => toRecord(withSentId(withAliases(entry)), { level, isForeign: true })
  const text = decodeText(job.body)
  let line = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const json = text.slice(start, end).trim()
    start = end + 1
    line++
    if (json === '') continue
    const value = parseJson(json)
    if (isRecord(value)) {
      sink.entry(record(value), undefined, line, () => {
        const exact = parseExactly(json)
        return isRecord(exact) ? record(exact) : undefined
      })
    } else reject(value === undefined ? 'malformed' : 'not-an-object', '', line)
  }
}

/** What the CSV reader calls by our names. */
const CSV_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    service: 'source',
    release: 'version',
    errorType: 'errorName',
    attributes: 'data',
    env: 'environment',
    time: 'timestamp',
    ts: 'timestamp',
  }),
)

const decodeTable: DecodeFormat = (job, sink) => {
  const level = levelOf(job)
  decodeCsv(job, {
    entry(row, time, line) {
      const entry: LooseRecord = {}
      for (const name in row) setField(entry, CSV_NAMES.get(name) ?? name, row[name])
      sink.entry(toRecord(withSentId(entry), { level, isForeign: true }), time, line)
    },
    reject: rejectLine(sink),
  })
}

/** Messages came from many hosts and at no order that a line says: one without a time happened just now. The host stands among the data as well, the process under the protocol's name. */
const decodeMessages: DecodeFormat = (job, sink) =>
  decodeSyslog(
    { ...job, door: 'syslog' },
    {
      entry(record, time, line) {
        if (isRecord(record.attributes)) {
          const { pid, ...rest } = record.attributes
          record.attributes = {
            ...(record.host === undefined ? {} : { hostname: record.host }),
            ...(pid === undefined ? {} : { procId: String(pid) }),
            ...rest,
          }
        }
        sink.entry(record, time, line)
      },
      reject: rejectLine(sink),
    },
  )

const DECODERS: Record<RawFormat | typeof STRUCTURED, DecodeFormat> = {
  [STRUCTURED]: decodeEntries({ isForeign: false }),
  json: decodeEntries({ isForeign: true }),
  jsonl: decodeLines,
  syslog: decodeMessages,
  text: createTextDecoder({ join: true, readers: 'plain', withoutTime: 'receipt' }),
  csv: decodeTable,
  obl: decodeObl,
}
