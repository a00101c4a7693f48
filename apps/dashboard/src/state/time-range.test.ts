import { describe, expect, it } from 'vitest'
import { describeRange, freezeRange, normaliseTime, rangeProblem, rangeUpTo, resolveTime, widenRange } from './time-range.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')

describe('time ranges', () => {
  it('reads relative times, epochs, RFC 3339 and local dates', () => {
    expect(resolveTime('-15m', now)).toBe(now - 900_000)
    expect(resolveTime('-1 y', now)).toBe(new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() - 1))
    expect(resolveTime('now', now)).toBe(now)
    expect(resolveTime(String(now), now)).toBe(now)
    expect(resolveTime('2026-11-21T09:30:00Z', now)).toBe(Date.parse('2026-11-21T09:30:00Z'))
    expect(resolveTime('2026-11-21 09:30', now)).toBe(new Date(2026, 10, 21, 9, 30).getTime())
    expect(resolveTime('2026-11-21', now)).toBe(new Date(2026, 10, 21).getTime())
    for (const text of ['', 'yesterday', '-5', '-5M', '12', '2026-13-41']) expect(resolveTime(text, now), text).toBeUndefined()
  })

  it('says which end is wrong and what to write', () => {
    expect(rangeProblem({ from: '-1h', to: 'now' }, now)).toBeUndefined()
    expect(rangeProblem({ from: 'soon', to: 'now' }, now)?.end).toBe('from')
    expect(rangeProblem({ from: '-5m', to: '-10m' }, now)).toEqual({ end: 'to', message: 'The end must be after the beginning.' })
  })

  it('finds the narrowest range that shows a moment of the past', () => {
    expect(rangeUpTo(now - 60_000, now)).toEqual({ from: '-5m', to: 'now' })
    expect(rangeUpTo(now - 5 * 86_400_000, now)).toEqual({ from: '-7d', to: 'now' })
    expect(rangeUpTo(Date.parse('2005-06-03T10:00:00Z'), now)).toEqual({ from: '2005-06-02T10:00:00.000Z', to: '2005-06-03T10:01:00.000Z' })
  })

  it('freezes a relative range for a link and leaves an absolute one alone', () => {
    const frozen = freezeRange({ from: '-1h', to: 'now' }, now)
    expect(frozen).toEqual({ from: '2026-11-21T11:00:00.000Z', to: '2026-11-21T12:00:00.000Z' })
    expect(freezeRange(frozen, now + 5_000)).toEqual(frozen)
  })

  it('widens around the middle and never into the future', () => {
    expect(widenRange({ from: '-1h', to: 'now' }, now)).toEqual({ from: '-2h', to: 'now' })
    expect(widenRange({ from: '-12h', to: 'now' }, now)).toEqual({ from: '-1d', to: 'now' })
    const wide = widenRange({ from: '2026-11-21T10:00:00.000Z', to: '2026-11-21T12:00:00.000Z' }, now)
    expect(wide).toEqual({ from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T12:00:00.000Z' })
  })

  it('names a range as people do', () => {
    expect(describeRange({ from: '-1h', to: 'now' }, now)).toBe('Last hour')
    expect(describeRange({ from: '-90m', to: 'now' }, now)).toBe('Last 90 minutes')
    expect(describeRange({ from: '-1y', to: 'now' }, now)).toBe('Last year')
    const from = new Date(2026, 10, 20, 9, 30).toISOString()
    expect(describeRange({ from, to: new Date(2026, 10, 20, 10, 0).toISOString() }, now)).toMatch(/^20 Nov.* 09:30 – 10:00$/)
  })

  it('turns typed local times into what the API takes', () => {
    expect(normaliseTime(' -90 m'.trim().replace(' ', ''), now)).toBe('-90m')
    expect(normaliseTime('2026-11-21 09:30', now)).toBe(new Date(2026, 10, 21, 9, 30).toISOString())
  })
})
