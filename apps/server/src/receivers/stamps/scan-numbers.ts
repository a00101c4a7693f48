import { FIRST_YEAR, LAST_YEAR } from './civil.ts'
import { type StampCursor, scanIso } from './scan.ts'
import type { Zone } from './zone.ts'

const COMPACT = /(\d{4})(\d\d)(\d\d)[T _-]?(\d\d):?(\d\d):?(\d\d)([.,]\d{1,9})?(?!\d)/y

/** `20240501 12:00:22.123`, `20240501T120022.123Z`, `20240501120022`: a date without separators, with or without them in its clock. */
export const scanCompact = (text: string, at: number, zone: Zone, cursor: StampCursor): number => {
  const year = Number(text.slice(at, at + 4))
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) return Number.NaN
  COMPACT.lastIndex = at
  const match = COMPACT.exec(text)
  if (!match) return Number.NaN
  const [all, , month, day, hour, minute, second, fraction = ''] = match
  // What follows may be an offset.
  const wall = `${match[1]}-${month}-${day}T${hour}:${minute}:${second}${fraction}`
  const time = scanIso(wall + text.slice(at + all.length, at + all.length + 8), 0, zone, cursor)
  cursor.end += at + all.length - wall.length
  return time
}

const EPOCH = /1\d{9}(?:[.,](\d{1,9})|\d{3}|\d{6})?(?![\w.])/y

/** Seconds since 1970 (perhaps with a fraction), milliseconds or microseconds, from 2001 to 2033: as many digits say what it is. */
export const scanEpoch = (text: string, at: number, _zone: Zone, cursor: StampCursor): number => {
  if (text.charCodeAt(at) !== 49) return Number.NaN
  EPOCH.lastIndex = at
  const match = EPOCH.exec(text)
  if (!match) return Number.NaN
  cursor.end = EPOCH.lastIndex
  const digits = match[0].replace(/[.,].*/, '')
  const fraction = match[1] === undefined ? 0 : Number(match[1].slice(0, 6).padEnd(6, '0'))
  return Number(digits.padEnd(16, '0')) + fraction
}
