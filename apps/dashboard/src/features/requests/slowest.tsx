import type { EventJson } from '@heartwood/protocol'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatDuration } from '../../lib/format.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/section.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { logsAt } from '../logs/log-link.ts'
import { timelineIdOf } from './model.ts'
import classes from './requests.module.css'
import type { useSlowest } from './requests-api.ts'

/** The requests that took longest; each opens with all that carries its id. */
export function Slowest({ project, slowest }: { project: string; slowest: ReturnType<typeof useSlowest> }) {
  const { data } = slowest
  const columns: Column<EventJson>[] = [
    {
      name: 'Request',
      cell: (event) => (
        <RequestLink project={project} event={event}>
          <span className={classes.method}>{event.request?.method ?? '–'}</span>
          <span className="mono">{event.request?.path ?? event.request?.route ?? event.message}</span>
        </RequestLink>
      ),
    },
    { name: 'Took', number: true, cell: (event) => (event.request?.durationMs === undefined ? '–' : formatDuration(event.request.durationMs)) },
    { name: 'Status', number: true, cell: (event) => <Status status={event.request?.status} /> },
    { name: 'When', number: true, cell: (event) => <Ago stamp={event.timestamp} /> },
    { name: 'Service', long: true, cell: (event) => <span className="muted">{event.service}</span> },
  ]
  return (
    <Section title="Slowest" label="Slowest requests">
      {slowest.error && !data ? (
        <ErrorState title="The slowest requests could not be read" error={slowest.error} onRetry={() => void slowest.refetch()} />
      ) : !data ? (
        <SkeletonRows rows={6} height={34} />
      ) : (
        <div data-stale={slowest.isPlaceholderData || undefined}>
          <DataTable
            columns={columns}
            rows={data.events}
            keyOf={(event) => event.id}
            dense={3}
            empty="No request of this range says how long it took"
          />
        </div>
      )}
    </Section>
  )
}

function Status({ status }: { status: number | undefined }) {
  if (status === undefined) return <span className="muted">–</span>
  return (
    <span className={classes.status} data-class={status >= 500 ? 'server' : status >= 400 ? 'client' : 'ok'}>
      {status}
    </span>
  )
}

/** To the page of its id; a request without one opens in Logs. */
function RequestLink({ project, event, children }: { project: string; event: EventJson; children: ReactNode }) {
  const id = timelineIdOf(event)
  if (id === undefined) {
    return (
      <Link to="/p/$project/logs" params={{ project }} search={logsAt(event)} className={classes.request}>
        {children}
      </Link>
    )
  }
  return (
    <Link to="/p/$project/timeline/$id" params={{ project, id }} className={classes.request}>
      {children}
    </Link>
  )
}
