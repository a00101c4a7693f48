import { type PointerEvent, useCallback, useMemo, useState } from 'react'
import { ChartFrame, ChartTip, useChart, usePaint } from './chart-frame.tsx'
import { readTokens } from './colour-scheme.ts'
import { drawStack, type StackPaint } from './draw-stack.ts'
import { barAt, brushRange, layoutStack, type StackBucket, type StackInput } from './stack-layout.ts'

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
  const { buckets, intervalMs, fromMs, toMs, nowMs, height, series } = props
  const chart = useChart(height, buckets.length)
  const { width, hover, setHover } = chart
  const [brush, setBrush] = useState<readonly [number, number]>()
  const input = useMemo<StackInput>(
    () => ({ buckets, intervalMs, fromMs, toMs, nowMs, width, height }),
    [buckets, intervalMs, fromMs, toMs, nowMs, width, height],
  )
  const layout = useMemo(() => layoutStack(input), [input])
  usePaint(
    chart,
    useCallback(
      (context) => drawStack(context, layout, { width, height, hover, brush }, readPaint(context.canvas, series)),
      [layout, width, height, hover, brush, series],
    ),
  )

  const xOf = (event: PointerEvent): number => event.clientX - event.currentTarget.getBoundingClientRect().left
  const choose = (index: number): void => {
    const bucket = buckets[index]
    if (bucket) props.onSelect(bucket.fromMs, bucket.fromMs + intervalMs)
  }
  const handleMove = (event: PointerEvent): void => {
    const x = xOf(event)
    setHover(barAt(layout, x)?.index)
    if (brush) setBrush([brush[0], Math.min(width, Math.max(0, x))])
  }
  const handleUp = (event: PointerEvent): void => {
    if (!brush) return
    setBrush(undefined)
    const bar = barAt(layout, xOf(event))
    if (Math.abs(brush[1] - brush[0]) < DRAG_PX) {
      if (bar && bar.total > 0) choose(bar.index)
      return
    }
    const range = brushRange(input, brush[0], brush[1])
    if (range) props.onSelect(range.fromMs, range.toMs)
  }

  const hovered = hover === undefined ? undefined : buckets[hover]
  const bar = hover === undefined ? undefined : layout.bars[hover]
  return (
    <ChartFrame
      chart={chart}
      label={props.label}
      onChoose={choose}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setBrush([xOf(event), xOf(event)])
      }}
      onPointerMove={handleMove}
      onPointerUp={handleUp}
      onPointerCancel={() => setBrush(undefined)}
      onPointerLeave={() => !brush && setHover(undefined)}
      tip={
        hovered &&
        bar && (
          <ChartTip
            chart={chart}
            left={bar.left}
            right={bar.right}
            heading={props.formatInterval(hovered.fromMs, hovered.fromMs + intervalMs)}
            entries={series
              .map(({ name, colour }, index) => ({
                name,
                colour,
                text: props.formatValue(hovered.counts[index] ?? 0),
                count: hovered.counts[index] ?? 0,
              }))
              .filter(({ count }) => count > 0)
              .reverse()}
            note={bar.incomplete ? 'still filling' : undefined}
          />
        )
      }
    />
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
