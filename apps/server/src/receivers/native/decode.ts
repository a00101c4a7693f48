import { type DecodeFormat, type EntrySink, isRecord, type LooseRecord } from '../decode.ts'
import { extentInLines, extentOf } from './decode-extent.ts'
import { translateForeign } from './decode-foreign.ts'
import { endOfString, parseExactly, parseJson, parseMended } from './decode-lenient.ts'
import { decodeText } from './decode-text.ts'

/** Entries of `{ "events": […] }`, `{ "logs": […] }` and what clouds deliver; undefined when the object is an entry itself. */
const wrapped = (value: LooseRecord): unknown[] | undefined => {
  if (value.message !== undefined || value.msg !== undefined) return undefined
  if (Array.isArray(value.events)) return value.events
  if (Array.isArray(value.logs)) return value.logs
  // CloudTrail, Azure, CloudWatch.
  const records = value.Records ?? value.records ?? value.logEvents
  return Array.isArray(records) && isRecord(records[0]) ? records : undefined
}

/** Azure streams such a wrapper on each line. */
const wrappedLine = (value: LooseRecord): unknown[] | undefined =>
  (value.records ?? value.Records ?? value.logEvents) === undefined ? undefined : wrapped(value)

/** The head and the tail of a wrapper that holds nothing but its list: such a list is read element by element. */
const WRAPPER_HEAD = /^\s*\{\s*"(?:events|logs)"\s*:\s*\[/
const WRAPPER_TAIL = /\]\s*\}\s*$/
/** What is left of a list at the end of the last piece of a file. */
const LIST_TAIL = /^\]\s*\}?\s*$/
const SCALAR = /^(?:null|true|false|-?\d[\d.eE+-]*|"[^\n]*"),?\s*$/

/** Reads one text from the front: values, lists and lines in any mixture, each handed over before the next is parsed. */
class JsonReader {
  private at = 0
  private line = 1
  private newline = -1
  /** End of a line that holds more than one value: not tried again as a whole for each of them. */
  private crowdedLine = -1
  /** Whether an object has stood on a line of its own. */
  private lines = false
  /** Where the entry that is handed over stands. */
  private from = 0
  private to = 0
  private readonly exactly = (): LooseRecord | undefined => {
    const value = parseExactly(this.text.slice(this.from, this.to))
    return isRecord(value) ? translateForeign(value) : undefined
  }
  private readonly text: string
  private readonly sink: EntrySink

  constructor(text: string, sink: EntrySink) {
    this.text = text
    this.sink = sink
  }

  read(): void {
    if (this.readWrapper()) return
    const { text } = this
    for (let first = true; this.skipBlanks(); first = false) {
      const code = text.charCodeAt(this.at)
      if (code === 123) this.readObject(first)
      else if (code === 91) this.readArray()
      else if (code === 93 && LIST_TAIL.test(text.slice(this.at, this.at + 200)) && this.at + 200 > text.length) return
      else this.readJunk()
    }
  }

