import type { UnixMicros } from '@heartwood/protocol'
import { monthAt } from './civil.ts'
import { microsOfWall, nearestPastYear } from './nearest-year.ts'
import { type StampCursor, scanClock, twoDigits } from './scan.ts'
import type { Zone } from './zone.ts'

/** A stamp that does not say its year. Reused from line to line. */
export interface YearlessStamp extends StampCursor {
  month: number
  day: number
  /** Microseconds since midnight. */
  clock: number
}

/** Reads a stamp without a year at `at`; false when there is none. */
export type YearlessScanner = (text: string, at: number, stamp: YearlessStamp) => boolean

/** `Oct 11 22:14:15[.123]`, the day padded with a space, a zero or nothing, as RFC 3164 and its many writers have it. */
export const scanBsd: YearlessScanner = (text, at, stamp) => {
  stamp.month = monthAt(text, at)
  if (stamp.month === 0 || text.charCodeAt(at + 3) !== 32) return false
  let start = at + 4
  if (text.charCodeAt(start) === 32) start++
  const two = twoDigits(text, start)
  stamp.day = Number.isNaN(two) ? text.charCodeAt(start) - 48 : two
  const end = start + (Number.isNaN(two) ? 1 : 2)
  if (!(stamp.day >= 1 && stamp.day <= 31) || text.charCodeAt(end) !== 32) return false
  stamp.clock = scanClock(text, end + 1, stamp)
  return !Number.isNaN(stamp.clock)
}

/** `<month><separator><day> hh:mm:ss.fff` with two digits each: logcat (`-`), Proxifier (`.`), klog (nothing between). */
export const createDayScanner =
  (separator: string, skip: number): YearlessScanner =>
  (text, at, stamp) => {
    const start = at + skip
    stamp.month = twoDigits(text, start)
    if (separator !== '' && text[start + 2] !== separator) return false
    const dayAt = start + 2 + separator.length
    stamp.day = twoDigits(text, dayAt)
    if (!(stamp.month >= 1 && stamp.month <= 12 && stamp.day >= 1 && stamp.day <= 31) || text.charCodeAt(dayAt + 2) !== 32) return false
    stamp.clock = scanClock(text, dayAt + 3, stamp)
    return !Number.isNaN(stamp.clock)
  }

export interface YearClockOptions {
  zone: Zone
  receivedAt: UnixMicros
  /** Year of the first stamp. */
  year: number | undefined
  /** Time of the last line before this text, when it is a later piece of a file: years go on from there. */
  after: UnixMicros | undefined
}

export interface YearClock {
  /**
   * Unix microseconds of a stamp on the line at `at` of `text`; NaN when the day does not exist.
   * @param scan how the other lines of the text are read, to see whether a new year begins further down.
   */
  microsOf(stamp: YearlessStamp, text: string, at: number, scan: YearlessScanner): number
}

/** Good enough to see a year end: no two days share a number, and a year has 372. */
const dayNumber = (stamp: YearlessStamp): number => stamp.month * 31 + stamp.day

/** Years between two stamps in the order of a file. A step back of some weeks is a line or a file out of order, one of a month a new year. */
const yearsBetween = (previous: number, next: number): number => (next - previous < -28 ? 1 : next - previous > 310 ? -1 : 0)

/**
 * Gives years to stamps that have none, in the order of the file: the last stamp lies in the nearest past, and each time the days begin again
 * on the way there a year has ended. So a file from November to March comes out right in February as well as in May.
 */
export const createYearClock = (options: YearClockOptions): YearClock => {
  const { zone, receivedAt } = options
  let year = Number.NaN
  let previous = 0

  const yearOfFirst = (first: YearlessStamp, text: string, at: number, scan: YearlessScanner): number => {
    const last: YearlessStamp = { ...first }
    const stamp: YearlessStamp = { ...first }
    let years = 0
    let day = dayNumber(first)
    for (let start = text.indexOf('\n', at) + 1; start > 0; start = text.indexOf('\n', start) + 1) {
      if (!scan(text, start, stamp)) continue
      years += yearsBetween(day, dayNumber(stamp))
      day = dayNumber(stamp)
      Object.assign(last, stamp)
    }
    return nearestPastYear(last.month, last.day, last.clock, receivedAt, zone) - years
  }

  const begin = (stamp: YearlessStamp, text: string, at: number, scan: YearlessScanner): void => {
    previous = dayNumber(stamp)
    if (options.after !== undefined) {
      const utc = options.after / 1_000
      const wall = new Date(utc + zone.offsetOfWall(utc))
      year = wall.getUTCFullYear()
      previous = (wall.getUTCMonth() + 1) * 31 + wall.getUTCDate()
    } else year = options.year ?? yearOfFirst(stamp, text, at, scan)
  }

  return {
    microsOf(stamp, text, at, scan) {
      if (Number.isNaN(year)) begin(stamp, text, at, scan)
      const day = dayNumber(stamp)
      year += yearsBetween(previous, day)
      previous = day
      return microsOfWall(year, stamp.month, stamp.day, stamp.clock, zone)
    },
  }
}
