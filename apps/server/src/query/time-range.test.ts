import { unixMs } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { chooseBuckets } from './intervals.ts'
import { parseTime, parseTimeRange } from './time-range.ts'

const NOW = unixMs(Date.parse('2026-11-21T12:00:00Z'))
const MINUTE = 60_000_000

describe('a time', () => {
  it.each([
    ['now', 0],
    ['-15m', -15 * MINUTE],
    ['now-1h', -60 * MINUTE],
    ['-7d', -7 * 1440 * MINUTE],
    ['-2w', -14 * 1440 * MINUTE],
    ['-1y', -365 * 1440 * MINUTE],
    ['2026-11-21T12:00:00.000001Z', 1],
    ['2026-11-21T13:30:00+02:00', -30 * MINUTE],
    ['2026-11-21T13:30:00 02:00', -30 * MINUTE],
    ['2026-11-21', -720 * MINUTE],
    [String(NOW), 0],
  ])('can be written %s', (text, micros) => {
    expect(parseTime(text, 'from', NOW) - NOW * 1000).toBe(micros)
  })

  it.each(['', 'yesterday', '-15', '15m', '-1M', '2026-13-01', '2026-02-30', '2026-11-21T25:00Z', '-', '1e9', 'now-'])(
    'cannot be written “%s”',
    (text) => {
      expect(() => parseTime(text, 'from', NOW)).toThrow(expect.objectContaining({ code: 'time-invalid' }))
    },
  )

  it('may reach back as far as one likes', () => {
    expect(parseTime('-999999999w', 'from', NOW)).toBe(Date.UTC(1900, 0, 1) * 1000)
    expect(parseTime('-999999999y', 'from', NOW)).toBe(Date.UTC(1900, 0, 1) * 1000)
  })
})

describe('the buckets of a histogram', () => {
  it.each([
    ['-15m', 60, 15_000],
    ['-1h', 60, 60_000],
    ['-24h', 60, 30 * 60_000],
    ['-7d', 60, 3 * 3_600_000],
    ['-90d', 60, 2 * 86_400_000],
    ['-1s', 60, 20],
    ['-100w', 500, 2 * 86_400_000],
  ])('of %s in at most %i are %i ms wide, and cover the range', (from, most, intervalMs) => {
    const range = parseTimeRange(from, 'now', NOW)
    const buckets = chooseBuckets(range, most)
    expect(buckets.intervalMs).toBe(intervalMs)
    expect(buckets.count).toBeLessThanOrEqual(most)
    expect(buckets.firstMs * 1000).toBeLessThanOrEqual(range.from)
    expect((buckets.firstMs + buckets.count * buckets.intervalMs) * 1000).toBeGreaterThanOrEqual(range.to)
  })
})
