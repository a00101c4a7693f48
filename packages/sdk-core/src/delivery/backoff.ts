const FIRST_MS = 500
const MOST_MS = 30_000
/** No server makes us wait for longer: what it asks beyond is asked again by its next answer. */
const RETRY_AFTER_MOST_MS = 60_000

/**
 * How long to wait before the next try: anything from nothing up to twice as much with each failure ("full jitter"), so that many processes do not
 * come back at the same moment. @param failures 1 after the first @param random from 0 to below 1
 */
export const backoffMs = (failures: number, random: number): number => random * Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16))

/** `Retry-After`, seconds or a date, in milliseconds from now; 0 when there is none or it cannot be read. @param now milliseconds since 1970 */
export const retryAfterMs = (header: string | undefined, now: number): number => {
  if (header === undefined) return 0
  const text = header.trim()
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isFinite(ms) ? Math.max(0, Math.min(ms, RETRY_AFTER_MOST_MS)) : 0
}
