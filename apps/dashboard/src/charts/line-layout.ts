import { AXIS_HEIGHT, layoutTicks, type TimeTick } from './stack-layout.ts'

/** The values of one interval, one of each series; null where there is none. `fromMs` is its beginning. */
export interface LineBucket {
  fromMs: number
  values: readonly (number | null)[]
}

export interface LineInput {
  buckets: readonly LineBucket[]
  intervalMs: number
  fromMs: number
  toMs: number
  width: number
  height: number
}

export interface LineLayout {
  /** Of each series, its unbroken pieces; a piece of one point is a dot. */
  lines: { x: number; y: number }[][][]
  /** Top of the value axis: the largest value. */
  max: number
  timeTicks: TimeTick[]
}

/** Room above the highest point, for the label of the axis. */
const TOP = 14

/** Where the points of lines over time stand: in the middle of their intervals. An interval without a value breaks the line. */
export function layoutLines({ buckets, intervalMs, fromMs, toMs, width, height }: LineInput): LineLayout {
  const span = Math.max(1, toMs - fromMs)
  const plot = Math.max(1, height - AXIS_HEIGHT - TOP)
  const max = Math.max(0, ...buckets.flatMap((bucket) => bucket.values.map((value) => value ?? 0)))
  const toX = (ms: number): number => Math.min(width, Math.max(0, ((ms - fromMs) / span) * width))
  const toY = (value: number): number => TOP + plot * (1 - value / Math.max(max, Number.MIN_VALUE))
  const count = Math.max(0, ...buckets.map((bucket) => bucket.values.length))
  const lines = Array.from({ length: count }, (_, series) => {
    const pieces: { x: number; y: number }[][] = []
    let broken = true
    for (const bucket of buckets) {
      const value = bucket.values[series] ?? null
      if (value === null) {
        broken = true
        continue
      }
      const point = { x: toX(bucket.fromMs + intervalMs / 2), y: toY(value) }
      if (broken) pieces.push([point])
      else pieces.at(-1)?.push(point)
      broken = false
    }
    return pieces
  })
  return { lines, max, timeTicks: layoutTicks(fromMs, toMs, width) }
}
