import type { UnixMicros } from '@heartwood/protocol'
import { isDate, wallMs } from './civil.ts'
import type { Zone } from './zone.ts'

const DAY_MICROS = 86_400_000_000

/** Unix microseconds of a date without a zone; NaN when the date does not exist. */
export const microsOfWall = (year: number, month: number, day: number, clockMicros: number, zone: Zone): number => {
  if (!isDate(year, month, day)) return Number.NaN
  const midnight = wallMs(year, month, day, 0, 0, 0)
  return midnight * 1_000 + clockMicros - zone.offsetOfWall(midnight + clockMicros / 1_000) * 1_000
}

/**
 * The latest year that puts a stamp without one at most a day after `receivedAt`; 29 February only in leap years.
 * @returns NaN when there is no such day in any year.
 */
export const nearestPastYear = (month: number, day: number, clockMicros: number, receivedAt: UnixMicros, zone: Zone): number => {
  const newest = new Date((receivedAt + DAY_MICROS) / 1_000).getUTCFullYear() + 1
  for (let year = newest; year > newest - 10; year--) {
    if (microsOfWall(year, month, day, clockMicros, zone) <= receivedAt + DAY_MICROS) return year
  }
  return Number.NaN
}
