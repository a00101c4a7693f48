import { LIMITS, type UnixMicros, unixMicros } from '@heartwood/protocol'
import type { DecodeJob } from '../../../ingest/decoder.ts'
import type { EntrySink, LooseRecord } from '../../decode.ts'
import { TERMINAL_STYLE } from '../../native/decode-text.ts'
import { parseTimestamp } from '../../stamps/parse-timestamp.ts'
import { createZone } from '../../stamps/zone.ts'
import { INNER_LINE } from '../inner-lines.ts'
import { continues, type JoinState, type OpenTrace, traceOpenedBy } from './continuation.ts'
import { createMatcher, type Matcher } from './matcher.ts'
import { createReading, type LineReader, type Reading, type TextEvent } from './reading.ts'
import { settle } from './stack.ts'

/** Which lines go to the event before them: all that belong to it, those that begin with white space, or none. */
type Joining = 'stacks' | 'indented' | 'none'

export interface LinesOptions {
  readers: readonly LineReader[]
  /** Takes what no reader knows. */
  fallback: (line: string, reading: Reading) => TextEvent
  join: Joining
  /** A line without a time takes that of the line before it (default), or the time of receipt. */
  withoutTime?: 'inherit' | 'receipt'
}

interface Pending {
  event: TextEvent
  reader: LineReader | undefined
  line: number
  firstLine: string
  lines: string[]
  length: number
  blanks: number
  trace: OpenTrace
}

/** How many lines at the top may wait for the first time, which they take. */
const WAITING_LINES = 1_000

