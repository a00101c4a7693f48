import type { Level, UnixMicros } from '@heartwood/protocol'
import type { LooseRecord } from '../../decode.ts'
import { putsDayFirst, type StampCursor } from '../../stamps/scan.ts'
import { createYearClock, type YearClock, type YearlessScanner, type YearlessStamp } from '../../stamps/year-clock.ts'
import type { Zone } from '../../stamps/zone.ts'
import { setField } from '../fields.ts'

/** What a reader needs to know of the text around its line. One per job; `at` moves. */
export interface Reading {
  readonly zone: Zone
  readonly text: string
  /** Where the present line begins in `text`. */
  at: number
  /** Where the last scan left off, counted from the start of the line. */
  readonly cursor: StampCursor
  readonly stamp: YearlessStamp
  readonly years: YearClock
  readonly receivedAt: UnixMicros
  /** Time of the last line that had one. */
  last: number | undefined
}

export const createReading = (
  text: string,
  zone: Zone,
  options: { receivedAt: UnixMicros; year: number | undefined; after: UnixMicros | undefined },
): Reading => {
  const stamp = { month: 0, day: 0, clock: 0, end: 0 }
  return {
    zone,
    text,
    at: 0,
    cursor: { end: 0, dayFirst: putsDayFirst(text, options.after) },
    stamp,
    years: createYearClock({ zone, ...options }),
    receivedAt: options.receivedAt,
    last: options.after,
  }
}

/** Unix microseconds of a stamp without a year at the start of the line; NaN when there is none. The cursor goes behind it. */
export const scanYearless = (line: string, reading: Reading, scan: YearlessScanner): number => {
  const { stamp } = reading
  if (!scan(line, 0, stamp)) return Number.NaN
  reading.cursor.end = stamp.end
  return reading.years.microsOf(stamp, reading.text, reading.at, scan)
}

export interface RequestFields {
  method?: string
  path?: string
  status?: number
  durationMs?: number
}

/** An entry while lines may still be joined to it. */
export interface TextEvent {
  /** Unix microseconds; NaN: as the line before. */
  time: number
  level: Level | undefined
  message: string
  /** Named in the line itself. */
  service?: string | undefined
  /** Known from the form of the line only: stands in when nobody names a service. */
  product?: string | undefined
  host?: string | undefined
  kind?: 'request'
  attributes: LooseRecord
  request?: RequestFields
  error?: LooseRecord
  /** The line was a JSON object: it goes on as it is. */
  record?: LooseRecord
}

/**
 * Knows one form of line. Readers are tried in the order of their list, but the one that matched last comes first; so each takes only lines that
 * are unmistakably its own, and returns undefined for all others. Reading never throws and takes linear time.
 */
export interface LineReader {
  readonly name: string
  /** The characters with which its lines can begin; '' means any. */
  readonly first: string
  /** Whether its lines begin with a date whose year has four digits (`2024-05-01`): true all, false none, undefined some. */
  readonly dated?: boolean
  /** @returns undefined when the line is none of its own; null when it is, but says nothing that happened (a header). */
  read(line: string, reading: Reading): TextEvent | null | undefined
  /** Takes so many forms that it must not come before the others because it matched last. */
  readonly general?: boolean
  /**
   * Takes a later line that belongs to `event` though it does not look like it.
   * @returns false when it does not; a text when that is to be joined to the event in place of the line.
   */
  absorb?(event: TextEvent, line: string, reading: Reading): boolean | string
  /** Whether an indented line below one of its own is an entry all the same. */
  begins?(line: string): boolean
}

export const DIGITS = '0123456789'
export const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Drops what is undefined, so that attributes hold only what the line said. */
export const present = (fields: { [key: string]: unknown }): LooseRecord => {
  const kept: LooseRecord = {}
  for (const key in fields) if (fields[key] !== undefined && fields[key] !== '') setField(kept, key, fields[key])
  return kept
}

/** `12` as a number, anything else as it is. */
export const numberOrText = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text
