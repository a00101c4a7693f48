import { expect, it } from 'vitest'
import { layoutLines } from './line-layout.ts'

const input = { intervalMs: 10, fromMs: 0, toMs: 40, width: 400, height: 132 }

it('breaks a line where an interval has no value, and stands points in the middle of their intervals', () => {
  const buckets = [5, null, 10, 10].map((value, index) => ({ fromMs: index * 10, values: [value] }))
  const { lines, max } = layoutLines({ ...input, buckets })
  expect(max).toBe(10)
  expect(lines[0]?.map((piece) => piece.map(({ x, y }) => [x, y]))).toEqual([
    [[50, 64]],
    [
      [250, 14],
      [350, 14],
    ],
  ])
})

it('lays nothing out of nothing', () => {
  expect(layoutLines({ ...input, buckets: [] })).toMatchObject({ lines: [], max: 0 })
})