const STAMP_AFTER_SPACE = /^\s+(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:|\[\d{4}-\d\d-\d\d)/

class LineJoiner {
  private pending: Pending | undefined
  private readonly matcher: Matcher
  private readonly options: LinesOptions
  private readonly reading: Reading
  private readonly sink: EntrySink
  private readonly job: DecodeJob
  /** Of the last line that had one. */
  private time: UnixMicros | undefined
  /** Entries before the first time of the text. */
  private waiting: { record: LooseRecord; line: number }[] = []

  constructor(text: string, job: DecodeJob, sink: EntrySink, options: LinesOptions) {
    this.options = options
    this.matcher = createMatcher(options.readers)
    this.reading = createReading(text, createZone(job.timezone), job)
    this.sink = sink
    this.job = job
    this.time = job.after
  }

  take(line: string, number: number, at: number): void {
    const { options, pending } = this
    this.reading.at = at
    if (pending && this.absorbs(pending, line, number)) return
    const first = line.charCodeAt(0)
    const indented = first === 32 || first === 9
    if (indented && options.join !== 'none' && pending && !STAMP_AFTER_SPACE.test(line) && !pending.reader?.begins?.(line)) {
      this.join(pending, line, number)
      return
    }
    const trimmed = indented ? line.trimStart() : line
    const event = this.matcher.match(trimmed, this.reading)
    if (event === null) return
    if (event && !Number.isNaN(event.time)) this.reading.last = event.time
    // A time alone on its line, as Oracle writes it: what follows is its message.
    const isHead = pending?.event.message === '' && pending.lines.length === 0 && !Number.isNaN(pending.event.time)
    // Where lines without a time are events of their own, a stack belongs only to a line that has one.
    const takesStack = pending !== undefined && options.join === 'stacks' && (options.withoutTime !== 'receipt' || !Number.isNaN(pending.event.time))
    if (!event && takesStack && (isHead || continues(line, this.state(pending)))) this.join(pending, line, number)
    else this.begin(event ?? options.fallback(trimmed, this.reading), event ? this.matcher.matched : undefined, line, number)
  }

  /** Whether the reader of the event before takes the line. */
  private absorbs(pending: Pending, line: string, number: number): boolean {
    if (this.options.join === 'none' || !pending.reader?.absorb || pending.length > LIMITS.detail) return false
    const taken = pending.reader.absorb(pending.event, line, this.reading)
    if (typeof taken === 'string') this.join(pending, taken, number)
    else if (taken) pending.length += line.length
    return taken !== false
  }

  blank(): void {
    if (this.pending) this.pending.blanks++
  }

  private end(): void {
    const { pending } = this
    this.pending = undefined
    if (!pending) return
    const { event } = pending
    const named = event.record ? timeOfRecord(event.record, this.reading) : Number.NaN
    const time = Number.isNaN(named) ? event.time : named
    const hasTime = !Number.isNaN(time)
    if (hasTime) this.time = unixMicros(time)
    if (pending.lines.length > 0 || pending.trace !== 'none') settle(event, pending.firstLine, pending.lines)
    const record = toRecord(event, this.job)
    if (!hasTime && this.options.withoutTime === 'receipt') this.sink.entry(record, this.job.receivedAt, pending.line)
    else if (this.time === undefined) this.wait(record, pending.line)
    else {
      this.release(this.time)
      // A record that names its time itself is read by the pipeline, which keeps what it cannot read.
      this.sink.entry(record, Number.isNaN(named) ? this.time : undefined, pending.line)
    }
  }

  /** The last line is in. */
  finish(): void {
    this.end()
    this.release(this.job.receivedAt)
  }

  /** What stands above the first time of a file belongs to it, not to the day on which the file is read. */
  private wait(record: LooseRecord, line: number): void {
    this.waiting.push({ record, line })
    if (this.waiting.length < WAITING_LINES) return
    this.time = this.job.receivedAt
    this.release(this.time)
  }

  private release(time: UnixMicros): void {
    if (this.waiting.length === 0) return
    for (const { record, line } of this.waiting) this.sink.entry(record, time, line)
    this.waiting = []
  }

  private begin(event: TextEvent, reader: LineReader | undefined, line: string, number: number): void {
    this.end()
    this.pending = {
      event,
      reader,
      line: number,
      firstLine: line,
      lines: [],
      length: line.length,
      blanks: 0,
      trace: traceOpenedBy(event.message, 'none'),
    }
  }

  private join(pending: Pending, joined: string, number: number): void {
    const line = joined.startsWith(INNER_LINE) ? joined.slice(INNER_LINE.length) : joined
    if (pending.length + line.length > LIMITS.detail) {
      this.begin(this.options.fallback(line, this.reading), undefined, line, number)
      return
    }
    for (; pending.blanks > 0; pending.blanks--) pending.lines.push('')
    pending.lines.push(line)
    pending.length += line.length + 1
    pending.trace = traceOpenedBy(line, pending.trace)
  }

  private state(pending: Pending): JoinState {
    const known = pending.reader !== undefined || !Number.isNaN(pending.event.time)
    const { level } = pending.event
    const trouble = level !== 'info' && level !== 'debug' && level !== 'trace'
    return { known, trace: pending.trace, joined: pending.lines.length > 0, trouble }
  }
}

/** A record of JSON names its time itself; NaN when it does not. */
const timeOfRecord = (record: LooseRecord, { zone }: Reading): number => {
  const value = record.timestamp ?? record['@timestamp'] ?? record.time ?? record.ts ?? record.t ?? record.datetime ?? record.date
  return parseTimestamp(value, { zone }) ?? Number.NaN
}

const toRecord = (event: TextEvent, job: DecodeJob): LooseRecord => {
  if (event.record) return event.record
  const record: LooseRecord = { message: event.message, attributes: event.attributes }
  if (event.level !== undefined) record.level = event.level
  const service = event.service || (job.defaults.service ? undefined : event.product)
  if (service) record.service = service
  if (event.host) record.host = event.host
  if (event.kind) record.kind = event.kind
  if (event.request) record.request = event.request
  if (event.error) record.error = event.error
  return record
}

/** Reads a text line by line; blank lines count but are no entries. */
export const decodeLines = (text: string, job: DecodeJob, sink: EntrySink, options: LinesOptions): void => {
  const isColoured = text.includes('\x1b[')
  const joiner = new LineJoiner(text, job, sink, options)
  let number = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const next = newline < 0 ? text.length : newline
    let end = next
    while (end > start && text.charCodeAt(end - 1) === 13) end--
    number++
    const raw = text.slice(start, end)
    const line = isColoured && raw.includes('\x1b[') ? raw.replace(TERMINAL_STYLE, '') : raw
    if (line.trim() === '') joiner.blank()
    else joiner.take(line, number, start)
    start = next + 1
  }
  joiner.finish()
}
