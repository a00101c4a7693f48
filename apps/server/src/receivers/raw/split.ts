import { Buffer } from 'node:buffer'
import type { Format, UnixMicros } from '@heartwood/protocol'
import { unixMicros } from '@heartwood/protocol'
import type { DecodeJob } from '../../ingest/decoder.ts'
import type { EntrySink } from '../decode.ts'
import { isPostgresCsv } from './csv.ts'
import { type KnownFormat, sniffFormat } from './sniff.ts'
import { decodeSyslog } from './syslog.ts'
import { decodeTextLog } from './text.ts'

const NEWLINE = 10
const QUOTE = 34

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const behindLastNewline = (buffer: Buffer): number => buffer.lastIndexOf(NEWLINE) + 1

/** Just enough of a job to read lines: nothing here depends on the time. */
export const bareJob = (body: Uint8Array, fields: Partial<DecodeJob> = {}): DecodeJob => ({
  door: 'raw',
  format: 'text',
  contentType: '',
  body,
  projectId: 0,
  retentionDays: 1,
  redaction: { keys: [], patterns: [] },
  defaults: {},
  timezone: 'UTC',
  year: 2000,
  after: undefined,
  importing: true,
  receivedAt: unixMicros(0),
  address: '',
  userAgent: '',
  tails: [],
  ...fields,
})

/** Where the last record of some lines begins: the readers themselves say which lines belong together. */
const lastRecordOf = (window: Buffer, decode: typeof decodeTextLog): number => {
  let line = 1
  const sink: EntrySink = {
    entry(_record, _time: UnixMicros | undefined, number) {
      line = number ?? line
    },
    reject() {},
  }
  decode(bareJob(window), sink)
  let at = 0
  for (let number = 1; number < line; number++) at = window.indexOf(NEWLINE, at) + 1
  return at
}

const SMALLEST_WINDOW = 65_536

/** The end of a file is enough to see where its last record begins, unless that is long itself. */
const cutLines = (buffer: Buffer, decode: typeof decodeTextLog): number => {
  const whole = behindLastNewline(buffer)
  for (let size = SMALLEST_WINDOW; whole > 0; size *= 4) {
    const from = size >= whole ? 0 : buffer.lastIndexOf(NEWLINE, whole - size) + 1
    const at = lastRecordOf(buffer.subarray(from, whole), decode)
    if (at > 0) return from + at
    if (from === 0) return 0
  }
  return 0
}

/** Behind the last row: a line end inside quotes is none. Quotes count only where a field begins with one. */
const cutRows = (buffer: Buffer): number => {
  let safe = 0
  let quoted = false
  let fieldBegins = true
  for (let at = 0; at < buffer.length; at++) {
    const code = buffer[at]
    if (quoted) {
      if (code === QUOTE) {
        if (buffer[at + 1] === QUOTE) at++
        else quoted = false
      }
    } else if (code === QUOTE && fieldBegins) {
      quoted = true
      fieldBegins = false
    } else {
      fieldBegins = code === 44 || code === 9 || code === NEWLINE
      if (code === NEWLINE) safe = at + 1
    }
  }
  // Nothing but an open quote: a damaged file, and lines are the best guess.
  return safe > 0 ? safe : behindLastNewline(buffer)
}

const LIST_HEAD = /^\s*(?:\{\s*"(?:events|logs)"\s*:\s*)?\[/

/** Behind the last whole object: of the text, of its list, or of the list in its wrapper. */
const cutJson = (buffer: Buffer): number => {
  const head = LIST_HEAD.exec(buffer.toString('latin1', 0, 400))?.[0] ?? ''
  const base = head.includes('{') ? 2 : head === '' ? 0 : 1
  let depth = 0
  let safe = 0
  for (let at = 0; at < buffer.length; at++) {
    const code = buffer[at]
    if (code === QUOTE) {
      for (at++; at < buffer.length && buffer[at] !== QUOTE; at++) if (buffer[at] === 92) at++
    } else if (code === 123 || code === 91) depth++
    else if (code === 125 || code === 93) {
      depth--
      if (depth <= base) safe = at + 1
    }
  }
  return safe
}

/** One object on a line, as far as the first line shows. */
const isLinewise = (buffer: Buffer): boolean => {
  const newline = buffer.indexOf(NEWLINE)
  if (newline < 0) return false
  const line = buffer.toString('latin1', 0, newline).trim()
  return line.startsWith('{') && line.endsWith('}')
}

/**
 * The last byte at which a piece of a file may end so that no record is broken: no stack, no quoted row, no printed object. What lies behind it
 * belongs to the next piece.
 * @param format `auto`: as the beginning of `buffer` looks, so ask once and keep the answer ({@link sniffFormat}).
 * @returns 0 when the piece holds no whole record, or when the format cannot be cut (obl): read on, or send the file as a whole.
 */
export const cutAtRecord = (buffer: Uint8Array, format: Format): number => {
  const bytes = toBuffer(buffer)
  const known: KnownFormat = format === 'auto' ? sniffFormat(buffer) : format
  switch (known) {
    case 'obl':
      return 0
    case 'csv':
      return cutRows(bytes)
    case 'text':
      return cutLines(bytes, decodeTextLog)
    case 'syslog':
      return cutLines(bytes, decodeSyslog)
    case 'json':
      return isLinewise(bytes) ? behindLastNewline(bytes) : cutJson(bytes)
    default:
      return behindLastNewline(bytes)
  }
}

/** The header row of a CSV file with its line end, to go before each later piece of it; empty when `buffer` holds no whole row, or needs none. */
export const csvHeaderOf = (buffer: Uint8Array): Uint8Array => {
  const bytes = toBuffer(buffer)
  if (isPostgresCsv(bytes.toString('latin1', 0, 1_000))) return bytes.subarray(0, 0)
  let quoted = false
  let filled = false
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] ?? 0
    if (code === QUOTE) quoted = !quoted
    else if (code === NEWLINE && !quoted && filled) return bytes.subarray(0, at + 1)
    filled ||= code > 32
  }
  return bytes.subarray(0, 0)
}

/** The lines that name the columns of a W3C extended log (IIS); empty for any other text. */
const w3cHeaderOf = (bytes: Buffer): Uint8Array => {
  if (!bytes.subarray(0, 2_048).includes('#Fields:') || bytes[0] !== 35) return bytes.subarray(0, 0)
  let end = 0
  while (bytes[end] === 35) {
    const newline = bytes.indexOf(NEWLINE, end)
    if (newline < 0) break
    end = newline + 1
  }
  return bytes.subarray(0, end)
}

/** What must go before each later piece of a file for it to be understood: the header of CSV or of a W3C log; mostly nothing. */
export const pieceHeaderOf = (buffer: Uint8Array, format: Format): Uint8Array => {
  const known: KnownFormat = format === 'auto' ? sniffFormat(buffer) : format
  if (known === 'csv') return csvHeaderOf(buffer)
  return known === 'text' ? w3cHeaderOf(toBuffer(buffer)) : buffer.subarray(0, 0)
}
