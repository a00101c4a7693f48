import { ActionIcon, Tooltip } from '@mantine/core'
import { useMemo, useState } from 'react'
import { LineChart } from '../../charts/line-chart.tsx'
import { StackChart } from '../../charts/stack-chart.tsx'
import { formatDuration, formatInterval, formatShort, formatStamp, formatWhole } from '../../lib/format.ts'
import { resolveTime } from '../../state/time-range.ts'
import { Icon } from '../../ui/icons.tsx'
import classes from './requests.module.css'
import type { Chart } from './totals.tsx'

const STATUS_SERIES = [
  { name: 'ok', colour: '--hw-bar-debug' },
  { name: '4xx', colour: '--hw-bar-warn' },
  { name: '5xx', colour: '--hw-bar-error' },
] as const
const TIME_SERIES = [
  { name: 'p95', colour: '--hw-accent' },
  { name: 'p50', colour: '--hw-level-info' },
] as const
const HEIGHT = 132

/** Requests over time by status, and how long they took; the numbers of both in one table behind them. */
export function RequestCharts({ chart, onSelect }: { chart: Chart; onSelect: (fromMs: number, toMs: number) => void }) {
  const [asTable, setAsTable] = useState(false)
  const axis = useMemo(() => {
    const starts = chart.buckets.map((bucket) => Date.parse(bucket.from))
    const first = starts[0] ?? 0
    const last = (starts.at(-1) ?? 0) + chart.intervalMs
    return {
      intervalMs: chart.intervalMs,
      fromMs: Math.min(resolveTime(chart.from, chart.askedMs) ?? first, first),
      toMs: Math.max(resolveTime(chart.to, chart.askedMs) ?? last, last - chart.intervalMs + 1),
      height: HEIGHT,
      formatInterval,
    }
  }, [chart])
  const stacks = useMemo(
    () => chart.buckets.map((bucket) => ({ fromMs: Date.parse(bucket.from), counts: [bucket.ok, bucket.clientErrors, bucket.serverErrors] })),
    [chart],
  )
  const lines = useMemo(() => chart.buckets.map((bucket) => ({ fromMs: Date.parse(bucket.from), values: [bucket.p95Ms, bucket.p50Ms] })), [chart])
  const each = formatDuration(chart.intervalMs)
  return (
    <section className={classes.charts} aria-label="Over time">
      <div className={classes.chartTools}>
        <Tooltip label={asTable ? 'Show the charts' : 'Show the numbers'}>
          <ActionIcon size={24} aria-label={asTable ? 'Show the charts' : 'Show the numbers'} onClick={() => setAsTable(!asTable)}>
            <Icon name={asTable ? 'chart' : 'table'} size={14} />
          </ActionIcon>
        </Tooltip>
      </div>
      {asTable ? (
        <Numbers chart={chart} />
      ) : (
        <>
          <figure>
            <figcaption>
              Requests <Legend series={STATUS_SERIES} />
            </figcaption>
            <StackChart
              {...axis}
              label={`${formatWhole(chart.total.count)} requests by status, ${each} a bar. Arrow keys move, Enter zooms in.`}
              series={STATUS_SERIES}
              buckets={stacks}
              nowMs={chart.askedMs}
              formatValue={formatShort}
              onSelect={onSelect}
            />
          </figure>
          <figure>
            <figcaption>
              Duration <Legend series={TIME_SERIES} />
            </figcaption>
            <LineChart
              {...axis}
              label={`Duration, ${each} a point. Arrow keys move.`}
              series={TIME_SERIES}
              buckets={lines}
              formatValue={formatDuration}
            />
          </figure>
        </>
      )}
    </section>
  )
}

function Legend({ series }: { series: readonly { name: string; colour: string }[] }) {
  return (
    <span className={classes.legend}>
      {series.map(({ name, colour }) => (
        <span key={name}>
          <span className={classes.swatch} style={{ background: `var(${colour})` }} aria-hidden="true" />
          {name}
        </span>
      ))}
    </span>
  )
}

function Numbers({ chart }: { chart: Chart }) {
  const duration = (ms: number | null): string => (ms === null ? '' : formatDuration(ms))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard.
    <section className={classes.numbers} tabIndex={0} aria-label="Numbers of the charts">
      <table>
        <thead>
          <tr>
            {[`From, each ${formatDuration(chart.intervalMs)}`, 'requests', 'ok', '4xx', '5xx', 'p50', 'p95', 'p99'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chart.buckets
            .filter((bucket) => bucket.count > 0)
            .map((bucket) => (
              <tr key={bucket.from}>
                <th scope="row">{formatStamp(bucket.from).full}</th>
                <td>{formatWhole(bucket.count)}</td>
                <td>{formatWhole(bucket.ok)}</td>
                <td>{formatWhole(bucket.clientErrors)}</td>
                <td>{formatWhole(bucket.serverErrors)}</td>
                <td>{duration(bucket.p50Ms)}</td>
                <td>{duration(bucket.p95Ms)}</td>
                <td>{duration(bucket.p99Ms)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  )
}
