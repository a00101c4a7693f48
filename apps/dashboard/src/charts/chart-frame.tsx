import { useElementSize } from '@mantine/hooks'
import { type HTMLAttributes, type KeyboardEvent, type ReactNode, type RefCallback, type RefObject, useEffect, useRef, useState } from 'react'
import { Swatch } from '../ui/legend.tsx'
import classes from './chart-frame.module.css'
import { useColorScheme } from './colour-scheme.ts'
import { prepareCanvas } from './prepare-canvas.ts'
import { stepByArrow } from './step-by-arrow.ts'

interface Chart {
  frame: RefCallback<HTMLDivElement>
  canvas: RefObject<HTMLCanvasElement | null>
  /** In CSS pixels; the width is 0 until it is known. */
  width: number
  height: number
  /** How many buckets it shows, and which of them is looked at. */
  count: number
  hover: number | undefined
  setHover: (index: number | undefined) => void
}

/** Where a chart is drawn, and what of it is looked at. */
export function useChart(height: number, count: number): Chart {
  const { ref: frame, width } = useElementSize<HTMLDivElement>()
  const [hover, setHover] = useState<number>()
  return { frame, canvas: useRef<HTMLCanvasElement>(null), width, height, count, hover, setHover }
}

/** Draws when `paint` is another one (so it has to be remembered), the place changes, or the page turns light or dark. */
export function usePaint({ canvas, width, height }: Chart, paint: (context: CanvasRenderingContext2D) => void): void {
  const scheme = useColorScheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the custom properties hold.
  useEffect(() => {
    const context = prepareCanvas(canvas.current, width, height)
    if (context !== undefined) paint(context)
  }, [canvas, width, height, paint, scheme])
}

interface ChartFrameProps extends HTMLAttributes<HTMLDivElement> {
  chart: Chart
  label: string
  /** Enter was pressed on a bucket. */
  onChoose?: (index: number) => void
  /** Beside the bucket that is looked at. */
  tip?: ReactNode
}

/** A chart's canvas, read with the pointer or the arrow keys. */
export function ChartFrame({ chart, label, onChoose, tip, ...handlers }: ChartFrameProps) {
  const { hover, setHover } = chart
  const handleKey = (event: KeyboardEvent): void => {
    const next = stepByArrow(event.key, hover, chart.count)
    if (next !== undefined) {
      event.preventDefault()
      setHover(next)
    }
    if (event.key === 'Enter' && hover !== undefined) onChoose?.(hover)
  }
  return (
    <div
      ref={chart.frame}
      className={classes.frame}
      style={{ height: chart.height }}
      role="img"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its values are read with the arrow keys.
      tabIndex={0}
      onKeyDown={handleKey}
      onBlur={() => setHover(undefined)}
      {...handlers}
    >
      <canvas ref={chart.canvas} className={classes.canvas} />
      {tip}
    </div>
  )
}

interface ChartTipProps {
  chart: Chart
  /** What it stands beside, in CSS pixels. */
  left: number
  right: number
  heading: string
  entries: readonly { name: string; colour: string; text: string }[]
  note?: string | undefined
}

export function ChartTip({ chart: { width }, left, right, heading, entries, note }: ChartTipProps) {
  return (
    <div className={classes.tip} style={left > width / 2 ? { right: width - left + 8 } : { left: right + 8 }}>
      <div className={classes.when}>{heading}</div>
      {entries.map(({ name, colour, text }) => (
        <div key={name} className={classes.entry}>
          <Swatch colour={colour} />
          <span>{name}</span>
          <b>{text}</b>
        </div>
      ))}
      {entries.length === 0 && <div className={classes.entry}>nothing</div>}
      {note && <div className={classes.note}>{note}</div>}
    </div>
  )
}
