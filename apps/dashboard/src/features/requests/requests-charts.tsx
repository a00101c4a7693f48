import { useMemo, useState } from 'react'
import { LineChart } from '../../charts/line-chart.tsx'
import { NumbersSwitch, NumberTable } from '../../charts/number-table.tsx'
import { StackChart } from '../../charts/stack-chart.tsx'
import { formatDuration, formatInterval, formatShort, formatWhole } from '../../lib/format.ts'
import { resolveTime } from '../../state/time-range.ts'
import { Legend } from '../../ui/legend.tsx'
import classes from './requests.module.css'
import { type Chart, STATUS_COLOURS } from './totals.tsx'

const STATUS_SERIES = [
  { name: 'ok', colour: STATUS_COLOURS.ok },
  { name: '4xx', colour: STATUS_COLOURS.client },
  { name: '5xx', colour: STATUS_COLOURS.server },
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
        <NumbersSwitch asTable={asTable} of="charts" onSwitch={setAsTable} />
      </div>
      {asTable ? (
        <Numbers chart={chart} />
      ) : (
        <>
          <figure>
            <figcaption>
              Requests <Legend label="Colours" entries={STATUS_SERIES} />
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
              Duration <Legend label="Colours" entries={TIME_SERIES} />
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

function Numbers({ chart }: { chart: Chart }) {
  const duration = (ms: number | null): string => (ms === null ? '' : formatDuration(ms))
  return (
    <div className={classes.numbers}>
      <NumberTable
        label="Numbers of the charts"
        intervalMs={chart.intervalMs}
        heads={['requests', 'ok', '4xx', '5xx', 'p50', 'p95', 'p99']}
        rows={chart.buckets
          .filter((bucket) => bucket.count > 0)
          .map((bucket) => ({
            from: bucket.from,
            values: [
              ...[bucket.count, bucket.ok, bucket.clientErrors, bucket.serverErrors].map(formatWhole),
              ...[bucket.p50Ms, bucket.p95Ms, bucket.p99Ms].map(duration),
            ],
          }))}
      />
    </div>
  )
}
