import { Buffer, isUtf8 } from 'node:buffer'
import { CsvError, parse } from 'csv-parse/sync'
import type { DecodeFormat, EntrySink, LooseRecord } from '../decode.ts'
import { decodeText } from '../native/decode-text.ts'
import { setField } from './fields.ts'

/** Columns that are fields whatever the case of their names. */
const FIELDS =
  'level timestamp time ts service environment env dataset release host hostname userId sessionId requestId traceId spanId flowId stepIndex errorStack tags data id ipAddress country kind method path status durationMs'
const FIELD_OF_COLUMN = new Map(FIELDS.split(' ').map((name) => [name.toLowerCase(), name]))
for (const [column, field] of [
  ['source', 'service'],
  ['version', 'release'],
  ['errorname', 'errorType'],
  ['msg', 'message'],
  ['text', 'message'],
  ['date and time', 'timestamp'],
  ['timecreated', 'timestamp'],
  ['@message', 'message'],
  ['log', 'message'],
  ['body', 'message'],
  ['message', 'message'],
] as const) {
  FIELD_OF_COLUMN.set(column, field)
}
/** Comma or tab, whichever the header has more of outside quotes. */
export const delimiterOf = (header: string): ',' | '\t' => {
  let commas = 0
  let tabs = 0
  let quoted = false
  for (let at = 0; at < header.length; at++) {
    const code = header.charCodeAt(at)
    if (code === 34) quoted = !quoted
    else if (!quoted && code === 44) commas++
    else if (!quoted && code === 9) tabs++
    else if (!quoted && code === 10) break
  }
  return tabs > commas ? '\t' : ','
}

/** The columns of PostgreSQL's `csvlog`, which writes no header; versions differ in how many of the last they have. */
const POSTGRES_COLUMNS =
  'timestamp user database pid connection session_id session_line command_tag session_start virtual_transaction transaction level sql_state message detail_text hint internal_query internal_query_pos context statement statement_pos location application_name backend_type leader_pid query_id'.split(
    ' ',
  )
const POSTGRES_ROW = /^\ufeff?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+:-]{1,8},(?:"(?:[^"]|"")*"|[^,"]*),(?:"(?:[^"]|"")*"|[^,"]*),\d+,/
/** Whether a text begins with a row of PostgreSQL's `csvlog`. */
export const isPostgresCsv = (line: string): boolean => POSTGRES_ROW.test(line.slice(0, 1_000))

/** Whether a cell of the header names the message. */
export const isMessageColumn = (cell: string): boolean => {
  const name = cell.trim().replace(/^"(.*)"$/, '$1')
  return FIELD_OF_COLUMN.get(name.trim().toLowerCase()) === 'message'
}

/** Whether a row names columns, and among them the one that holds the message. */
export const isCsvHeader = (cells: readonly string[]): boolean => cells.some(isMessageColumn) || isStructured(cells)

/** Where errors of JSON begin is of no interest here: it is an object, a list, or neither. */
const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readTags = (text: string): unknown => {
  const list = text.startsWith('[') ? tryJson(text) : undefined
  return Array.isArray(list) ? list : text.split(';').map((tag) => tag.trim())
}

const DATED = /\d{4}|[A-Za-z]{3}/
/** Day and clock in columns of their own, as exports of tables have them: one time, unless the clock names its day itself. */
const joinTime = (record: LooseRecord, header: readonly string[], cells: readonly string[]): void => {
  const { time } = record
  if (typeof time !== 'string' || record.timestamp !== undefined || DATED.test(time.replace(/^\d{6}$/, ''))) return
  const columns = header.map((name) => name.toLowerCase())
  const day = cells[columns.indexOf('date')]?.trim()
  if (!day) return
  const month = cells[columns.indexOf('month')]?.trim()
  for (const [index, name] of columns.entries()) if (name === 'date' || name === 'month') delete record[header[index] ?? '']
  delete record.time
  const clock = /^\d{6}$/.test(time) ? time.replace(/\B(?=(?:\d\d)+$)/g, ':') : time.trim()
  const short = /^(\d\d)[/.-]?(\d\d)[/.-]?(\d\d)$/.exec(day)
  record.timestamp = `${month ? `${month} ${day}` : short ? `20${short[1]}-${short[2]}-${short[3]}` : day} ${clock}`
}

const readData = (record: LooseRecord, text: string): void => {
  const value = text.startsWith('{') ? tryJson(text) : undefined
  record.attributes = typeof value === 'object' && value !== null ? value : { value: text }
}

const toRecord = (header: readonly string[], cells: readonly string[]): LooseRecord => {
  const record: LooseRecord = {}
  for (let index = 0; index < header.length; index++) {
    const text = cells[index]
    const name = header[index]
    // Too few cells: the rest is absent. A column that comes twice: the last that is not empty wins.
    if (text === undefined || text === '' || name === undefined || name === '') continue
    if (name === 'tags') record.tags = readTags(text)
    else if (name === 'data') readData(record, text)
    else if (name === 'detail') setField(record, name, tryJson(text) ?? text)
    else setField(record, name, text)
  }
  if (record.time !== undefined) joinTime(record, header, cells)
  if (cells.length > header.length) record._extra = cells.slice(header.length)
  return record
}

