import type { Level } from '@heartwood/protocol'
import { type Buckets, chooseBuckets } from '../../query/intervals.ts'
import type { TimeRange } from '../../query/time-range.ts'
import { type Counted, histogramQuery, isEmptyRange, type Scope } from './queries.ts'

export interface Histogram {
  total: number
  intervalMs: number
  buckets: { from: string; count: number; byLevel: Partial<Record<Level, number>> }[]
}

/** @returns the buckets, and the statement that fills them; none for an empty range. */
export function histogramRows(scope: Scope, range: TimeRange, most: number, counted: Counted): { buckets: Buckets; text: string | undefined } {
  const buckets = chooseBuckets(range, most)
  return { buckets, text: isEmptyRange(range) ? undefined : histogramQuery(scope, range, buckets, counted) }
}

/** Every bucket of the range, also those in which nothing happened. */
export function toHistogram({ intervalMs, firstMs, count }: Buckets, rows: readonly { bucket: number; level: Level; rows: number }[]): Histogram {
  const buckets: Histogram['buckets'] = Array.from({ length: count }, (_, i) => ({
    from: new Date(firstMs + i * intervalMs).toISOString(),
    count: 0,
    byLevel: {},
  }))
  let total = 0
  for (const { bucket, level, rows: counted } of rows) {
    total += counted
    const target = buckets[bucket]
    if (!target) continue
    target.count += counted
    target.byLevel[level] = (target.byLevel[level] ?? 0) + counted
  }
  return { total, intervalMs, buckets }
}
