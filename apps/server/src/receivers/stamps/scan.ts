import { isDate, isTime, monthAt, wallMs } from './civil.ts'
import { offsetOfAbbreviation, type Zone } from './zone.ts'

/** Where a scanner leaves off: the index after the stamp. Reused from line to line. */
export interface StampCursor {
  end: number
  /** `03/04/2024` is the third of April. */
  dayFirst?: boolean
}

const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 48
  return code >= 0 && code <= 9 ? code : -1
}
/** NaN poisons everything computed from it, so one check at the end is enough. */
export const twoDigits = (text: string, at: number): number => {
  const a = digit(text, at)
  const b = digit(text, at + 1)
  return a < 0 || b < 0 ? Number.NaN : a * 10 + b
}
const fourDigits = (text: string, at: number): number => twoDigits(text, at) * 100 + twoDigits(text, at + 2)
const isWordCode = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95

/** One or two digits at `at`; the cursor goes behind them. NaN when there are none, or more. */
const shortNumber = (text: string, at: number, cursor: StampCursor): number => {
  const a = digit(text, at)
  if (a < 0) return Number.NaN
  const b = digit(text, at + 1)
  cursor.end = at + (b < 0 ? 1 : 2)
  return b < 0 ? a : a * 10 + b
}

/** Microseconds of `.123456789` or `,123`; the cursor stands on the sign before the call and behind the digits after it. */
const scanFraction = (text: string, cursor: StampCursor): number => {
  const sign = text.charCodeAt(cursor.end)
  if ((sign !== 46 && sign !== 44) || digit(text, cursor.end + 1) < 0) return 0
  let at = cursor.end + 1
  let micros = 0
  let scale = 100_000
  for (let value = digit(text, at); value >= 0; value = digit(text, ++at)) {
    if (scale >= 1) micros += value * scale
    scale = scale > 1 ? scale / 10 : 0
  }
  cursor.end = at
  return micros
}

/** Seconds and microseconds of `hh:mm[:ss[.frac]]` as whole microseconds of the day; NaN when it is no time. */
export const scanClock = (text: string, at: number, cursor: StampCursor): number => {
  const hour = shortNumber(text, at, cursor)
  if (Number.isNaN(hour)) return Number.NaN
  const separator = text.charCodeAt(cursor.end)
  if (separator !== 58 && separator !== 46) return Number.NaN
  const minute = twoDigits(text, cursor.end + 1)
  let end = cursor.end + 3
  let second = 0
  if (text.charCodeAt(end) === separator && digit(text, end + 1) >= 0) {
    second = twoDigits(text, end + 1)
    end += 3
  } else if (separator !== 58) return Number.NaN
  if (digit(text, end) >= 0 || !isTime(hour, minute, second)) return Number.NaN
  cursor.end = end
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + scanFraction(text, cursor)
}

/** Offset in ms of `Z`, `+02:00`, `+0200`, `+02`, or after one space also ` UTC`, ` CEST`, ` -0700`; NaN when there is none. */
const scanOffset = (text: string, cursor: StampCursor, zone: Zone): number => {
  let at = cursor.end
  let code = text.charCodeAt(at)
  const spaced = code === 32
  if (spaced) code = text.charCodeAt(++at)
  if ((code === 90 || code === 122) && !isWordCode(text.charCodeAt(at + 1))) {
    cursor.end = at + 1
    return 0
  }
  if (code === 43 || code === 45) {
    const hours = twoDigits(text, at + 1)
    if (Number.isNaN(hours) || hours > 18) return Number.NaN
    const colon = text.charCodeAt(at + 3) === 58
    let minutes = twoDigits(text, at + (colon ? 4 : 3))
    let end = at + (colon ? 6 : 5)
    if (Number.isNaN(minutes)) {
      // A bare `+02` is an offset only when it touches the time: `12:00:00 -13 items` is none.
      if (colon || spaced || isWordCode(text.charCodeAt(at + 3))) return Number.NaN
      minutes = 0
      end = at + 3
    }
    if (minutes > 59 || isWordCode(text.charCodeAt(end))) return Number.NaN
    cursor.end = end
    const ms = (hours * 60 + minutes) * 60_000
    return code === 45 ? -ms : ms
  }
  if (code >= 65 && code <= 90) {
    let end = at + 1
    while (end < at + 6 && text.charCodeAt(end) >= 65 && text.charCodeAt(end) <= 90) end++
    if (end - at < 2 || end - at > 4 || isWordCode(text.charCodeAt(end))) return Number.NaN
    const offset = offsetOfAbbreviation(text.slice(at, end), zone)
    if (offset === undefined) return Number.NaN
    cursor.end = end
    return offset
  }
  return Number.NaN
}

/** Unix microseconds of a day, a clock and whatever offset follows at the cursor. */
const finish = (text: string, year: number, month: number, day: number, clockMicros: number, zone: Zone, cursor: StampCursor): number => {
  if (!isDate(year, month, day)) return Number.NaN
  const wall = wallMs(year, month, day, 0, 0, 0) + clockMicros / 1_000
  const offset = scanOffset(text, cursor, zone)
  const offsetMs = Number.isNaN(offset) ? zone.offsetOfWall(wall) : offset
  return wallMs(year, month, day, 0, 0, 0) * 1_000 + clockMicros - offsetMs * 1_000
}

