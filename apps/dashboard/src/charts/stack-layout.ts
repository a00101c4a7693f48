/** One bar: how many of each series, from the bottom up. `fromMs` is the beginning of its interval. */
export interface StackBucket {
  fromMs: number
  counts: readonly number[]
}

export interface StackInput {
  buckets: readonly StackBucket[]
  intervalMs: number
  /** What the axis covers. */
  fromMs: number
  toMs: number
  /** Intervals that end after this moment are still filling. */
  nowMs: number
  width: number
  height: number
}

interface StackSegment {
  series: number
  x: number
  y: number
  width: number
  height: number
}

export interface StackBar {
  index: number
  /** Ends of the interval on the axis, in pixels. */
  left: number
  right: number
  total: number
  incomplete: boolean
  segments: StackSegment[]
}

export interface StackLayout {
  bars: StackBar[]
  /** Top of the value axis. */
  max: number
  timeTicks: TimeTick[]
}

/** Pixels below the bars that the time axis takes. */
export const AXIS_HEIGHT = 18
const GAP = 1
const MIN_SEGMENT = 1

/** Where each bar and tick of a stacked histogram stands. A count above zero is at least one pixel high: a lone error must be seen. */
export function layoutStack(input: StackInput): StackLayout {
  const { buckets, intervalMs, width } = input
  const plotHeight = Math.max(0, input.height - AXIS_HEIGHT)
  const span = Math.max(1, input.toMs - input.fromMs)
  const toX = (ms: number): number => Math.min(width, Math.max(0, ((ms - input.fromMs) / span) * width))
  const totals = buckets.map((bucket) => bucket.counts.reduce((sum, count) => sum + count, 0))
  const max = Math.max(1, ...totals)
  const bars = buckets.map((bucket, index): StackBar => {
    const left = toX(bucket.fromMs)
    const right = toX(bucket.fromMs + intervalMs)
    const gap = right - left > 3 ? GAP : 0
    let y = plotHeight
    const segments: StackSegment[] = []
    for (const [series, count] of bucket.counts.entries()) {
      if (count <= 0) continue
      const height = Math.min(y, Math.max(MIN_SEGMENT, (count / max) * plotHeight))
      y -= height
      segments.push({ series, x: left, y, width: Math.max(1, right - left - gap), height })
    }
    return { index, left, right, total: totals[index] ?? 0, incomplete: bucket.fromMs + intervalMs > input.nowMs, segments }
  })
  return { bars, max, timeTicks: layoutTicks(input.fromMs, input.toMs, width) }
}

export interface TimeTick {
  x: number
  ms: number
  label: string
}

/** Round moments of an axis of time that is `width` pixels long. */
export function layoutTicks(fromMs: number, toMs: number, width: number): TimeTick[] {
  const span = Math.max(1, toMs - fromMs)
  return timeTicks(fromMs, toMs, width).map((ms) => ({
    x: Math.min(width, Math.max(0, ((ms - fromMs) / span) * width)),
    ms,
    label: tickLabel(ms, span),
  }))
}

/** The bar under a point, or undefined beside all of them. */
export const barAt = (layout: StackLayout, x: number): StackBar | undefined => layout.bars.find((bar) => x >= bar.left && x < bar.right)

/** What a brush from one pixel to another selects: whole intervals, so that the numbers of the bars stay true. */
export function brushRange(input: StackInput, a: number, b: number): { fromMs: number; toMs: number } | undefined {
  const layout = layoutStack(input)
  const [left, right] = a < b ? [a, b] : [b, a]
  const hit = layout.bars.filter((bar) => bar.right > left && bar.left < right)
  const first = input.buckets[hit[0]?.index ?? -1]
  const last = input.buckets[hit[hit.length - 1]?.index ?? -1]
  return first && last ? { fromMs: first.fromMs, toMs: last.fromMs + input.intervalMs } : undefined
}

const STEPS_MS = [
  1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
  10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 1_209_600_000,
]
const MONTH_MS = 2_629_800_000
/** Steps of the calendar, in months. */
const STEPS_MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200]

/** Round moments of the viewer's clock, about one per 110 pixels. */
function timeTicks(fromMs: number, toMs: number, width: number): number[] {
  const wanted = Math.max(2, Math.floor(width / 110))
  const step = STEPS_MS.find((candidate) => (toMs - fromMs) / candidate <= wanted)
  if (step === undefined) return monthTicks(fromMs, toMs, wanted)
  const zone = new Date(fromMs).getTimezoneOffset() * 60_000
  const first = Math.ceil((fromMs - zone) / step) * step + zone
  const ticks: number[] = []
  for (let ms = first; ms <= toMs && ticks.length < 50; ms += step) ticks.push(ms)
  return ticks
}

function monthTicks(fromMs: number, toMs: number, wanted: number): number[] {
  const step = STEPS_MONTHS.find((months) => (toMs - fromMs) / (months * MONTH_MS) <= wanted) ?? 1_200
  const first = new Date(fromMs)
  const ticks: number[] = []
  for (let month = Math.floor((first.getFullYear() * 12 + first.getMonth()) / step) * step; ticks.length < 50; month += step) {
    const ms = new Date(0, 0).setFullYear(Math.floor(month / 12), month % 12, 1)
    if (ms > toMs) break
    if (ms >= fromMs) ticks.push(ms)
  }
  return ticks
}

const pad = (value: number): string => String(value).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function tickLabel(ms: number, spanMs: number): string {
  const date = new Date(ms)
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`
  if (spanMs < 300_000) return `${clock}:${pad(date.getSeconds())}`
  if (spanMs < 172_800_000) return clock === '00:00' ? day : clock
  if (spanMs < 500 * 86_400_000) return spanMs < 5 * 86_400_000 && clock !== '00:00' ? `${day} ${clock}` : day
  return spanMs > 6_000 * 86_400_000 && date.getMonth() === 0 ? String(date.getFullYear()) : `${MONTHS[date.getMonth()]} ${date.getFullYear()}`
}
