import { randomFillSync, randomUUID } from 'node:crypto'

const POOL_BYTES = 4_096
const TRACE_BYTES = 16
const SPAN_BYTES = 8

export interface TraceIds {
  /** 32 hexadecimal digits. */
  trace(): string
  /** 16 hexadecimal digits. */
  span(): string
  request(): string
}

/** Ids of W3C traces. Randomness is fetched for hundreds of them at a time: one call for each would cost more than the request's whole capture. */
export const createTraceIds = (): TraceIds => {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  const take = (bytes: number): string => {
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    used += bytes
    return pool.toString('hex', used - bytes, used)
  }
  return { trace: () => take(TRACE_BYTES), span: () => take(SPAN_BYTES), request: () => randomUUID() }
}
