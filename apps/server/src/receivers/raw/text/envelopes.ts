import { translateForeign } from '../../native/decode-foreign.ts'
import { levelOfWord } from '../../native/decode-levels.ts'
import { TERMINAL_STYLE } from '../../native/decode-text.ts'
import { parseTimestamp } from '../../stamps/parse-timestamp.ts'
import { scanIso } from '../../stamps/scan.ts'
import { continues, type OpenTrace, traceOpenedBy } from './continuation.ts'
import { createMatcher, type Matcher } from './matcher.ts'
import { readAfterStamp, readWithoutStamp } from './plain.ts'
import { CAPITALS, DIGITS, type LineReader, type Reading, type TextEvent } from './reading.ts'
import { isFrame } from './stack.ts'

/** A line that a collector put around the line of a program. */
interface Envelope {
  /** Unix microseconds; NaN when it names none. */
  time: number
  text: string
  /** The line goes on in the next envelope of the same stream. */
  partial?: boolean
  service?: string | undefined
  attributes: { [name: string]: unknown }
}

/** @returns undefined when the line is none of its own. */
type Split = (line: string, reading: Reading) => Envelope | undefined

/** Further from the envelope's time than this, what the program wrote is the clock of another zone or of another year. */
const SAME_MOMENT_MICROS = 60_000_000

/** The collector has put its time before it, so a level in front is one and goes out of the message. */
const readBare = (text: string, time: number): TextEvent => {
  const event = readAfterStamp(text, time)
  return event.message.length < text.length && event.level ? event : { ...readWithoutStamp(text), time }
}

const readInner = ({ text, time }: Envelope, inner: Matcher, reading: Reading): TextEvent | undefined => {
  const event = inner.match(text, reading)
  if (event && (Number.isNaN(event.time) || Math.abs(event.time - time) > SAME_MOMENT_MICROS)) event.time = time
  return event ?? undefined
}

const hasTime = (record: TextEvent['attributes']): boolean =>
  ['timestamp', '@timestamp', 'time', 'ts', 't', '@t'].some((name) => record[name] !== undefined)

/**
 * Reads the line inside in its own right. A line that was cut in parts is put together again, and a stack, each line of which has an envelope of
 * its own, goes to the event that it belongs to.
 */
const createEnvelopeReader = (name: string, first: string, dated: boolean, splitLine: Split, readers: readonly LineReader[]): LineReader => {
  const inner = createMatcher(readers)
  let isPartial = false
  let parts = ''
  let opened: Envelope | undefined
  let trace: OpenTrace = 'none'
  let joined = false
  /** Whether a reader knew the line inside: below any other, a traceback at the margin is a crash of its own. */
  let known = false
  let seen = ''
  let split: Envelope | undefined
  /** A line is asked for twice: whether it goes on, and what it says. */
  const openLine = (line: string, reading: Reading): Envelope | undefined => {
    if (line !== seen) {
      seen = line
      split = splitLine(line, reading)
    }
    return split
  }

  const open = (envelope: Envelope, reading: Reading): TextEvent => {
    const read = readInner(envelope, inner, reading)
    const event = read ?? readBare(envelope.text, envelope.time)
    known = read !== undefined || event.level !== undefined
    const { attributes, time } = envelope
    if (event.record)
      event.record = { ...(hasTime(event.record) || Number.isNaN(time) ? undefined : { timestamp: time }), ...attributes, ...event.record }
    Object.assign(event.attributes, attributes)
    event.service ??= envelope.service
    trace = traceOpenedBy(envelope.text, 'none')
    return event
  }

  return {
    name,
    first,
    dated,
    read(line, reading) {
      const envelope = openLine(line, reading)
      if (!envelope) return undefined
      if (envelope.text === '' && !envelope.partial) return null
      isPartial = envelope.partial === true
      parts = envelope.text
      opened = envelope
      joined = false
      return open(envelope, reading)
    },
    absorb(event, line, reading) {
      if (!opened) return false
      const code = line.charAt(0)
      const next = first === '' || first.includes(code) ? openLine(line, reading) : undefined
      if (!next || next.service !== opened.service || next.attributes.stream !== opened.attributes.stream) return false
      if (isPartial) {
        isPartial = next.partial === true
        parts += next.text
        // Only the whole line shows what it is.
        if (isPartial) return true
        Object.assign(event, { record: undefined, level: undefined, service: undefined }, open({ ...opened, text: parts }, reading))
        return true
      }
      const { text } = next
      if (event.record && trace === 'none') return false
      const trouble = event.level === 'error' || event.level === 'fatal' || event.level === 'warn'
      const isIndented = /^\s+\S/.test(text)
      if (!(isIndented ? !looksStamped(text) : continues(text, { known, trace, joined, trouble }) && !looksStamped(text))) return false
      if (!isIndented || isFrame(text)) joined = true
      trace = traceOpenedBy(text, trace)
      return text
    },
  }
}

