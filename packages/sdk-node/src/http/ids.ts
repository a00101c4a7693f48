import { randomFillSync } from 'node:crypto'

/** Two of 16 bytes and one of 8. */
const REQUEST_DIGITS = 80
const POOL_BYTES = 16_000
/** Written as text at once, for 40 requests: an id of one that lasts keeps the text of all of them in memory. */
const TEXT_BYTES = 1_600

/**
 * What a request may need: 80 hexadecimal digits, as one text that is cut where an id is wanted. Randomness is fetched for hundreds of requests
 * at a time and written as text for tens: once for each would cost more than all the rest of its beginning.
 */
export const createIdDigits = (): (() => string) => {
  const pool = Buffer.alloc(POOL_BYTES)
  let written = POOL_BYTES
  let digits = ''
  let used = 0
  const write = (): void => {
    if (written === POOL_BYTES) {
      randomFillSync(pool)
      written = 0
    }
    digits = pool.toString('hex', written, written + TEXT_BYTES)
    written += TEXT_BYTES
    used = 0
  }
  return () => {
    if (used === digits.length) write()
    used += REQUEST_DIGITS
    return digits.slice(used - REQUEST_DIGITS, used)
  }
}

/** Of W3C's form, as the others. */
export const traceIdOf = (digits: string): string => digits.slice(0, 32)
export const spanIdOf = (digits: string): string => digits.slice(32, 48)
export const requestIdOf = (digits: string): string => digits.slice(48)