/** Collections of logs that others have taken apart already (loghub): there the text of the line is called its content. */
const isStructured = (cells: readonly string[]): boolean => cells[0]?.trim() === 'LineId' && cells.some((cell) => cell.trim() === 'Content')

const STRUCTURED: { [column: string]: string } = {
  Content: 'message',
  Component: 'service',
  Node: 'host',
  User: 'host',
  Logrecord: 'source',
  LineId: 'line',
}
const toHeader = (cells: readonly string[]): string[] =>
  isStructured(cells)
    ? cells.map((cell) => STRUCTURED[cell.trim()] ?? FIELD_OF_COLUMN.get(cell.trim().toLowerCase()) ?? cell.trim())
    : cells.map((cell) => FIELD_OF_COLUMN.get(cell.trim().toLowerCase()) ?? cell.trim())

/** After this many quotes that are never closed the rest of a body is given up: each of them costs another pass. */
const MAX_RESTARTS = 16

class CsvReader {
  private header: string[] | undefined
  private hasMessage = true
  /** Known from the form of the rows. */
  private product: string | undefined
  private readonly buffer: Buffer
  private readonly sink: EntrySink
  private readonly delimiter: string
  /** Byte and line at which the pass under way began. */
  private start = 0
  private startLine = 1
  /** Byte and line behind the last whole row. */
  private end = 0
  private endLine = 1

  constructor(buffer: Buffer, sink: EntrySink) {
    this.buffer = buffer
    this.sink = sink
    this.delimiter = delimiterOf(buffer.toString('latin1', 0, 65_536))
  }

  read(): void {
    for (let pass = 0; this.start < this.buffer.length; pass++) {
      if (this.tryPass()) return
      // A quote that is never closed: its line is lost, what follows is read anew.
      this.skipBlankLines()
      const newline = this.buffer.indexOf(10, this.end)
      this.sink.reject('malformed', `Line ${this.endLine} opens a quote that is never closed.`, this.endLine)
      this.start = newline < 0 ? this.buffer.length : newline + 1
      this.startLine = this.endLine + 1
      this.end = this.start
      this.endLine = this.startLine
      if (pass >= MAX_RESTARTS) {
        this.rejectRest()
        return
      }
    }
  }

  private tryPass(): boolean {
    try {
      parse(this.buffer.subarray(this.start), {
        delimiter: this.delimiter,
        relax_quotes: true,
        relax_column_count: true,
        skip_empty_lines: true,
        record_delimiter: ['\r\n', '\n'],
        on_record: (cells: string[], { bytes }) => {
          this.takeRow(cells, this.start + bytes)
          return null
        },
      })
      return true
    } catch (error) {
      if (error instanceof CsvError) return false
      throw error
    }
  }

  private takeRow(cells: string[], end: number): void {
    this.skipBlankLines()
    const line = this.endLine
    this.endLine++
    for (const cell of cells) for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) this.endLine++
    this.end = end
    if (!this.header && this.takeHeader(cells, line)) return
    if (!this.header) return
    if (cells.length === 1 && (cells[0] ?? '').trim() === '') return
    else if (this.hasMessage) this.sink.entry(this.named(toRecord(this.header, cells)), undefined, line)
    else this.sink.reject('malformed', 'The header names no column `message`.', line)
  }

  /** False when the first row is no header but an entry. */
  private takeHeader(cells: string[], line: number): boolean {
    if (cells.length > 20 && isPostgresCsv(`${cells.slice(0, 4).join(',')},`)) {
      this.header = POSTGRES_COLUMNS
      this.product = 'postgresql'
      return false
    }
    this.header = toHeader(cells)
    this.hasMessage = isCsvHeader(cells)
    if (!this.hasMessage) this.sink.reject('malformed', `Line ${line} is no header: none of its columns is \`message\`.`, line)
    return true
  }

  private named(record: LooseRecord): LooseRecord {
    if (this.product !== undefined) record.service ??= this.product
    return record
  }

  /** The parser passes over blank lines without a word, but line numbers count them. */
  private skipBlankLines(): void {
    const { buffer } = this
    while (this.end < buffer.length) {
      const at = this.end
      if (buffer[at] === 10) this.end++
      else if (buffer[at] === 13 && buffer[at + 1] === 10) this.end += 2
      else return
      this.endLine++
    }
  }

  private rejectRest(): void {
    while (this.start < this.buffer.length) {
      const newline = this.buffer.indexOf(10, this.start)
      const end = newline < 0 ? this.buffer.length : newline
      if (this.buffer.toString('latin1', this.start, end).trim() !== '') {
        this.sink.reject('malformed', `Line ${this.startLine} follows too many quotes that are never closed.`, this.startLine)
      }
      this.start = end + 1
      this.startLine++
    }
  }
}

const utf8Of = (body: Uint8Array): Buffer => {
  const isUtf16 = (body[0] === 0xff && body[1] === 0xfe) || (body[0] === 0xfe && body[1] === 0xff)
  if (isUtf16) return Buffer.from(decodeText(body))
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!isUtf8(buffer)) return Buffer.from(decodeText(body))
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? buffer.subarray(3) : buffer
}

/** CSV or tab-separated values by RFC 4180; the first row names the fields. */
export const decodeCsv: DecodeFormat = (job, sink) => new CsvReader(utf8Of(job.body), sink).read()
