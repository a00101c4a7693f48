import { useElementSize } from '@mantine/hooks'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { readTokens, useColorScheme } from './colour-scheme.ts'
import { drawAxis } from './draw-stack.ts'
import { type LineBucket, type LineLayout, layoutLines } from './line-layout.ts'
import { prepareCanvas } from './prepare-canvas.ts'
import classes from './stack-chart.module.css'
import { AXIS_HEIGHT } from './stack-layout.ts'
import { stepByArrow } from './step-by-arrow.ts'

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
  const { buckets, intervalMs, fromMs, toMs, height, series } = props
  const { ref: frame, width } = useElementSize()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [hover, setHover] = useState<number>()
  const layout = useMemo(() => layoutLines({ buckets, intervalMs, fromMs, toMs, width, height }), [buckets, intervalMs, fromMs, toMs, width, height])
  const scheme = useColorScheme()
  const hovered = hover === undefined ? undefined : buckets[hover]
  const toX = (ms: number): number => ((ms - fromMs) / Math.max(1, toMs - fromMs)) * width
  const x = hovered === undefined ? undefined : Math.min(width, Math.max(0, toX(hovered.fromMs + intervalMs / 2)))

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the custom properties hold.
  useEffect(() => {
    const context = prepareCanvas(canvas.current, width, height)
    if (context === undefined) return
    drawLines(context, context.canvas, layout, { width, height, x, series, top: layout.max > 0 ? props.formatValue(layout.max) : '' })
  }, [layout, width, height, x, series, scheme])

  const handleKey = (event: KeyboardEvent): void => {
    const next = stepByArrow(event.key, hover, buckets.length)
    if (next === undefined) return
    event.preventDefault()
    setHover(next)
  }
  return (
    <div
      ref={frame}
      className={classes.frame}
      style={{ height }}
      role="img"
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its values are read with the arrow keys.
      tabIndex={0}
      onKeyDown={handleKey}
      onBlur={() => setHover(undefined)}
      onPointerMove={(event) => {
        const at = fromMs + ((event.clientX - event.currentTarget.getBoundingClientRect().left) / Math.max(1, width)) * (toMs - fromMs)
        const index = buckets.findIndex((bucket) => at >= bucket.fromMs && at < bucket.fromMs + intervalMs)
        setHover(index < 0 ? undefined : index)
      }}
      onPointerLeave={() => setHover(undefined)}
    >
      <canvas ref={canvas} className={classes.canvas} />
      {hovered && x !== undefined && (
        <div className={classes.tip} style={x > width / 2 ? { right: width - x + 8 } : { left: x + 8 }}>
          <div className={classes.when}>{props.formatInterval(hovered.fromMs, hovered.fromMs + intervalMs)}</div>
          {series.map(({ name, colour }, index) => {
            const value = hovered.values[index] ?? null
            return value === null ? null : (
              <div key={name} className={classes.entry}>
                <span className={classes.swatch} style={{ background: `var(${colour})` }} />
                <span>{name}</span>
                <b>{props.formatValue(value)}</b>
              </div>
            )
          })}
          {hovered.values.every((value) => value === null) && <div className={classes.entry}>nothing</div>}
        </div>
      )}
    </div>
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