  /** White space, record separators and commas between values; false at the end of the text. */
  private skipBlanks(): boolean {
    const { text } = this
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at)
      if (code === 10) this.line++
      else if (code > 32 && code !== 44 && code !== 0xfeff) return true
    }
    return false
  }

  /** Where the line ends; looked up once a line, or a thousand entries on one line would search to its end a thousand times. */
  private lineEnd(): number {
    if (this.newline < this.at) {
      const end = this.text.indexOf('\n', this.at)
      this.newline = end < 0 ? this.text.length : end
    }
    return this.newline
  }

  private moveTo(end: number): void {
    while (this.lineEnd() < end) {
      this.line++
      this.at = this.newline + 1
    }
    this.at = end
  }

  private readWrapper(): boolean {
    const { text } = this
    const head = WRAPPER_HEAD.exec(text.slice(0, 200))
    if (!head || !WRAPPER_TAIL.test(text.slice(-200))) return false
    const end = text.lastIndexOf(']')
    // Only a list that really ends where the wrapper ends: `{"events":[],"tags":["a"]}` is one object.
    const extent = extentOf(text, head[0].length - 1)
    if (!extent.closed || extent.end !== end + 1) return false
    this.at = head[0].length - 1
    this.readArray()
    return true
  }

  /** The hot path: one object on one line. */
  private readObject(first: boolean): void {
    const end = this.lineEnd()
    const { line } = this
    const last = this.text.charCodeAt(end - 1)
    if (end !== this.crowdedLine && (last === 125 || last === 13 || last === 32)) {
      let value: unknown
      try {
        value = JSON.parse(this.text.slice(this.at, end))
      } catch {
        this.readExtent(first, end)
        return
      }
      this.from = this.at
      this.to = end
      this.at = end
      this.lines = true
      if (first && !this.skipBlanks()) this.emitDocument(value)
      else this.emitLine(value as LooseRecord, line)
      return
    }
    this.readExtent(first, -1)
  }

  /** Printed over several lines, several on one line, cut off, or only nearly JSON. */
  private readExtent(first: boolean, refusedEnd: number): void {
    const { text } = this
    const line = this.line
    if (first) {
      const whole = parseJson(text.slice(this.at))
      if (whole !== undefined) {
        this.from = this.at
        this.to = text.length
        this.at = text.length
        this.emitDocument(whole)
        return
      }
      // The first piece of a file: the wrapper is opened here and closed in the last.
      const head = WRAPPER_HEAD.exec(text.slice(0, 200))
      if (head) {
        this.at = head[0].length - 1
        this.readArray()
        return
      }
    }
    const extent = extentInLines(text, this.at, this.lineEnd())
    const json = text.slice(this.at, extent.end)
    // JSON.parse has refused the line already, and each refusal costs more than reading a good one.
    const refused = extent.end <= refusedEnd && text.slice(extent.end, refusedEnd).trim() === ''
    const value = extent.closed ? (refused ? parseMended(json) : parseJson(json)) : undefined
    if (extent.end < this.lineEnd()) this.crowdedLine = this.lineEnd()
    if (value === undefined) {
      if (this.lines) this.rejectLines(extent.end)
      else this.sink.reject('malformed', `Line ${line} is not valid JSON.`, line)
    }
    this.from = this.at
    this.to = extent.end
    this.moveTo(extent.end)
    if (value !== undefined) this.emit(value, line)
  }

  /** Where entries are lines, each line of what could not be read counts. */
  private rejectLines(end: number): void {
    this.text
      .slice(this.at, end)
      .split('\n')
      .forEach((text, index) => {
        const line = this.line + index
        if (text.trim() !== '') this.sink.reject('malformed', `Line ${line} is not valid JSON.`, line)
      })
  }

  private readArray(): void {
    const { text } = this
    this.at++
    while (this.skipBlanks()) {
      const code = text.charCodeAt(this.at)
      if (code === 93) {
        this.at++
        return
      }
      if (code !== 123 && code !== 91) {
        this.readToken()
        continue
      }
      const extent = extentOf(text, this.at)
      const value = extent.closed ? parseJson(text.slice(this.at, extent.end)) : undefined
      this.from = this.at
      this.to = extent.end
      this.moveTo(extent.end)
      if (value === undefined)
        this.sink.reject('malformed', extent.closed ? 'The entry is not valid JSON.' : 'The list ends in the middle of an entry.')
      else this.emit(value, undefined)
    }
  }

  /** Something in a list that is neither object nor list: a text, a number, or no JSON at all. */
  private readToken(): void {
    const { text } = this
    let end = text.length
    if (text.charCodeAt(this.at) === 34) end = endOfString(text, this.at)
    else {
      const stop = /[,\]\n]/g
      stop.lastIndex = this.at
      end = stop.exec(text)?.index ?? end
    }
    const token = text.slice(this.at, Math.min(end, this.at + 1_000)).trim()
    this.moveTo(end)
    if (SCALAR.test(token)) this.sink.reject('not-an-object', 'The entry is not an object.')
    else this.sink.reject('malformed', 'The entry is not valid JSON.')
  }

  private readJunk(): void {
    const end = this.lineEnd()
    const { line } = this
    const scalar = SCALAR.test(this.text.slice(this.at, Math.min(end, this.at + 1_000)))
    this.at = end
    if (scalar) this.sink.reject('not-an-object', `Line ${line} is not an object.`, line)
    else this.sink.reject('malformed', `Line ${line} is not valid JSON.`, line)
  }

  /** The only value of the text. */
  private emitDocument(value: unknown): void {
    const list = isRecord(value) ? wrapped(value) : undefined
    // Where each of them stands is not known.
    this.from = list ? this.to : this.from
    if (list) for (const item of list) this.emit(item, undefined)
    else this.emit(value, undefined)
  }

  private emitLine(value: LooseRecord, line: number): void {
    const list = wrappedLine(value)
    if (!list) this.sink.entry(translateForeign(value), undefined, line, this.exactly)
    else {
      this.from = this.to
      for (const item of list) this.emit(item, line)
    }
  }

  private emit(value: unknown, line: number | undefined): void {
    if (isRecord(value)) this.sink.entry(translateForeign(value), undefined, line, this.exactly)
    else this.sink.reject('not-an-object', 'The entry is not an object.', line)
  }
}

/**
 * The body of `POST /ingest`, whatever its content type says: an object, a list, `{ "events": […] }`, `{ "logs": […] }`, one object a line, or objects
 * printed one after the other. Strict JSON first, then one lenient read of what that refuses.
 */
export const decodeNative: DecodeFormat = (job, sink) => new JsonReader(decodeText(job.body), sink).read()
