import { describe, expect, it } from 'vitest'
import { formatAgo, formatBytes, formatDuration, formatShare, formatShort, formatStamp, formatWhole } from './format.ts'

describe('numbers and times as people read them', () => {
  it('shortens numbers without jumping a unit', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [999, '999'],
      [999.6, '1k'],
      [1_000, '1k'],
      [12_345, '12.3k'],
      [999_960, '1M'],
      [1_234_567, '1.2M'],
      [4e9, '4B'],
    ]
    for (const [value, text] of cases) expect(formatShort(value), String(value)).toBe(text)
    expect(formatWhole(1_234_567)).toBe('1,234,567')
  })

  it('gives bytes and durations the unit that fits', () => {
    expect(formatBytes(1_023)).toBe('1023 B')
    expect(formatBytes(1_024 * 1_024 - 1)).toBe('1.0 MiB')
    expect([0.25, 8.4, 999, 1_500, 61_000, 3_720_000, 90_000_000].map(formatDuration)).toEqual([
      '250 µs',
      '8.4 ms',
      '999 ms',
      '1.5 s',
      '1 min 1 s',
      '1 h 2 min',
      '1 d 1 h',
    ])
  })

  it('keeps the microseconds of a stamp and shows UTC beside the viewer’s zone', () => {
    const stamp = formatStamp('2026-11-21T09:30:12.123456Z')
    expect(stamp.utc).toBe('2026-11-21 09:30:12.123456 UTC')
    expect(stamp.time).toMatch(/:30:12\.123$/)
    expect(formatStamp('2026-11-21T09:30:12Z').utc).toBe('2026-11-21 09:30:12.000 UTC')
    expect(formatStamp('nonsense').full).toBe('nonsense')
  })

  it('tells how long ago', () => {
    const now = Date.parse('2026-11-21T12:00:00Z')
    expect(formatAgo('2026-11-21T11:56:00Z', now)).toBe('4 min ago')
    expect(formatAgo('2026-11-21T12:00:01Z', now)).toBe('just now')
    expect(formatAgo('2026-11-01T12:00:00Z', now)).toBe('20 days ago')
  })
})

it('never writes nothing or all where there is a little', () => {
  expect([0, 0.0004, 0.0123, 0.5, 0.9994, 0.99999, 1].map(formatShare)).toEqual(['0%', '<0.1%', '1.2%', '50%', '>99.9%', '>99.9%', '100%'])
})
