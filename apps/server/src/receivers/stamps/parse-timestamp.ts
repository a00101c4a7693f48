import { type UnixMicros, unixMicros } from '@heartwood/protocol'
import { FIRST_YEAR, LAST_YEAR, monthAt } from './civil.ts'
import { microsOfWall, nearestPastYear } from './nearest-year.ts'
import { type StampCursor, scanClf, scanClock, scanCtime, scanIso, scanLocal, scanMail, scanMonthFirst } from './scan.ts'
import { UTC, type Zone } from './zone.ts'

export interface StampOptions {
  /** For stamps without a zone; default UTC. Make it once per job by `createZone(job.timezone)`. */
  zone?: Zone
  /** For stamps without a year (`Oct 11 22:14:15`): they take the nearest past one. Without it such stamps are unreadable. */
  receivedAt?: UnixMicros
  /** Year for stamps without one; wins over the nearest past. */
  year?: number | undefined
}

const MIN_MICROS = Date.UTC(FIRST_YEAR, 0, 1) * 1_000
const MAX_MICROS = Date.UTC(LAST_YEAR + 1, 0, 1) * 1_000
const cursor: StampCursor = { end: 0 }

const inRange = (micros: number): UnixMicros | undefined => (micros >= MIN_MICROS && micros < MAX_MICROS ? unixMicros(Math.round(micros)) : undefined)

/** Seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, else nanoseconds. */
const fromNumber = (value: number): UnixMicros | undefined => {
  const size = Math.abs(value)
  if (size < 1e11) return inRange(value * 1e6)
  if (size < 1e14) return inRange(value * 1e3)
  if (size < 1e17) return inRange(Math.floor(value))
  return inRange(Math.floor(value / 1e3))
}

const NUMERIC = /^[+-]?\d{1,20}(?:\.\d{0,18})?$/
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(?:(\d\d)([.,]\d{1,9})?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

const fromNumericText = (text: string, zone: Zone): UnixMicros | undefined => {
  // A count of nanoseconds has more digits than a double: drop the last three before they are rounded.
  if (/^\d{18,20}$/.test(text)) return inRange(Number(text.slice(0, -3)))
  if (/^(?:19|20)\d{6}(?:\d{4}|\d{6})?$/.test(text)) {
    const date = fromCompact(text, zone)
    if (date !== undefined) return date
  }
  return fromNumber(Number(text))
}

const fromCompact = (text: string, zone: Zone): UnixMicros | undefined => {
  const match = COMPACT.exec(text)
  if (!match) return undefined
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', offset = ''] = match
  const micros = scanIso(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${offset}`, 0, zone, cursor)
  return Number.isNaN(micros) ? undefined : inRange(micros)
}

/** A date alone is its midnight. */
const fromDate = (text: string, zone: Zone): UnixMicros | undefined => {
  const match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(Z)?$/.exec(text)
  if (!match) return undefined
  return inRange(microsOfWall(Number(match[1]), Number(match[2]), Number(match[3]), 0, match[4] ? UTC : zone))
}

/** `Oct 11 22:14:15[.123]`: RFC 3164 has no year. */
const fromYearless = (text: string, zone: Zone, options: StampOptions): UnixMicros | undefined => {
  const match = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) /i.exec(text)
  if (!match) return undefined
  const month = monthAt(text, 0)
  const day = Number(match[2])
  const clock = scanClock(text, match[0].length, cursor)
  if (month === 0 || Number.isNaN(clock) || cursor.end !== text.length) return undefined
  if (options.year === undefined && options.receivedAt === undefined) return undefined
  const year = options.year ?? nearestPastYear(month, day, clock, options.receivedAt ?? unixMicros(0), zone)
  return inRange(microsOfWall(year, month, day, clock, zone))
}

/** `Sat Nov 21 2026 11:08:38 GMT+0000 (Coordinated Universal Time)`: a date of JavaScript turned into text. */
const fromScriptDate = (text: string, zone: Zone): UnixMicros | undefined => {
  const match = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \([^()]*\))?$/.exec(text)
  if (!match) return undefined
  const mail = `${match[2]} ${match[1]} ${match[3]} ${match[4]} ${match[5]}`
  const micros = scanMail(mail, 0, zone, cursor)
  return Number.isNaN(micros) || cursor.end !== mail.length ? undefined : inRange(micros)
}

type Scanner = (text: string, at: number, zone: Zone, cursor: StampCursor) => number
const SLOW_SCANNERS: readonly Scanner[] = [scanClf, scanMail, scanLocal, scanCtime, scanMonthFirst]

const fromText = (raw: string, options: StampOptions): UnixMicros | undefined => {
  const zone = options.zone ?? UTC
  const quick = scanIso(raw, 0, zone, cursor)
  if (!Number.isNaN(quick) && cursor.end === raw.length) return inRange(quick)
  if (raw.length > 100) return undefined
  const text = raw.trim().replace(/^\[(.*)\]$/, '$1')
  if (text === '') return undefined
  if (NUMERIC.test(text)) return fromNumericText(text, zone)
  const iso = scanIso(text, 0, zone, cursor)
  // `2024-05-01T12:00:00+02:00[Europe/Berlin]` names the zone once more.
  if (!Number.isNaN(iso) && (cursor.end === text.length || text.charCodeAt(cursor.end) === 91)) return inRange(iso)
  for (const scan of SLOW_SCANNERS) {
    const micros = scan(text, 0, zone, cursor)
    if (!Number.isNaN(micros) && cursor.end === text.length) return inRange(micros)
  }
  return fromDate(text, zone) ?? fromYearless(text, zone, options) ?? fromCompact(text, zone) ?? fromScriptDate(text, zone)
}

/** `{ seconds, nanos }` (protobuf), `{ $date }` (MongoDB). */
const fromObject = (value: { [key: string]: unknown }, options: StampOptions): UnixMicros | undefined => {
  if (value.$date !== undefined && typeof value.$date !== 'object') return parseTimestamp(value.$date, options)
  const seconds = Number(value.seconds ?? value._seconds)
  const nanos = Number(value.nanos ?? value.nanoseconds ?? value._nanoseconds ?? 0)
  if (!Number.isFinite(seconds) || !(nanos >= 0 && nanos < 1e9)) return undefined
  return inRange(seconds * 1e6 + Math.floor(nanos / 1e3))
}

/**
 * Reads a time in any form that programs write it: RFC 3339 (fast), epoch numbers in s, ms, µs or ns as number or text, ISO without zone, RFC 2822 and 1123,
 * the common log format, ctime, US and German dates, RFC 3164, `{ seconds, nanos }` and `[seconds, nanos]`.
 * @returns undefined for what is no time, does not exist (31 February), or lies outside 1900…2254. Never throws.
 */
export const parseTimestamp = (value: unknown, options: StampOptions = {}): UnixMicros | undefined => {
  if (typeof value === 'string') return fromText(value, options)
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value === 'bigint') return fromNumericText(String(value), options.zone ?? UTC)
  if (Array.isArray(value)) {
    if (value.length !== 2 || typeof value[0] !== 'number' || typeof value[1] !== 'number' || value[0] < 1e6) return undefined
    return fromObject({ seconds: value[0], nanos: value[1] }, options)
  }
  if (typeof value === 'object' && value !== null) return fromObject(value as { [key: string]: unknown }, options)
  return undefined
}
