import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 16_000
/** Two of 16 bytes and one of 8. */
const REQUEST_BYTES = 40

/**
 * What a request may need: 80 hexadecimal digits, as one text that is cut where an id is wanted. Randomness is fetched for hundreds of requests
 * at a time, and written as text once for each: anything more often would cost more than all the rest of a request's capture.
 */
export const createIdDigits = (): (() => string) => {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  return () => {
    if (used + REQUEST_BYTES > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    used += REQUEST_BYTES
    return pool.toString('hex', used - REQUEST_BYTES, used)
  }
}

/** Of W3C's form, as the others. */
export const traceIdOf = (digits: string): string => digits.slice(0, 32)
export const spanIdOf = (digits: string): string => digits.slice(32, 48)
export const requestIdOf = (digits: string): string => digits.slice(48)