/**
 * `2024-05-01T12:00:00.123456789+02:00` and its relatives: `T`, `t`, `_`, `-` or spaces between; `-`, `/` or `.` in the date; `,` or `.` before the
 * fraction; seconds, fraction and zone may be missing.
 * @returns Unix microseconds, cursor behind the stamp; NaN when there is none at `at`.
 */
export const scanIso = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  if (at !== 0) return scanIsoAt(text, at, zone, cursor)
  if (zone !== seen.zone || text !== seen.text) {
    seen.micros = scanIsoAt(text, 0, zone, cursor)
    seen.end = cursor.end
    seen.text = text
    seen.zone = zone
  }
  cursor.end = seen.end
  return seen.micros
}

/** Every reader of a line asks for the time at its start; it is the same for all of them. */
const seen: { text: string; zone: Zone | undefined; micros: number; end: number } = { text: '', zone: undefined, micros: Number.NaN, end: 0 }

const scanIsoAt = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  const year = fourDigits(text, at)
  const separator = text.charCodeAt(at + 4)
  if (Number.isNaN(year) || (separator !== 45 && separator !== 47 && separator !== 46)) return Number.NaN
  let month = shortNumber(text, at + 5, cursor)
  if (Number.isNaN(month)) {
    // `2024-May-01`.
    month = monthAt(text, at + 5)
    cursor.end = at + 8
  }
  if (month === 0 || text.charCodeAt(cursor.end) !== separator) return Number.NaN
  const day = shortNumber(text, cursor.end + 1, cursor)
  if (Number.isNaN(day)) return Number.NaN
  let end = cursor.end
  const between = text.charCodeAt(end)
  if (between !== 84 && between !== 32 && between !== 116 && between !== 95 && between !== 45) return Number.NaN
  end++
  while (text.charCodeAt(end) === 32) end++
  const clock = scanClock(text, end, cursor)
  if (Number.isNaN(clock)) return Number.NaN
  const half = text.charCodeAt(cursor.end + 1)
  return finish(text, year, month, day, half === 65 || half === 80 ? twelveHours(text, clock, cursor) : clock, zone, cursor)
}

/** `10/Oct/2000:13:55:36 -0700`, also with a fraction. */
export const scanClf = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  const day = shortNumber(text, at, cursor)
  if (Number.isNaN(day) || text.charCodeAt(cursor.end) !== 47) return Number.NaN
  const month = monthAt(text, cursor.end + 1)
  if (month === 0 || text.charCodeAt(cursor.end + 4) !== 47) return Number.NaN
  const year = fourDigits(text, cursor.end + 5)
  if (Number.isNaN(year)) return Number.NaN
  const clock = scanClock(text, cursor.end + 10, cursor)
  if (Number.isNaN(clock)) return Number.NaN
  return finish(text, year, month, day, clock, zone, cursor)
}

const skipSpaces = (text: string, at: number): number => {
  let end = at
  while (text.charCodeAt(end) === 32) end++
  return end
}

/** `Sun Dec 04 04:47:44 2005`, `Sun Dec 04 04:47:44.123456 2005`, `Wed May 1 12:00:00 CEST 2024`; the name of the day may be missing. */
export const scanCtime = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  let month = monthAt(text, at)
  let end = at
  if (month === 0) {
    if (text.charCodeAt(at + 3) !== 32) return Number.NaN
    end = skipSpaces(text, at + 3)
    month = monthAt(text, end)
  }
  if (month === 0 || text.charCodeAt(end + 3) !== 32) return Number.NaN
  const day = shortNumber(text, skipSpaces(text, end + 3), cursor)
  if (Number.isNaN(day) || text.charCodeAt(cursor.end) !== 32) return Number.NaN
  const clock = scanClock(text, skipSpaces(text, cursor.end), cursor)
  if (Number.isNaN(clock)) return Number.NaN
  const offset = scanOffset(text, cursor, zone)
  if (text.charCodeAt(cursor.end) !== 32) return Number.NaN
  const year = fourDigits(text, cursor.end + 1)
  if (!isDate(year, month, day) || isWordCode(text.charCodeAt(cursor.end + 5))) return Number.NaN
  cursor.end += 5
  const wall = wallMs(year, month, day, 0, 0, 0)
  return wall * 1_000 + clock - (Number.isNaN(offset) ? zone.offsetOfWall(wall + clock / 1_000) : offset) * 1_000
}

