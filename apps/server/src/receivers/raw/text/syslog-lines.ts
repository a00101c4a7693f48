import type { LooseRecord } from '../../decode.ts'
import { parseJson } from '../../native/decode-lenient.ts'
import { levelInText, levelOfSeverity } from '../../native/decode-levels.ts'
import { parseTimestamp } from '../../stamps/parse-timestamp.ts'
import { scanIso } from '../../stamps/scan.ts'
import { scanEpoch } from '../../stamps/scan-numbers.ts'
import { scanBsd, type YearlessScanner } from '../../stamps/year-clock.ts'
import { DIGITS, type LineReader, present, type Reading, type TextEvent } from './reading.ts'
import { readPayload } from './syslog-payload.ts'
import { processOf, readTagged, readTagOnly } from './tagged.ts'

/** The values of `[id k="v" …][…]`; undefined when it is malformed. */
const readStructuredData = (text: string, at: number): { data: { [id: string]: { [key: string]: string } }; end: number } | undefined => {
  const data: { [id: string]: { [key: string]: string } } = Object.create(null)
  let end = at
  while (text.charCodeAt(end) === 91) {
    const id = /[^\s\]="]{1,200}/y
    id.lastIndex = end + 1
    const name = id.exec(text)?.[0]
    if (name === undefined) return undefined
    const values: { [key: string]: string } = Object.create(null)
    data[name] = values
    end = id.lastIndex
    const parameter = / ([^\s\]="]{1,200})="((?:[^"\\\]]|\\[\s\S])*)"/y
    parameter.lastIndex = end
    for (let match = parameter.exec(text); match; match = parameter.exec(text)) {
      values[match[1] ?? ''] = (match[2] ?? '').replace(/\\(["\\\]])/g, '$1')
      end = parameter.lastIndex
    }
    if (text.charCodeAt(end) !== 93) return undefined
    end++
  }
  return { data, end }
}

const HEADER = /^(\S{1,64}) (\S{1,255}) (\S{1,255}) (\S{1,128}) (\S{1,64})(?: |$)/
const named = (value: string | undefined): string | undefined => (value === '-' ? undefined : value)

/** Everything behind `<PRI>1 `; undefined when the header is not that of RFC 5424. */
const read5424 = (line: string, at: number, reading: Reading): TextEvent | undefined => {
  const match = HEADER.exec(line.slice(at, at + 800))
  if (!match) return undefined
  const time = match[1] === '-' ? Number.NaN : (parseTimestamp(match[1], { zone: reading.zone }) ?? undefined)
  if (time === undefined) return undefined
  let end = at + match[0].length
  let structuredData: { [id: string]: unknown } | undefined
  if (line.charCodeAt(end) === 91) {
    const read = readStructuredData(line, end)
    // Malformed: the rest of the line is the message.
    if (read) {
      structuredData = read.data
      end = read.end
    }
  } else if (line.charCodeAt(end) === 45 && (line.charCodeAt(end + 1) === 32 || end + 1 === line.length)) end++
  if (line.charCodeAt(end) === 32) end++
  const message = line.slice(end).replace(/^(?:\ufeff|ï»¿)/, '')
  const record = ownEvent(structuredData)
  if (record !== undefined) return { time, level: undefined, message, attributes: {}, record }
  const attributes = present({ ...processOf(named(match[4])), msgId: named(match[5]), structuredData })
  return { time, level: undefined, message, host: named(match[2]), service: named(match[3]), attributes }
}

/** The whole event, in lines that `heartwood logs --format syslog` wrote. */
const ownEvent = (structuredData: { [id: string]: unknown } | undefined): LooseRecord | undefined => {
  const element = structuredData?.['heartwood@32473'] as { event?: unknown } | undefined
  const event = typeof element?.event === 'string' ? parseJson(element.event) : undefined
  return typeof event === 'object' && event !== null && !Array.isArray(event) ? (event as LooseRecord) : undefined
}

const YEAR_AFTER_DAY = /^([A-Z][a-z]{2} {1,2}\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)/

/** Everything behind `<PRI>`, or a whole line of a file. */
const read3164 = (line: string, at: number, reading: Reading): TextEvent | undefined => {
  const { stamp, cursor, zone } = reading
  const skip: YearlessScanner = at === 0 ? scanBsd : scanBehindPriority
  if (skip(line, 0, stamp)) {
    let { end } = stamp
    let time = reading.years.microsOf(stamp, reading.text, reading.at, skip)
    // A year may stand behind the time: `Oct 11 22:14:15 2023 host …`.
    const year = /^ ((?:19|20)\d\d) /.exec(line.slice(end, end + 6))
    if (year) {
      time = parseTimestamp(`${line.slice(at, end)} ${year[1]}`, { zone }) ?? time
      end += 5
    }
    return Number.isNaN(time) ? undefined : readTagged(line.slice(end).replace(/^:? +/, ''), time)
  }
  const withYear = YEAR_AFTER_DAY.exec(line.slice(at, at + 40))
  if (withYear) {
    const time = parseTimestamp(`${withYear[1]} ${withYear[3]} ${withYear[2]}`, { zone })
    if (time !== undefined) return readTagged(line.slice(at + withYear[0].length).replace(/^:? +/, ''), time)
  }
  const time = scanIso(line, at, zone, cursor)
  if (Number.isNaN(time) || line.charCodeAt(cursor.end) !== 32) return undefined
  return readTagged(line.slice(cursor.end + 1), time)
}

/** A count in front is left over from a framing that went wrong. */
const PRIORITY = /^(\d{1,7} )?<(\d{1,3})>(1 )?/
const scanBehindPriority: YearlessScanner = (text, at, stamp) => {
  const open = text.charCodeAt(at) === 60 ? at : text.indexOf('<', at)
  if (open < 0 || open - at > 8) return false
  const close = text.indexOf('>', open)
  return close > 0 && close - open <= 4 && scanBsd(text, text.charCodeAt(close + 1) === 32 ? close + 2 : close + 1, stamp)
}

/** Lines with a priority: RFC 5424 and RFC 3164 as they come over the wire. */
export const prioritySyslogReader: LineReader = {
  name: 'syslog with priority',
  first: `<${DIGITS}`,
  read(line, reading) {
    const match = PRIORITY.exec(line)
    const priority = Number(match?.[2] ?? 192)
    if (!match || priority > 191) return undefined
    const at = match[0].length - (match[3]?.length ?? 0)
    const event = (match[3] && read5424(line, match[0].length, reading)) || read3164(line, at, reading)
    if (event?.record !== undefined) return event
    const read = event ?? { ...readTagOnly(line.slice(at)), time: Number.NaN }
    // What comes over the wire happened just now.
    if (Number.isNaN(read.time)) read.time = reading.receivedAt
    read.level = levelOfSeverity(priority % 8)
    read.attributes.facility = priority >> 3
    // `dmesg -r`: the kernel names neither a host nor itself.
    if (priority < 8 && read.message.charCodeAt(0) === 91 && event === undefined) read.service = 'kernel'
    return readPayload(read)
  },
}

/** Lines of a file as syslogd, rsyslog and `journalctl -o short` write them: no priority. */
export const fileSyslogReader: LineReader = {
  name: 'syslog file',
  first: 'JFMASOND',
  read(line, reading) {
    const event = read3164(line, 0, reading)
    if (!event || (event.host === undefined && event.service === undefined)) return undefined
    return readPayload(event)
  },
}

const DAY_NAME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d{4}-\d\d-\d\d )/
/** `journalctl -o short-full`: `Sun 2026-03-01 12:00:00 UTC host tag[pid]: message`. */
export const fullSyslogReader: LineReader = {
  name: 'journal with the day of the week',
  first: 'MTWFS',
  read(line, { zone, cursor }) {
    if (!DAY_NAME.test(line)) return undefined
    const time = scanIso(line, 4, zone, cursor)
    const match = Number.isNaN(time) ? null : ISO_TAGGED.exec(line.slice(cursor.end))
    return match ? readPayload(readTagged(line.slice(cursor.end + 1), time)) : undefined
  },
}

/** As {@link fileSyslogReader} with RFC 3339 times, as rsyslog writes them today; only where a host and a tag follow. */
const ISO_TAGGED = /^ {1,2}([A-Za-z0-9_.:-]{1,255}) {1,2}(?:-- )?([^\s:[\]]{1,200}(?:\[[^\]\s]{0,64}\])?):(?: |$)/
export const isoSyslogReader: LineReader = {
  name: 'syslog file with ISO times',
  dated: true,
  first: '12',
  read(line, reading) {
    const { zone, cursor } = reading
    const isSpaced = line.charCodeAt(10) === 32
    if (line.charCodeAt(10) !== 84 && !isSpaced) return undefined
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time) || cursor.end < 20) return undefined
    const rest = line.slice(cursor.end)
    const match = ISO_TAGGED.exec(rest)
    // macOS writes a space in its time; there only a number behind the tag tells it from any other line.
    if (isSpaced && !(match && match[1] !== '-' && /\[\d{1,10}\]$/.test(match[2] ?? ''))) return undefined
    if (!match || levelInText(match[1] ?? '') || (match[1] ?? '').endsWith(':')) return undefined
    return readPayload(readTagged(rest.trimStart(), time))
  },
}

/** `journalctl -o short-unix`: `1714557600.123456 host tag[pid]: message`. */
export const unixSyslogReader: LineReader = {
  name: 'journal with seconds',
  dated: false,
  first: '1',
  read(line, { zone, cursor }) {
    if (line.charCodeAt(10) !== 46) return undefined
    const time = scanEpoch(line, 0, zone, cursor)
    const match = Number.isNaN(time) ? null : ISO_TAGGED.exec(line.slice(cursor.end))
    return match ? readPayload(readTagged(line.slice(cursor.end + 1), time)) : undefined
  },
}
