import { Buffer } from 'node:buffer'
import type { Format, UnixMicros } from '@heartwood/protocol'
import { createZone } from '../stamps/zone.ts'
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
 * The year in which a file begins whose stamps have none: it ends in the nearest past, and each time its days begin again on the way there a year
 * has passed. Pass it as `year` with the first piece of an import.
 * @param head whole lines from the beginning; 64 KiB are plenty.
 * @param rest whole lines from all over the rest in their order, at least one from each half year, with the end; undefined when the head is all.
 * @returns undefined when the stamps name their year, or there are none.
 */
export const firstYearOf = (head: Uint8Array, rest: Uint8Array | undefined, options: FirstYearOptions): number | undefined => {
  const { format, timezone, receivedAt } = options
  const leap = timesOf(head, format, timezone, receivedAt, 2000)[0]
  // A stamp that names its year is the same whatever year is given.
  if (leap === undefined || leap === timesOf(head, format, timezone, receivedAt, 2004)[0]) return undefined
  const first = timesOf(rest === undefined ? head : Buffer.concat([head, rest]), format, timezone, receivedAt, undefined)[0]
  if (first === undefined) return undefined
  const utc = first / 1_000
  return new Date(utc + createZone(timezone).offsetOfWall(utc)).getUTCFullYear()
}
