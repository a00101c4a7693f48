import { type UnixMicros, unixMicros } from '@heartwood/protocol'

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i
const EPOCH_MS = /^\d{1,15}(?:\.\d{1,6})?$/
/** What the engine can hold: the years 1900 to 2299. */
const FIRST_MS = Date.UTC(1900, 0, 1)
const LAST_MS = Date.UTC(2299, 11, 31)

/** RFC 3339 (a missing zone is UTC, a missing time midnight) or epoch milliseconds; undefined when it is neither. */
export function parseInstant(text: string): UnixMicros | undefined {
  if (EPOCH_MS.test(text)) return inRange(Math.round(Number(text) * 1000))
  const found = RFC_3339.exec(text)
  if (!found) return undefined
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(found[i] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const date = Date.UTC(year, month - 1, day)
  // Date.UTC turns the 31st of February into a day of March.
  if (new Date(date).getUTCDate() !== day || month > 12 || month < 1 || hour > 23 || minute > 59 || second > 60) return undefined
  const micros = Number((found[7] ?? '').padEnd(6, '0').slice(0, 6))
  const local = Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs(found[8] ?? 'Z')
  return inRange(local * 1000 + micros)
}

const offsetMs = (zone: string): number => {
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  if (!found) return 0
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3] ?? 0)) * 60_000
}

const inRange = (micros: number): UnixMicros | undefined => (micros >= FIRST_MS * 1000 && micros < LAST_MS * 1000 ? unixMicros(micros) : undefined)
