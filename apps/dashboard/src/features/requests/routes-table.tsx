import { NativeSelect } from '@mantine/core'
import { formatDuration, formatShare, formatWhole, plural } from '../../lib/format.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/section.tsx'
import { Count } from '../../ui/stamp.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { formatRate, orderRoutes, type RequestsState, type RouteLine, readOrder, writeOrder } from './model.ts'
import classes from './requests.module.css'
import type { useRequestRoutes } from './requests-api.ts'

interface RoutesProps {
  routes: ReturnType<typeof useRequestRoutes>
  order: string
  onChange: (patch: Partial<RequestsState>) => void
}

const ORDERS = [
  { value: '-count', label: 'Most requests first' },
  { value: '-errors', label: 'Most errors first' },
  { value: '-p95', label: 'Slowest p95 first' },
  { value: 'apdex', label: 'Worst apdex first' },
  { value: 'route', label: 'By route' },
]

/** Requests by service, method and route; a route, pressed, is what the page is about. */
export function Routes({ routes, order, onChange }: RoutesProps) {
  const { data } = routes
  const columns: Column<RouteLine>[] = [
    {
      name: 'Route',
      sort: 'route',
      cell: (line) => (
        <button
          type="button"
          className={classes.route}
          title="Show only this route"
          onClick={() => onChange({ service: line.service, method: line.method, route: line.route })}
        >
          <span className={classes.method}>{line.method || '–'}</span>
          <span className="mono">{line.route || 'without a route'}</span>
        </button>
      ),
    },
    { name: 'Service', sort: 'service', long: true, cell: (line) => <span className="muted">{line.service}</span> },
    { name: 'Count', sort: 'count', number: true, cell: (line) => <Count value={line.count} /> },
    { name: 'Rate', number: true, cell: (line) => <span className="muted">{formatRate(line.perMinute)}</span> },
    {
      name: 'Errors',
      sort: 'errors',
      number: true,
      cell: (line) => (
        <span
          data-none={line.serverErrors === 0 || undefined}
          className={classes.errors}
          title={`${formatWhole(line.serverErrors)} server errors, ${formatWhole(line.clientErrors)} client errors`}
        >
          {formatShare(line.errorShare)}
        </span>
      ),
    },
    { name: 'p50', sort: 'p50', number: true, cell: (line) => duration(line.p50Ms) },
    { name: 'p95', sort: 'p95', number: true, cell: (line) => duration(line.p95Ms) },
    { name: 'p99', sort: 'p99', number: true, cell: (line) => duration(line.p99Ms) },
    { name: 'Apdex', sort: 'apdex', number: true, cell: (line) => (line.apdex === null ? '–' : <Apdex value={line.apdex} />) },
  ]
  return (
    <Section
      title="Routes"
      lead={data && plural(data.routes.length, 'route')}
      tools={
        <NativeSelect
          className={classes.narrowOnly ?? ''}
          size="xs"
          aria-label="Order"
          value={ORDERS.some(({ value }) => value === order) ? order : '-count'}
          onChange={(event) => onChange({ order: event.currentTarget.value })}
          data={ORDERS}
        />
      }
    >
      {routes.error && !data ? (
        <ErrorState title="The routes could not be read" error={routes.error} onRetry={() => void routes.refetch()} />
      ) : !data ? (
        <SkeletonRows rows={8} height={34} />
      ) : (
        <div data-stale={routes.isPlaceholderData || undefined}>
          <DataTable
            columns={columns}
            rows={orderRoutes(data.routes, readOrder(order))}
            keyOf={(line) => `${line.service}\n${line.method}\n${line.route}`}
            dense={4}
            order={readOrder(order)}
            onOrder={(next) => onChange({ order: writeOrder(next) })}
            empty="No route in this range"
          />
        </div>
      )}
    </Section>
  )
}

const duration = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))

/** Below 0.7 people notice. */
function Apdex({ value }: { value: number }) {
  return (
    <span className={classes.apdex} data-poor={value < 0.7 || undefined} title="1: everyone was served within 500 ms; 0: nobody within 2 s">
      {value.toFixed(2)}
    </span>
  )
}
