import type { DecodeFormat, LooseRecord } from '../decode.ts'
import { levelOfWord } from '../native/decode-levels.ts'
import { decodeText } from '../native/decode-text.ts'
import { setField } from './fields.ts'
import { decodeLines } from './text/decode-lines.ts'
import { readWithoutStamp } from './text/plain.ts'
import { SYSLOG_READERS } from './text/readers.ts'
import type { LineReader, TextEvent } from './text/reading.ts'

const ESCAPES: { [letter: string]: string } = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

const unescapeText = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_all, hex: string | undefined, letter: string | undefined) =>
    hex === undefined ? (ESCAPES[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/

/** Bare values that are numbers or truth values become them; `007`, `12ms` and all that was quoted stay text. */
const bareValue = (text: string): unknown => {
  const code = text.charCodeAt(0)
  if ((code >= 48 && code <= 57) || code === 45) return NUMBER.test(text) ? Number(text) : text
  if (text === 'true') return true
  if (text === 'false') return false
  return text === 'null' || text === 'nil' || text === '<nil>' ? null : text
}

/** Index behind the quoted value that opens at `at`; -1 when it is never closed. */
const endOfQuoted = (line: string, at: number): number => {
  for (let i = at + 1; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i + 1
  }
  return -1
}

/**
 * The pairs of a line: `key=value`, `key="quoted \"value\""`, `key=`, and bare keys, which are true.
 * @returns undefined when the line has no pair at all.
 */
const readPairs = (line: string): LooseRecord | undefined => {
  const record: LooseRecord = {}
  let pairs = 0
  for (let at = 0; at < line.length; ) {
    const code = line.charCodeAt(at)
    if (code <= 32) {
      at++
      continue
    }
    let end = at
    while (end < line.length && line.charCodeAt(end) > 32 && line.charCodeAt(end) !== 61) end++
    const key = line.slice(at, end)
    if (line.charCodeAt(end) !== 61 || key === '') {
      if (key !== '') setField(record, key, true)
      at = key === '' ? end + 1 : end
      continue
    }
    pairs++
    at = end + 1
    if (line.charCodeAt(at) === 34) {
      const close = endOfQuoted(line, at)
      const text = line.slice(at + 1, close < 0 ? line.length : close - 1)
      setField(record, key, text.includes('\\') ? unescapeText(text) : text)
      at = close < 0 ? line.length : close
    } else {
      end = at
      while (end < line.length && line.charCodeAt(end) > 32) end++
      setField(record, key, bareValue(line.slice(at, end)))
      at = end
    }
  }
  return pairs > 0 ? record : undefined
}

const MILLISECONDS = /^(\d{1,9}(?:\.\d{1,6})?)ms$/

/** Heroku's router: `at=info method=GET path="/" host=shop.example fwd="203.0.113.9" connect=1ms service=18ms status=200 bytes=13`. */
const translateRouter = (record: LooseRecord): void => {
  const { at, service, fwd, host } = record
  const took = typeof service === 'string' ? MILLISECONDS.exec(service) : null
  if (took && typeof record.method === 'string') {
    record.durationMs = Number(took[1])
    delete record.service
    delete record.fwd
    delete record.host
    record.kind = 'request'
    record.attributes = { 'client.address': typeof fwd === 'string' ? fwd.split(',')[0] : undefined, 'request.host': host }
    record.message ??= record.msg ?? `${record.method} ${record.path ?? ''}`
  }
  const level = typeof at === 'string' && record.level === undefined && record.lvl === undefined ? levelOfWord(at) : undefined
  if (level) {
    record.level = level
    delete record.at
  }
}

const fromPairs = (record: LooseRecord): TextEvent => {
  translateRouter(record)
  return { time: Number.NaN, level: undefined, message: '', attributes: {}, record }
}

/** A line of pairs; every line that has one is taken. */
const logfmtReader: LineReader = {
  name: 'logfmt',
  first: '',
  read(line) {
    const record = readPairs(line)
    return record && fromPairs(record)
  },
}

/** Pairs behind a header of syslog, as Heroku's drains and log files write them: what the pairs say wins over the header. */
const headedReader: LineReader = {
  name: 'logfmt behind syslog',
  first: '<JFMASOND12',
  read(line, reading) {
    for (const reader of SYSLOG_READERS) {
      if (!reader.first.includes(line.charAt(0))) continue
      const event = reader.read(line, reading)
      const record = event && /^[^\s="]{1,100}=/.test(event.message) ? readPairs(event.message) : undefined
      if (!event || !record) continue
      translateRouter(record)
      record.host ??= event.host
      record.service ??= event.service
      record.level ??= record.lvl === undefined ? event.level : undefined
      record.attributes = { ...event.attributes, ...(record.attributes as LooseRecord | undefined) }
      return { ...event, record }
    }
    return undefined
  },
}

/** logfmt as Go programs, Grafana's family and Heroku write it. A line without any pair is an event with the line as its message. */
export const decodeLogfmt: DecodeFormat = (job, sink) =>
  decodeLines(decodeText(job.body), job, sink, { readers: [headedReader, logfmtReader], fallback: readWithoutStamp, join: 'none' })
