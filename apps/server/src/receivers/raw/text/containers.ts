import { translateForeign } from '../../native/decode-foreign.ts'
import { scanIso } from '../../stamps/scan.ts'
import { continues, type OpenTrace, traceOpenedBy } from './continuation.ts'
import { readAfterStamp, readWithoutStamp } from './plain.ts'
import type { LineReader, Reading, TextEvent } from './reading.ts'

const CRI = /^ (stdout|stderr) ([FP])(?: |$)/

/**
 * Lines of containers as Kubernetes keeps them: `2024-05-01T12:00:00.123456789Z stderr F message`. The message is read in its own right; a line that was
 * cut in parts (`P`) is put together again.
 */
export const createCriReader = (inner: readonly LineReader[]): LineReader => {
  let isPartial = false
  let trace: OpenTrace = 'none'
  const split = (line: string, { zone, cursor }: Reading) => {
    const time = scanIso(line, 0, zone, cursor)
    const match = Number.isNaN(time) ? null : CRI.exec(line.slice(cursor.end, cursor.end + 10))
    return match ? { time, stream: match[1] ?? '', partial: match[2] === 'P', text: line.slice(cursor.end + match[0].length) } : undefined
  }
  return {
    name: 'Kubernetes',
    first: '12',
    read(line, reading) {
      const parts = split(line, reading)
      if (!parts) return undefined
      isPartial = parts.partial
      const event = readInner(parts.text, inner, reading)
      if (Number.isNaN(event.time)) event.time = parts.time
      if (event.record) event.record = { stream: parts.stream, ...withTime(event.record, parts.time) }
      event.attributes.stream = parts.stream
      trace = traceOpenedBy(parts.text, 'none')
      return event
    },
    absorb(event, line) {
      const match = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) ([FP]) ?/.exec(line.slice(0, 80))
      if (!match) return false
      const text = line.slice(match[0].length)
      if (isPartial) {
        isPartial = match[1] === 'P'
        event.message += text
        return true
      }
      // A stack inside a container: each of its lines carries Kubernetes' own time.
      const trouble = event.level === 'error' || event.level === 'fatal' || event.level === 'warn'
      if (event.record || !(/^\s+\S/.test(text) || continues(text, { known: true, trace, joined: false, trouble }))) return false
      trace = traceOpenedBy(text, trace)
      return text
    },
  }
}

const withTime = (record: TextEvent['attributes'], time: number) =>
  record.timestamp === undefined && record.time === undefined && record.ts === undefined ? { timestamp: time, ...record } : record

const readInner = (text: string, inner: readonly LineReader[], reading: Reading): TextEvent => {
  for (const reader of inner) {
    if (reader.first !== '' && !reader.first.includes(text.charAt(0))) continue
    const event = reader.read(text, reading)
    if (event) return event
  }
  // Kubernetes' time stands before it, so a level in front is one and goes out of the message.
  const event = readAfterStamp(text, Number.NaN)
  return event.message.length < text.length && event.level ? event : readWithoutStamp(text)
}

/** A line of JSON among lines of text: programs that log JSON still print plain lines when they start or crash. */
export const jsonLineReader: LineReader = {
  name: 'JSON',
  first: '{',
  read(line) {
    if (line.charCodeAt(line.length - 1) !== 125) return undefined
    try {
      const record = translateForeign(JSON.parse(line))
      return { time: Number.NaN, level: undefined, message: '', attributes: {}, record }
    } catch {
      return undefined
    }
  },
}
