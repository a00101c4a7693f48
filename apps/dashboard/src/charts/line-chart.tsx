import { useCallback, useMemo } from 'react'
import { ChartFrame, ChartTip, useChart, usePaint } from './chart-frame.tsx'
import { readTokens } from './colour-scheme.ts'
import { drawAxis } from './draw-stack.ts'
import { type LineBucket, type LineLayout, layoutLines } from './line-layout.ts'
import { AXIS_HEIGHT } from './stack-layout.ts'

interface LineChartProps {
  label: string
  series: readonly { name: string; colour: string }[]
  buckets: readonly LineBucket[]
  intervalMs: number
  fromMs: number
  toMs: number
  height: number
  formatValue: (value: number) => string
  formatInterval: (fromMs: number, toMs: number) => string
}

/** Lines over time with a crosshair that the pointer or the arrow keys move. Colours are names of custom properties. */
export function LineChart(props: LineChartProps) {
  const { buckets, intervalMs, fromMs, toMs, height, series, formatValue } = props
  const chart = useChart(height, buckets.length)
  const { width, hover, setHover } = chart
  const layout = useMemo(() => layoutLines({ buckets, intervalMs, fromMs, toMs, width, height }), [buckets, intervalMs, fromMs, toMs, width, height])
  const hovered = hover === undefined ? undefined : buckets[hover]
  const toX = (ms: number): number => ((ms - fromMs) / Math.max(1, toMs - fromMs)) * width
  const x = hovered === undefined ? undefined : Math.min(width, Math.max(0, toX(hovered.fromMs + intervalMs / 2)))
  usePaint(
    chart,
    useCallback(
      (context) => drawLines(context, context.canvas, layout, { width, height, x, series, top: layout.max > 0 ? formatValue(layout.max) : '' }),
      [layout, width, height, x, series, formatValue],
    ),
  )
  return (
    <ChartFrame
      chart={chart}
      label={props.label}
      onPointerMove={(event) => {
        const at = fromMs + ((event.clientX - event.currentTarget.getBoundingClientRect().left) / Math.max(1, width)) * (toMs - fromMs)
        const index = buckets.findIndex((bucket) => at >= bucket.fromMs && at < bucket.fromMs + intervalMs)
        setHover(index < 0 ? undefined : index)
      }}
      onPointerLeave={() => setHover(undefined)}
      tip={
        hovered &&
        x !== undefined && (
          <ChartTip
            chart={chart}
            left={x}
            right={x}
            heading={props.formatInterval(hovered.fromMs, hovered.fromMs + intervalMs)}
            entries={series.flatMap(({ name, colour }, index) => {
              const value = hovered.values[index] ?? null
              return value === null ? [] : [{ name, colour, text: formatValue(value) }]
            })}
          />
        )
      }
    />
  )
}

function drawLines(
  context: CanvasRenderingContext2D,
  element: Element,
  layout: LineLayout,
  view: { width: number; height: number; x: number | undefined; series: LineChartProps['series']; top: string },
): void {
  const { token, font } = readTokens(element)
  const baseline = view.height - AXIS_HEIGHT
  context.clearRect(0, 0, view.width, view.height)
  if (view.x !== undefined) {
    context.fillStyle = token('--hw-edge')
    context.fillRect(Math.round(view.x), 0, 1, baseline)
  }
  context.lineWidth = 1.5
  context.lineJoin = 'round'
  for (const [index, pieces] of layout.lines.entries()) {
    const colour = token(view.series[index]?.colour ?? '--hw-muted')
    context.strokeStyle = colour
    context.fillStyle = colour
    for (const piece of pieces) {
      context.beginPath()
      const [first] = piece
      if (piece.length === 1 && first) {
        context.arc(first.x, first.y, 2, 0, Math.PI * 2)
        context.fill()
        continue
      }
      for (const { x, y } of piece) context.lineTo(x, y)
      context.stroke()
    }
  }
  context.font = `11px ${font}`
  context.textBaseline = 'top'
  context.fillStyle = token('--hw-muted')
  context.fillText(view.top, 0, 0)
  drawAxis(context, layout.timeTicks, view.width, baseline, { line: token('--hw-edge'), muted: token('--hw-muted'), font })
}