const looksStamped = (text: string): boolean => /^\s*\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d/.test(text)

const CRI = /^ (stdout|stderr) ([FP])(?: |$)/
/** Lines of containers as Kubernetes keeps them: `2024-05-01T12:00:00.123456789Z stderr F message`. */
const splitCri: Split = (line, { zone, cursor }) => {
  if (line.charCodeAt(10) !== 84) return undefined
  const time = scanIso(line, 0, zone, cursor)
  const match = Number.isNaN(time) ? null : CRI.exec(line.slice(cursor.end, cursor.end + 10))
  if (!match) return undefined
  return { time, partial: match[2] === 'P', text: line.slice(cursor.end + match[0].length), attributes: { stream: match[1] } }
}

/** Docker's json-file: `{"log":"message\n","stream":"stdout","time":"…"}`; a line without its line break goes on. */
const splitDocker: Split = (line, { zone }) => {
  if (!DOCKER.test(line)) return undefined
  try {
    const { log, stream, time, attrs, ...rest } = JSON.parse(line) as { [name: string]: unknown }
    if (typeof log !== 'string') return undefined
    const text = log.replace(/[\r\n]+$/, '')
    return {
      time: parseTimestamp(time, { zone }) ?? Number.NaN,
      partial: log.length > 0 && !log.endsWith('\n'),
      text: text.includes('\x1b[') ? text.replace(TERMINAL_STYLE, '') : text,
      attributes: { ...rest, stream, ...(typeof attrs === 'object' && attrs !== null ? attrs : {}) },
    }
  } catch {
    return undefined
  }
}
const DOCKER = /^\{"log":"/

const COMPOSE = /^([a-z][\w.-]{0,80}) +\| ?/
const NANOSECONDS = /^\.\d{7}/
const COMPOSE_NUMBER = /[-_]\d{1,4}$/
const PM2 = /^(?:\d{1,4}\|([\w.@/-]{1,60}) *|(PM2) *)\| /
const KUBECTL = /^\[(?:pod\/)?([\w.-]{1,120})\/([\w.-]{1,80})\] /
/** `web-1  | message` of docker compose, `0|web | message` of pm2, `[pod/web-1/app] message` of kubectl --prefix. */
const splitPrefix: Split = (line, { zone, cursor }) => {
  const head = line.length > 220 ? line.slice(0, 220) : line
  const code = head.charCodeAt(0)
  const match = code === 91 ? KUBECTL.exec(head) : (PM2.exec(head) ?? COMPOSE.exec(head))
  if (!match || (code > 96 && levelOfWord(match[1] ?? ''))) return undefined
  const rest = line.slice(match[0].length)
  const service = code === 91 ? match[2] : (match[1] ?? match[2])?.replace(COMPOSE_NUMBER, '')
  // `kubectl logs --timestamps`, `docker compose logs -t`: nanoseconds; a program writes coarser ones.
  const time = rest.charCodeAt(10) === 84 && NANOSECONDS.test(rest.slice(19, 30)) ? scanIso(rest, 0, zone, cursor) : Number.NaN
  const text = Number.isNaN(time) ? rest : rest.slice(cursor.end).replace(/^:? /, '')
  return { time, text, service, attributes: code === 91 ? { pod: match[1] } : {} }
}

export const createCriReader = (inner: readonly LineReader[]): LineReader => createEnvelopeReader('Kubernetes', '12', true, splitCri, inner)
export const createDockerReader = (inner: readonly LineReader[]): LineReader => createEnvelopeReader('Docker', '{', false, splitDocker, inner)
export const createPrefixReader = (inner: readonly LineReader[]): LineReader =>
  createEnvelopeReader('name before the line', `[P${DIGITS}${CAPITALS.toLowerCase()}`, false, splitPrefix, inner)

/** The object that a whole text is, in our vocabulary. */
export const readJson = (text: string): TextEvent['record'] => {
  if (text.charCodeAt(text.length - 1) !== 125) return undefined
  try {
    return translateForeign(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** A line of JSON among lines of text: programs that log JSON still print plain lines when they start or crash. */
export const jsonLineReader: LineReader = {
  name: 'JSON',
  first: '{',
  read(line) {
    const record = readJson(line)
    return record && { time: Number.NaN, level: undefined, message: '', attributes: {}, record }
  },
}
