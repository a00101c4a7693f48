import type { TimeRange } from './time-range.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Widths that people read easily, in milliseconds. */
const NICE: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000].map((n) => n * DAY),
]

export interface Buckets {
  intervalMs: number
  /** Milliseconds at which the first bucket begins: a multiple of the interval, at or before the range. */
  firstMs: number
  count: number
}

/** The narrowest nice interval with which the range needs at most so many buckets (two when one would do but for its borders). */
export function chooseBuckets({ from, to }: TimeRange, most: number): Buckets {
  const [fromMs, toMs] = [Math.floor(from / 1000), Math.ceil(to / 1000)]
  for (const intervalMs of NICE) {
    const first = Math.floor(fromMs / intervalMs)
    const count = Math.max(1, Math.ceil(toMs / intervalMs) - first)
    if (count <= Math.max(2, most)) return { intervalMs, firstMs: first * intervalMs, count }
  }
  return { intervalMs: Math.max(1, toMs - fromMs), firstMs: fromMs, count: 1 }
}
