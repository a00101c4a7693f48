import { formatDuration, formatShare, formatShort, formatWhole } from '../../lib/format.ts'
import { resolveTime } from '../../state/time-range.ts'
import { Facts } from '../../ui/facts.tsx'
import { formatRate } from './model.ts'
import classes from './requests.module.css'
import type { useRequestChart } from './requests-api.ts'

export type Chart = NonNullable<ReturnType<typeof useRequestChart>['data']>

/** The numbers that a page of requests is looked at for. */
export function Totals({ chart }: { chart: Chart }) {
  const { count, serverErrors, clientErrors, p50Ms, p95Ms, p99Ms } = chart.total
  const [from, to] = [resolveTime(chart.from, chart.askedMs), resolveTime(chart.to, chart.askedMs)]
  const rate = from === undefined || to === undefined || to <= from ? undefined : formatRate(count / ((to - from) / 60_000))
  const duration = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
  return (
    <div className={classes.totals}>
      <Facts
        big
        facts={[
          {
            name: 'Requests',
            value: (
              <span title={formatWhole(count)}>
                {chart.partial ? '≥ ' : ''}
                {formatShort(count)}
              </span>
            ),
          },
          ...(rate === undefined ? [] : [{ name: 'Rate', value: rate }]),
          {
            name: 'Server errors',
            value: <span title={`${formatWhole(serverErrors)} answered with 500 and above`}>{formatShare(serverErrors / count)}</span>,
            bad: serverErrors > 0,
          },
          {
            name: 'Client errors',
            value: <span title={`${formatWhole(clientErrors)} answered with 400 to 499`}>{formatShare(clientErrors / count)}</span>,
          },
          { name: 'p50', value: duration(p50Ms) },
          { name: 'p95', value: duration(p95Ms) },
          { name: 'p99', value: duration(p99Ms) },
        ]}
      />
    </div>
  )
}

const classOf = (status: number): string => (status === 0 ? 'none' : status >= 500 ? 'server' : status >= 400 ? 'client' : 'ok')

interface StatusSplitProps {
  statuses: Chart['statuses']
  total: number
  onStatus: (status: number) => void
}

/** How often each status was answered; pressed, only it is shown. */
export function StatusSplit({ statuses, total, onStatus }: StatusSplitProps) {
  const shown = statuses.toSorted((a, b) => b.count - a.count).slice(0, 24)
  return (
    <ul className={classes.statuses} aria-label="By status">
      {shown.map(({ status, count }) => (
        <li key={status}>
          <button
            type="button"
            data-class={classOf(status)}
            disabled={status === 0}
            title={status === 0 ? 'Requests that say no status' : `Show only status ${status}`}
            onClick={() => onStatus(status)}
          >
            <span className={classes.swatch} data-class={classOf(status)} aria-hidden="true" />
            {status === 0 ? 'no status' : status} <b title={formatWhole(count)}>{formatShort(count)}</b>
            <span className="muted">{formatShare(count / Math.max(1, total))}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
