import { scanClock, twelveHours } from '../../stamps/scan.ts'
import type { Reading } from './reading.ts'

const DAY_MS = 86_400_000
const HALF_DAY_MS = 43_200_000

/**
 * `12:00:00.123` without a date: of the day of the line before, or of the next when the clock has begun again; at the beginning of a text of the day
 * of receipt, or of the one before.
 */
export const scanTimeOfDay = (line: string, at: number, { zone, cursor, receivedAt, last }: Reading): number => {
  const plain = scanClock(line, at, cursor)
  if (Number.isNaN(plain)) return Number.NaN
  const clock = twelveHours(line, plain, cursor)
  const isFirst = last === undefined
  const base = (last ?? receivedAt) / 1_000
  const midnight = Math.floor((base + zone.offsetOfWall(base)) / DAY_MS) * DAY_MS
  const wall = midnight + clock / 1_000
  const time = wall - zone.offsetOfWall(wall)
  // A clock may be ahead by some minutes; more than that was yesterday.
  if (isFirst) return (time > base + 300_000 ? time - DAY_MS : time) * 1_000
  return (time < base - HALF_DAY_MS ? time + DAY_MS : time > base + HALF_DAY_MS ? time - DAY_MS : time) * 1_000
}
