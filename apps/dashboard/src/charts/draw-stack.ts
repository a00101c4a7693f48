import { AXIS_HEIGHT, type StackLayout, type TimeTick } from './stack-layout.ts'

export interface StackPaint {
  series: readonly string[]
  line: string
  muted: string
  text: string
  accent: string
  surface: string
  font: string
}

/** Draws a laid-out histogram; a pure function of its arguments apart from the canvas it draws on. */
export function drawStack(
  context: CanvasRenderingContext2D,
  layout: StackLayout,
  view: { width: number; height: number; hover: number | undefined; brush: readonly [number, number] | undefined },
  paint: StackPaint,
): void {
  const baseline = view.height - AXIS_HEIGHT
  context.clearRect(0, 0, view.width, view.height)
  if (view.hover !== undefined) {
    const bar = layout.bars[view.hover]
    if (bar) fill(context, `color-mix(in srgb, ${paint.muted} 16%, transparent)`, bar.left, 0, bar.right - bar.left, baseline)
  }
  for (const bar of layout.bars) {
    for (const segment of bar.segments) {
      fill(context, paint.series[segment.series] ?? paint.muted, segment.x, segment.y, segment.width, segment.height)
    }
    if (bar.incomplete) hatch(context, paint.surface, bar.left, baseline, bar.right - bar.left)
  }
  drawAxis(context, layout.timeTicks, view.width, baseline, paint)
  if (view.brush) {
    const [left, right] = view.brush[0] < view.brush[1] ? view.brush : [view.brush[1], view.brush[0]]
    fill(context, `color-mix(in srgb, ${paint.accent} 18%, transparent)`, left, 0, right - left, baseline)
    fill(context, paint.accent, left, 0, 1, baseline)
    fill(context, paint.accent, right, 0, 1, baseline)
  }
}

/** The baseline with its moments. */
export function drawAxis(
  context: CanvasRenderingContext2D,
  ticks: readonly TimeTick[],
  width: number,
  baseline: number,
  paint: Pick<StackPaint, 'line' | 'muted' | 'font'>,
): void {
  fill(context, paint.line, 0, baseline, width, 1)
  context.font = `11px ${paint.font}`
  context.textBaseline = 'top'
  for (const tick of ticks) {
    const half = context.measureText(tick.label).width / 2
    fill(context, paint.line, Math.round(tick.x), baseline, 1, 3)
    context.fillStyle = paint.muted
    if (tick.x >= 0 && tick.x <= width) context.fillText(tick.label, Math.min(width - half * 2, Math.max(0, tick.x - half)), baseline + 5)
  }
}

function fill(context: CanvasRenderingContext2D, colour: string, x: number, y: number, width: number, height: number): void {
  context.fillStyle = colour
  context.fillRect(x, y, width, height)
}

/** Diagonal gaps over a bar: its interval is not over yet. */
function hatch(context: CanvasRenderingContext2D, colour: string, left: number, baseline: number, width: number): void {
  context.save()
  context.beginPath()
  context.rect(left, 0, width, baseline)
  context.clip()
  context.strokeStyle = colour
  context.lineWidth = 1.5
  context.beginPath()
  for (let offset = -baseline; offset < width; offset += 5) {
    context.moveTo(left + offset, baseline)
    context.lineTo(left + offset + baseline, 0)
  }
  context.stroke()
  context.restore()
}