/** `Tue, 10 Oct 2000 13:55:36 GMT`, `10 Oct 2000 13:55:36.123 +0200`, `10-Oct-2000 13:55:36`. */
export const scanMail = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  let start = at
  if (digit(text, at) < 0) {
    const comma = text.indexOf(',', at)
    if (comma < 0 || comma - at > 9) return Number.NaN
    start = skipSpaces(text, comma + 1)
  }
  const day = shortNumber(text, start, cursor)
  const separator = text.charCodeAt(cursor.end)
  if (Number.isNaN(day) || (separator !== 32 && separator !== 45)) return Number.NaN
  const month = monthAt(text, cursor.end + 1)
  if (month === 0 || text.charCodeAt(cursor.end + 4) !== separator) return Number.NaN
  let year = fourDigits(text, cursor.end + 5)
  let end = cursor.end + 9
  if (Number.isNaN(year)) {
    // RFC 850: two digits.
    year = twoDigits(text, cursor.end + 5)
    year += year < 70 ? 2_000 : 1_900
    end -= 2
  }
  const clock = scanClock(text, skipSpaces(text, end), cursor)
  if (Number.isNaN(clock) || text.charCodeAt(end) !== 32) return Number.NaN
  return finish(text, year, month, day, clock, zone, cursor)
}

/** The clock with the AM or PM that follows it, if one does; then the cursor goes behind it. */
export const twelveHours = (text: string, clock: number, cursor: StampCursor): number => {
  const at = text.charCodeAt(cursor.end) === 32 || text.charCodeAt(cursor.end) === 0x202f ? cursor.end + 1 : cursor.end
  const half = text.charCodeAt(at) | 32
  if ((half !== 97 && half !== 112) || (text.charCodeAt(at + 1) | 32) !== 109 || isWordCode(text.charCodeAt(at + 2))) return clock
  cursor.end = at + 2
  const twelve = 43_200_000_000
  return half === 112 ? (clock < twelve ? clock + twelve : clock) : clock >= twelve ? clock - twelve : clock
}

/** `01/15/2024 10:30:02` (month first, unless the cursor says otherwise or it cannot be), `15.01.2024 10:30:02` and `15-01-2024 10:30:02` (day first), each also with AM or PM and a comma after the date. */
export const scanLocal = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  const first = shortNumber(text, at, cursor)
  const separator = text.charCodeAt(cursor.end)
  if (Number.isNaN(first) || (separator !== 47 && separator !== 46 && separator !== 45)) return Number.NaN
  const second = shortNumber(text, cursor.end + 1, cursor)
  if (Number.isNaN(second) || text.charCodeAt(cursor.end) !== separator) return Number.NaN
  const year = fourDigits(text, cursor.end + 1)
  let end = cursor.end + 5
  if (text.charCodeAt(end) === 44) end++
  if (Number.isNaN(year) || text.charCodeAt(end) !== 32) return Number.NaN
  const plain = scanClock(text, skipSpaces(text, end), cursor)
  if (Number.isNaN(plain)) return Number.NaN
  const clock = twelveHours(text, plain, cursor)
  const monthFirst = separator === 47 && !cursor.dayFirst && first <= 12
  return monthFirst ? finish(text, year, first, second, clock, zone, cursor) : finish(text, year, second, first, clock, zone, cursor)
}

/** `May 01, 2024 1:00:00 PM` as java.util.logging writes it. */
export const scanMonthFirst = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  const month = monthAt(text, at)
  if (month === 0) return Number.NaN
  const space = text.indexOf(' ', at)
  if (space < 0 || space - at > 9) return Number.NaN
  const day = shortNumber(text, skipSpaces(text, space), cursor)
  let end = cursor.end
  if (Number.isNaN(day)) return Number.NaN
  if (text.charCodeAt(end) === 44) end++
  if (text.charCodeAt(end) !== 32) return Number.NaN
  const year = fourDigits(text, end + 1)
  if (Number.isNaN(year)) return Number.NaN
  end += 5
  if (text.charCodeAt(end) === 44) end++
  if (text.charCodeAt(end) !== 32) return Number.NaN
  const plain = scanClock(text, skipSpaces(text, end), cursor)
  if (Number.isNaN(plain)) return Number.NaN
  return finish(text, year, month, day, twelveHours(text, plain, cursor), zone, cursor)
}

const SLASHED = /^\[?(\d{1,2})\/(\d{1,2})\/(\d{4})[ ,]/gm
/** Characters looked at before a text is taken for one without such dates. */
const SLASHED_HEAD = 4_096
/**
 * Whether the dates at the beginnings of lines put the day first (`13/04/2024`): the first that can be read in one way only decides, else what lies
 * nearer to the time before the text.
 * @param after Unix microseconds of the last line before the text, when it is a later piece of a file.
 */
export const putsDayFirst = (text: string, after: number | undefined): boolean => {
  SLASHED.lastIndex = 0
  const first = SLASHED.exec(text.slice(0, SLASHED_HEAD))
  if (!first) return false
  SLASHED.lastIndex = 0
  for (let match = SLASHED.exec(text); match; match = SLASHED.exec(text)) {
    if (Number(match[1]) > 12) return true
    if (Number(match[2]) > 12) return false
  }
  if (after === undefined) return false
  const [, a, b, year] = first.map(Number)
  const distance = (month = 0, day = 0) => Math.abs(wallMs(year ?? 0, month, day, 0, 0, 0) - after / 1_000)
  return distance(b, a) < distance(a, b)
}
