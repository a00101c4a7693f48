import { useElementSize } from '@mantine/hooks'
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { readTokens, useColorScheme } from './colour-scheme.ts'
import { drawStack, type StackPaint } from './draw-stack.ts'
import { prepareCanvas } from './prepare-canvas.ts'
import classes from './stack-chart.module.css'
import { barAt, brushRange, layoutStack, type StackBucket, type StackInput } from './stack-layout.ts'
import { stepByArrow } from './step-by-arrow.ts'

interface StackChartProps {
  label: string
  series: readonly { name: string; colour: string }[]
  buckets: readonly StackBucket[]
  intervalMs: number
  fromMs: number
  toMs: number
  nowMs: number
  height: number
  formatValue: (value: number) => string
  formatInterval: (fromMs: number, toMs: number) => string
  /** A bar was clicked, or a stretch was brushed. */
  onSelect: (fromMs: number, toMs: number) => void
}

const DRAG_PX = 4

/** A stacked histogram over time with crosshair, brush and keyboard. Colours are names of custom properties. */
export function StackChart(props: StackChartProps) {
  const { buckets, intervalMs, fromMs, toMs, nowMs, height } = props
  const { ref: frame, width } = useElementSize()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [hover, setHover] = useState<number>()
  const [brush, setBrush] = useState<readonly [number, number]>()
  const input = useMemo<StackInput>(
    () => ({ buckets, intervalMs, fromMs, toMs, nowMs, width, height }),
    [buckets, intervalMs, fromMs, toMs, nowMs, width, height],
  )
  const layout = useMemo(() => layoutStack(input), [input])
  const scheme = useColorScheme()

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the custom properties hold.
  useEffect(() => {
    const context = prepareCanvas(canvas.current, width, height)
    if (context === undefined) return
    drawStack(context, layout, { width, height, hover, brush }, readPaint(context.canvas, props.series))
  }, [layout, width, height, hover, brush, props.series, scheme])

  const place = (event: PointerEvent): number => event.clientX - event.currentTarget.getBoundingClientRect().left
  const handleMove = (event: PointerEvent): void => {
    const x = place(event)
    setHover(barAt(layout, x)?.index)
    if (brush) setBrush([brush[0], Math.min(width, Math.max(0, x))])
  }
  const handleUp = (event: PointerEvent): void => {
    if (!brush) return
    setBrush(undefined)
    const bar = barAt(layout, place(event))
    const range =
      Math.abs(brush[1] - brush[0]) >= DRAG_PX ? brushRange(input, brush[0], brush[1]) : bar && bar.total > 0 ? intervalOf(bar.index) : undefined
    if (range) props.onSelect(range.fromMs, range.toMs)
  }
  const intervalOf = (index: number): { fromMs: number; toMs: number } | undefined => {
    const bucket = buckets[index]
    return bucket && { fromMs: bucket.fromMs, toMs: bucket.fromMs + intervalMs }
  }
  const handleKey = (event: KeyboardEvent): void => {
    const next = stepByArrow(event.key, hover, buckets.length)
    if (next !== undefined) {
      event.preventDefault()
      setHover(next)
    }
    const range = event.key === 'Enter' && hover !== undefined ? intervalOf(hover) : undefined
    if (range) props.onSelect(range.fromMs, range.toMs)
  }

  const hovered = hover === undefined ? undefined : buckets[hover]
  const bar = hover === undefined ? undefined : layout.bars[hover]
  return (
    <div
      ref={frame}
      className={classes.frame}
      style={{ height }}
      role="img"
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: reachable by keyboard, see above.
      tabIndex={0}
      onKeyDown={handleKey}
      onBlur={() => setHover(undefined)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setBrush([place(event), place(event)])
      }}
      onPointerMove={handleMove}
      onPointerUp={handleUp}
      onPointerCancel={() => setBrush(undefined)}
      onPointerLeave={() => !brush && setHover(undefined)}
    >
      <canvas ref={canvas} className={classes.canvas} />
      {hovered && bar && (
        <div className={classes.tip} style={bar.left > width / 2 ? { right: width - bar.left + 8 } : { left: bar.right + 8 }}>
          <div className={classes.when}>{props.formatInterval(hovered.fromMs, hovered.fromMs + intervalMs)}</div>
          {props.series
            .map((series, index) => ({ ...series, count: hovered.counts[index] ?? 0 }))
            .filter((series) => series.count > 0)
            .reverse()
            .map((series) => (
              <div key={series.name} className={classes.entry}>
                <span className={classes.swatch} style={{ background: `var(${series.colour})` }} />
                <span>{series.name}</span>
                <b>{props.formatValue(series.count)}</b>
              </div>
            ))}
          {bar.total === 0 && <div className={classes.entry}>nothing</div>}
          {bar.incomplete && <div className={classes.note}>still filling</div>}
        </div>
      )}
    </div>
  )
}

function readPaint(element: Element, series: StackChartProps['series']): StackPaint {
  const { token, font } = readTokens(element)
  return {
    series: series.map((entry) => token(entry.colour)),
    line: token('--hw-edge'),
    muted: token('--hw-muted'),
    text: token('--hw-text'),
    accent: token('--hw-accent'),
    surface: token('--hw-ground'),
    font,
  }
}
