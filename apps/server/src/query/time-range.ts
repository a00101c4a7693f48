import { parseRelativeTime, type UnixMicros, type UnixMs, unixMicros } from '@heartwood/protocol'
import { HeartwoodError } from '../errors.ts'
import { parseInstant } from './instant.ts'

/** Half open: events at `to` itself are outside. */
export interface TimeRange {
  from: UnixMicros
  to: UnixMicros
}

const FIRST_MS = Date.UTC(1900, 0, 1)

/**
 * RFC 3339, epoch milliseconds, or relative to now: `now`, `-15m`, `-7d`, `now-2w`, `-1y`.
 * @throws HeartwoodError `time-invalid`
 */
export function parseTime(text: string, name: string, now: UnixMs): UnixMicros {
  const trimmed = text.trim()
  const relative = parseRelativeTime(trimmed, now)
  if (relative !== undefined) return unixMicros(Math.max(relative, FIRST_MS) * 1000)
  // A `+` that was not escaped in an address arrives as a space.
  const instant = parseInstant(trimmed.replace(/^(.+T.+) (\d\d:?\d\d)$/i, '$1+$2'))
  if (instant !== undefined) return instant
  throw new HeartwoodError('time-invalid', `“${text}” in \`${name}\` is no time.`, { details: { field: name, value: text } })
}

/** @throws HeartwoodError `time-invalid`, also when the range runs backwards. */
export function parseTimeRange(from: string, to: string, now: UnixMs): TimeRange {
  const range = { from: parseTime(from, 'from', now), to: parseTime(to, 'to', now) }
  if (range.from > range.to) {
    throw new HeartwoodError('time-invalid', `\`from\` (${from}) lies after \`to\` (${to}).`, { details: { field: 'from', value: from } })
  }
  return range
}
