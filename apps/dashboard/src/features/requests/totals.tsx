import { formatDuration, formatShare, formatShort, formatWhole } from '../../lib/format.ts'
import { resolveTime } from '../../state/time-range.ts'
import { Chip, Chips } from '../../ui/chip.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Swatch } from '../../ui/legend.tsx'
import { formatRate } from './model.ts'
import classes from './requests.module.css'
import type { useRequestChart } from './requests-api.ts'

export type Chart = NonNullable<ReturnType<typeof useRequestChart>['data']>

/** The numbers that a page of requests is looked at for. */
export function Totals({ chart }: { chart: Chart }) {
  const { count, serverErrors, clientErrors, p50Ms, p95Ms, p99Ms } = chart.total
  const [from, to] = [resolveTime(chart.from, chart.askedMs), resolveTime(chart.to, chart.askedMs)]
  const rate = from === undefined || to === undefined || to <= from ? undefined : formatRate(count / ((to - from) / 60_000))
  // Of a part of the requests their number is too low; shares and times are only likely.
  const about = chart.partial ? '≈ ' : ''
  const duration = (ms: number | null): string => (ms === null ? '–' : about + formatDuration(ms))
  const share = (part: number): string => about + formatShare(part / count)
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
          ...(rate === undefined ? [] : [{ name: 'Rate', value: `${chart.partial ? '≥ ' : ''}${rate}` }]),
          {
            name: 'Server errors',
            value: <span title={`${formatWhole(serverErrors)} answered with 500 and above`}>{share(serverErrors)}</span>,
            bad: serverErrors > 0,
          },
          {
            name: 'Client errors',
            value: <span title={`${formatWhole(clientErrors)} answered with 400 to 499`}>{share(clientErrors)}</span>,
          },
          { name: 'p50', value: duration(p50Ms) },
          { name: 'p95', value: duration(p95Ms) },
          { name: 'p99', value: duration(p99Ms) },
        ]}
      />
    </div>
  )
}

/** By what a status says: names of custom properties. */
export const STATUS_COLOURS = { ok: '--hw-bar-debug', client: '--hw-bar-warn', server: '--hw-bar-error', none: '--hw-bar-trace' } as const
const classOf = (status: number): keyof typeof STATUS_COLOURS => (status === 0 ? 'none' : status >= 500 ? 'server' : status >= 400 ? 'client' : 'ok')

interface StatusSplitProps {
  statuses: Chart['statuses']
  total: number
  onStatus: (status: number) => void
}

/** How often each status was answered; pressed, only it is shown. */
export function StatusSplit({ statuses, total, onStatus }: StatusSplitProps) {
  const shown = statuses.toSorted((a, b) => b.count - a.count).slice(0, 24)
  return (
    <Chips label="By status">
      {shown.map(({ status, count }) => (
        <Chip
          key={status}
          disabled={status === 0}
          title={status === 0 ? 'Requests that say no status' : `Show only status ${status}`}
          onPress={() => onStatus(status)}
        >
          <Swatch colour={STATUS_COLOURS[classOf(status)]} />
          {status === 0 ? 'no status' : status} <b title={formatWhole(count)}>{formatShort(count)}</b>
          <span className="muted">{formatShare(count / Math.max(1, total))}</span>
        </Chip>
      ))}
    </Chips>
  )
}
