import { type UnixMs, unixMs } from './units.ts'

const FIXED_MS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }),
)
const RELATIVE = /^(?:now)?-(\d{1,9})(ms|s|m|h|d|w|mo|y)$/
/** The first moment that a Date can hold. */
const FIRST_MS = -8_640_000_000_000_000

/**
 * The moment that `now`, `-15m`, `-7d`, `-6mo` or `now-1y` names; undefined when the text is no relative time. Units are `ms s m h d w mo y`.
 * Months and years are those of the calendar, in UTC: a month before the 31st of March is the last day of February.
 */
export function parseRelativeTime(text: string, now: UnixMs): UnixMs | undefined {
  if (text === 'now') return now
  const found = RELATIVE.exec(text)
  if (!found) return undefined
  const [count, unit] = [Number(found[1]), found[2] ?? '']
  const fixed = FIXED_MS.get(unit)
  if (fixed !== undefined) return unixMs(now - count * fixed)
  return monthsBefore(now, unit === 'y' ? count * 12 : count)
}

function monthsBefore(now: UnixMs, months: number): UnixMs {
  const date = new Date(now)
  const day = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() - months)
  // The 31st of a month that has none became a day of the next: back to the last of the one that was meant.
  if (date.getUTCDate() !== day) date.setUTCDate(0)
  const ms = date.getTime()
  return unixMs(Number.isNaN(ms) ? FIRST_MS : ms)
}
