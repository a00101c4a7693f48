import { notText, objectOf, refusalOf, unreadable } from './calls/api-error.ts'
import type { RawAnswer, RawDefaults } from './client.ts'
import { describeReceived } from './option-error.ts'
import type { HttpAnswer } from './ports.ts'

/** The beginning of the sentence when it fails. */
export const RAW_FAILED = 'The text was not taken'

/** @returns what cannot be used of what a program without types hands in */
export const wrongRaw = (body: unknown, format: unknown, defaults: unknown): string | undefined => {
  // Also the bytes of other realms, and Buffers.
  const isBytes = Object.prototype.toString.call(body) === '[object Uint8Array]'
  if (typeof body !== 'string' && !isBytes) return `it takes a text or a Uint8Array, not ${describeReceived(body)}`
  if (typeof defaults !== 'object') return `its defaults must be an object, not ${describeReceived(defaults)}`
  return notText('the format', format)
}

export const rawPath = (format: string, defaults: RawDefaults | null): string => {
  const query = Object.entries(defaults ?? {})
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
