import { objectOf, refusalOf, unreadable } from './calls/api-error.ts'
import type { RawAnswer, RawDefaults } from './client.ts'
import type { HttpAnswer } from './ports.ts'

/** The beginning of the sentence when it fails. */
export const RAW_FAILED = 'The text was not taken'

export const rawPath = (format: string, defaults: RawDefaults): string => {
  const query = Object.entries(defaults)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')
  return `/ingest/${encodeURIComponent(format)}${query === '' ? '' : `?${query}`}`
}

/** @throws HeartwoodApiError when nothing was taken */
export const readRawAnswer = (answer: HttpAnswer): RawAnswer => {
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer, RAW_FAILED)
  const taken = objectOf(answer.body)
  if (typeof taken?.accepted !== 'number') throw unreadable(answer.status, RAW_FAILED)
  return { accepted: taken.accepted, rejected: Array.isArray(taken.rejected) ? (taken.rejected as RawAnswer['rejected']) : [] }
}
