import { LEVELS } from '@heartwood/protocol'
import { ActionIcon, Tooltip } from '@mantine/core'
import { useMemo, useState } from 'react'
import { StackChart } from '../../charts/stack-chart.tsx'
import { formatDuration, formatInterval, formatShort, formatStamp, formatWhole } from '../../lib/format.ts'
import { resolveTime } from '../../state/time-range.ts'
import { Icon } from '../../ui/icons.tsx'
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
          <Tooltip label={asTable ? 'Show the chart' : 'Show the numbers'}>
            <ActionIcon size={24} aria-label={asTable ? 'Show the chart' : 'Show the numbers'} onClick={() => setAsTable(!asTable)}>
              <Icon name={asTable ? 'chart' : 'table'} size={14} />
            </ActionIcon>
          </Tooltip>
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard.
    <section className={classes.numbers} tabIndex={0} aria-label="Numbers of the chart">
      <table>
        <thead>
          <tr>
            <th scope="col">From, each {formatDuration(intervalMs)}</th>
            {levels.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">all</th>
          </tr>
        </thead>
        <tbody>
          {buckets
            .filter((bucket) => bucket.counts.some((count) => count > 0))
            .map((bucket) => (
              <tr key={bucket.fromMs}>
                <th scope="row">{formatStamp(new Date(bucket.fromMs).toISOString()).full}</th>
                {levels.map(({ name, index }) => (
                  <td key={name}>{formatWhole(bucket.counts[index] ?? 0)}</td>
                ))}
                <td>{formatWhole(bucket.counts.reduce((sum, count) => sum + count, 0))}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  )
}
