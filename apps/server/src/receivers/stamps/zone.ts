/** Turns wall-clock times of one place into instants. */
export interface Zone {
  name: string
  /**
   * Milliseconds to take from a wall clock (given as if it were UTC) to get UTC. A time that a change of the clocks skipped or
   * repeated reads as the first of its two meanings.
   */
  offsetOfWall(wallMs: number): number
}

const QUARTER_MS = 900_000
/** A file of ten years touches 350,000 quarters; past this many the cache starts again. */
const CACHED_QUARTERS = 50_000

export const UTC: Zone = { name: 'UTC', offsetOfWall: () => 0 }

const fixedZone = (name: string, offsetMs: number): Zone => ({ name, offsetOfWall: () => offsetMs })

/** `+02:00`, `-0730`, `+2`, optionally after `UTC` or `GMT`. */
const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/i

const parseOffset = (text: string): number | undefined => {
  const match = OFFSET.exec(text)
  if (!match) return undefined
  const ms = (Number(match[2]) * 3_600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)) * 1_000
  if (ms > 18 * 3_600_000) return undefined
  return match[1] === '-' ? -ms : ms
}

const createFormat = (name: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
}

const regionZone = (name: string, format: Intl.DateTimeFormat): Zone => {
  const offsetAt = (utcMs: number): number => {
    const part = format.formatToParts(utcMs).find(({ type }) => type === 'timeZoneName')
    return parseOffset(part?.value ?? '') ?? 0
  }
  const resolve = (wallMs: number): number => {
    const before = offsetAt(wallMs - 86_400_000)
    const after = offsetAt(wallMs + 86_400_000)
    // The offset of the day before is right unless the clocks have changed by then; in doubt the earlier meaning wins.
    if (before === after || offsetAt(wallMs - before) === before) return before
    return offsetAt(wallMs - after) === after ? after : before
  }
  const cache = new Map<number, number>()
  let lastQuarter = Number.NaN
  let lastOffset = 0
  return {
    name,
    offsetOfWall(wallMs) {
      const quarter = Math.floor(wallMs / QUARTER_MS)
      if (quarter === lastQuarter) return lastOffset
      let offset = cache.get(quarter)
      if (offset === undefined) {
        offset = resolve(wallMs)
        if (cache.size >= CACHED_QUARTERS) cache.clear()
        cache.set(quarter, offset)
      }
      lastQuarter = quarter
      lastOffset = offset
      return offset
    },
  }
}

/**
 * @param name an IANA name (`Europe/Berlin`, with its summer time), an offset (`+02:00`, `-0730`), `UTC`, or ''.
 * @returns undefined for a name that this system does not know.
 */
export const tryCreateZone = (name: string): Zone | undefined => {
  if (name === '' || /^(?:utc|gmt|z|etc\/utc)$/i.test(name)) return UTC
  const offset = parseOffset(name)
  if (offset !== undefined) return fixedZone(name, offset)
  const format = createFormat(name)
  return format && regionZone(name, format)
}

/** As {@link tryCreateZone}, with UTC for unknown names. */
export const createZone = (name: string): Zone => tryCreateZone(name) ?? UTC

const MINUTES_OF_ABBREVIATION: Record<string, number> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  MEZ: 60,
  CEST: 120,
  MESZ: 120,
  SAST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  TRT: 180,
  IST: 330,
  WIB: 420,
  HKT: 480,
  SGT: 480,
  AWST: 480,
  JST: 540,
  KST: 540,
  ACST: 570,
  ACDT: 630,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  BRT: -180,
  ART: -180,
  ADT: -180,
  AST: -240,
  EDT: -240,
  EST: -300,
  CDT: -300,
  CST: -360,
  MDT: -360,
  MST: -420,
  PDT: -420,
  PST: -480,
  AKST: -540,
  AKDT: -480,
  HST: -600,
}
/** Several countries use these letters: the zone that the caller gave is the better guess. */
const AMBIGUOUS = new Set(['IST', 'CST', 'BST', 'AST', 'CDT', 'ADT'])

/** Offset of `CEST` and its like in ms; undefined when the letters are no zone, NaN when the caller's own zone is to be used. */
export const offsetOfAbbreviation = (letters: string, zone: Zone): number | undefined => {
  const minutes = MINUTES_OF_ABBREVIATION[letters]
  if (minutes === undefined) return undefined
  return AMBIGUOUS.has(letters) && zone !== UTC ? Number.NaN : minutes * 60_000
}
