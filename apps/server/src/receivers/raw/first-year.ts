import type { Format, UnixMicros } from '@heartwood/protocol'
import { decodeRaw } from './decode.ts'
import { bareJob } from './split.ts'

const timesOf = (body: Uint8Array, format: Format, timezone: string, receivedAt: UnixMicros, year: number | undefined): UnixMicros[] => {
  const times: UnixMicros[] = []
  const job = bareJob(body, { format, timezone, receivedAt, year })
  decodeRaw(job, {
    entry(_record, time) {
      if (time !== undefined && time !== receivedAt) times.push(time)
    },
    reject() {},
  })
  return times
}

export interface FirstYearOptions {
  format: Format
  timezone: string
  /** Now; or when the file was last written, which is the better bound for an old one. */
  receivedAt: UnixMicros
}

/**
 * The year in which a file begins whose stamps have none, from its two ends: it ends in the nearest past, and begins a year earlier when its
 * first day lies behind its last in the calendar. Pass it as `year` with the first piece of an import.
 * @param head whole lines from the beginning, @param tail whole lines from the end; 64 KiB of each are plenty.
 * @returns undefined when the stamps name their year, or there are none.
 */
export const firstYearOf = (head: Uint8Array, tail: Uint8Array, options: FirstYearOptions): number | undefined => {
  const { format, timezone, receivedAt } = options
  const leap = timesOf(head, format, timezone, receivedAt, 2000)[0]
  // A stamp that names its year is the same whatever year is given.
  if (leap === undefined || leap === timesOf(head, format, timezone, receivedAt, 2004)[0]) return undefined
  const first = timesOf(head, format, timezone, receivedAt, undefined)[0]
  const last = timesOf(tail, format, timezone, receivedAt, undefined).at(-1)
  if (first === undefined || last === undefined) return undefined
  const year = new Date(first / 1_000).getUTCFullYear()
  return first <= last ? year : year - 1
}
