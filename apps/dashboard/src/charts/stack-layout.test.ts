import { describe, expect, it } from 'vitest'
import { AXIS_HEIGHT, barAt, brushRange, layoutStack, type StackInput } from './stack-layout.ts'

const input: StackInput = {
  buckets: [
    { fromMs: 0, counts: [0, 100] },
    { fromMs: 1_000, counts: [1, 0] },
    { fromMs: 3_000, counts: [50, 50] },
  ],
  intervalMs: 1_000,
  fromMs: 0,
  toMs: 4_000,
  nowMs: 3_500,
  width: 400,
  height: 100 + AXIS_HEIGHT,
}

describe('the stacked histogram', () => {
  it('scales to the tallest bar and stacks series from the baseline up', () => {
    const { bars, max } = layoutStack(input)
    expect(max).toBe(100)
    expect(bars[0]?.segments).toEqual([{ series: 1, x: 0, y: 0, width: 99, height: 100 }])
    expect(bars[2]?.segments.map(({ series, y, height }) => [series, y, height])).toEqual([
      [0, 50, 50],
      [1, 0, 50],
    ])
  })

  it('keeps a lone event visible beside thousands', () => {
    expect(layoutStack({ ...input, buckets: [...input.buckets, { fromMs: 2_000, counts: [0, 100_000] }] }).bars[1]?.segments[0]?.height).toBe(1)
  })

  it('marks the interval that is still filling', () => {
    expect(layoutStack(input).bars.map((bar) => bar.incomplete)).toEqual([false, false, true])
  })

  it('finds the bar under the pointer and nothing in a gap of the data', () => {
    const layout = layoutStack(input)
    expect(barAt(layout, 150)?.index).toBe(1)
    expect(barAt(layout, 250)).toBeUndefined()
  })

  it('brushes whole intervals in either direction', () => {
    expect(brushRange(input, 310, 120)).toEqual({ fromMs: 1_000, toMs: 4_000 })
    expect(brushRange(input, 210, 290)).toBeUndefined()
  })

  it('labels round moments and never more than fit', () => {
    const hour = layoutStack({ ...input, buckets: [], fromMs: Date.UTC(2026, 10, 21, 9, 13), toMs: Date.UTC(2026, 10, 21, 10, 13), width: 800 })
    expect(hour.timeTicks.length).toBeGreaterThan(3)
    expect(hour.timeTicks.length).toBeLessThanOrEqual(8)
    expect(hour.timeTicks.every((tick) => tick.ms % 600_000 === 0)).toBe(true)
    const labels = (fromMs: number, toMs: number) =>
      layoutStack({ ...input, buckets: [], fromMs, toMs, width: 800 }).timeTicks.map(({ label }) => label)
    expect(labels(Date.UTC(1926, 5), Date.UTC(2026, 5))).toEqual(['1940', '1960', '1980', '2000', '2020'])
    expect(labels(Date.UTC(2025, 0, 15), Date.UTC(2026, 11, 15))).toContain('Jan 2026')
  })
})
