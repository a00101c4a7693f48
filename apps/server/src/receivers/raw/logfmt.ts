import type { DecodeFormat, LooseRecord } from '../decode.ts'
import { levelOfWord } from '../native/decode-levels.ts'
import { decodeText } from '../native/decode-text.ts'
import { decodeLines } from './text/decode-lines.ts'
import { nameTime, readPairs } from './text/pairs.ts'
import { readWithoutStamp } from './text/plain.ts'
import { SYSLOG_READERS } from './text/readers.ts'
import type { LineReader, TextEvent } from './text/reading.ts'

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
  nameTime(record)
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
      nameTime(record)
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
