import { LEVELS } from '@heartwood/protocol'
import { useMemo, useState } from 'react'
import { NumbersSwitch, NumberTable } from '../../charts/number-table.tsx'
import { StackChart } from '../../charts/stack-chart.tsx'
import { formatDuration, formatInterval, formatShort, formatWhole } from '../../lib/format.ts'
import { resolveTime } from '../../state/time-range.ts'
import { ErrorState } from '../../ui/states.tsx'
import classes from './logs.module.css'
import { type Scope, useHistogram } from './logs-api.ts'
import { toQueryFault } from './query-fault.ts'

const SERIES = LEVELS.map((name) => ({ name, colour: `--hw-bar-${name}` }))
const HEIGHT = 96

/** How many events match over time, by level; brush or click selects a range, and the numbers stand in a table behind it. */
export function Histogram({ scope, onSelect }: { scope: Scope; onSelect: (fromMs: number, toMs: number) => void }) {
  const { data, error, isPlaceholderData, refetch } = useHistogram(scope)
  const [asTable, setAsTable] = useState(false)
  const chart = useMemo(() => {
    if (!data) return undefined
    const buckets = data.buckets.map((bucket) => ({ fromMs: Date.parse(bucket.from), counts: LEVELS.map((level) => bucket.byLevel[level] ?? 0) }))
    const first = buckets[0]?.fromMs
    const last = buckets[buckets.length - 1]?.fromMs
    const fromMs = resolveTime(data.from, data.askedMs) ?? first ?? 0
    const toMs = resolveTime(data.to, data.askedMs) ?? (last ?? 0) + data.intervalMs
    return { buckets, fromMs: Math.min(fromMs, first ?? fromMs), toMs: Math.max(toMs, last === undefined ? toMs : last + 1), nowMs: data.askedMs }
  }, [data])
  if (toQueryFault(error)) return null
  if (error && !data) return <ErrorState title="No chart" error={error} onRetry={() => void refetch()} />
  return (
    <section className={classes.histogram} aria-label="Events over time" data-stale={isPlaceholderData || undefined}>
      {!data || !chart ? (
        <div className={classes.chartSkeleton} style={{ height: HEIGHT }} role="status" aria-label="Loading" />
      ) : asTable ? (
        <HistogramTable buckets={chart.buckets} intervalMs={data.intervalMs} />
      ) : (
        <StackChart
          label={`${formatWhole(data.total)} events, ${formatDuration(data.intervalMs)} a bar. Arrow keys move, Enter zooms in.`}
          series={SERIES}
          buckets={chart.buckets}
          intervalMs={data.intervalMs}
          fromMs={chart.fromMs}
          toMs={chart.toMs}
          nowMs={chart.nowMs}
          height={HEIGHT}
          formatValue={formatShort}
          formatInterval={formatInterval}
          onSelect={onSelect}
        />
      )}
      {data && (
        <div className={classes.chartTools}>
          <NumbersSwitch asTable={asTable} of="chart" onSwitch={setAsTable} />
        </div>
      )}
    </section>
  )
}

function HistogramTable({ buckets, intervalMs }: { buckets: readonly { fromMs: number; counts: readonly number[] }[]; intervalMs: number }) {
  const levels = SERIES.map((series, index) => ({ name: series.name, index })).filter(({ index }) =>
    buckets.some((bucket) => (bucket.counts[index] ?? 0) > 0),
  )
  return (
    <NumberTable
      label="Numbers of the chart"
      intervalMs={intervalMs}
      heads={[...levels.map(({ name }) => name), 'all']}
      rows={buckets
        .map(({ fromMs, counts }) => ({ fromMs, counts, all: counts.reduce((sum, count) => sum + count, 0) }))
        .filter(({ all }) => all > 0)
        .map(({ fromMs, counts, all }) => ({
          from: new Date(fromMs).toISOString(),
          values: [...levels.map(({ index }) => counts[index] ?? 0), all].map(formatWhole),
        }))}
    />
  )
}
