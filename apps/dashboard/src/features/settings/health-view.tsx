import type { ReactNode } from 'react'
import { formatBytes, formatDuration, formatShort, formatWhole, plural } from '../../lib/format.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Icon } from '../../ui/icons.tsx'
import { ErrorState, Notice, SkeletonRows } from '../../ui/states.tsx'
import { DeadLetters } from './dead-letters.tsx'
import { LedgerTable } from './ledger-table.tsx'
import classes from './settings.module.css'
import { type Health, useHealth } from './settings-api.ts'

export function HealthView() {
  const { data, error, refetch } = useHealth()
  if (error && !data) return <ErrorState title="The server’s health could not be read" error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={10} height={32} />
  return (
    <div className={classes.stack}>
      {error && <Notice tone="failed">The server stopped answering; these figures are the last it gave.</Notice>}
      {data.queue.lostRows > 0 && (
        <Notice tone="failed">
          {plural(data.queue.lostRows, 'event')} became unreadable on disk before being stored: the disk may be failing. The server’s log says which
          files; the ledger counts them as damaged.
        </Notice>
      )}
      <Figures health={data} />
      <Parts health={data} />
      <LedgerTable />
      <DeadLetters />
      <Steps health={data} />
    </div>
  )
}

function Figures({ health }: { health: Health }) {
  const { queue, store, memory, disk } = health
  return (
    <dl className={classes.figures}>
      <Figure
        name="Server"
        value={health.ready ? 'Ready' : 'Not ready'}
        note={`version ${health.version}, up ${formatDuration(health.uptimeSeconds * 1_000)}`}
      />
      <Figure
        name="Queue"
        value={rowsOf(queue.rows)}
        title={formatWhole(queue.rows)}
        note={`${formatBytes(queue.bytes)} of ${formatBytes(queue.capBytes)}${queue.rows > 0 ? `, oldest ${formatDuration(queue.oldestMs)}` : ''}`}
        share={queue.bytes / Math.max(1, queue.capBytes)}
      />
      <Figure
        name="Store"
        value={rowsOf(store.rows)}
        title={formatWhole(store.rows)}
        note={`${formatBytes(store.bytes)}, ${store.rows > 0 ? `${(store.bytes / store.rows).toFixed(0)} bytes a row, ` : ''}${store.parts} parts`}
      />
      <Figure name="Memory" value={formatBytes(memory.rssBytes)} note="of this process" />
      <Figure
        name="Disk"
        value={`${formatBytes(disk.freeBytes)} free`}
        note={`of ${formatBytes(disk.totalBytes)}`}
        share={1 - disk.freeBytes / Math.max(1, disk.totalBytes)}
      />
    </dl>
  )
}

const rowsOf = (count: number): string => `${formatShort(count)} ${count === 1 ? 'row' : 'rows'}`

function Figure({ name, value, note, title, share }: { name: string; value: string; note: ReactNode; title?: string; share?: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={classes.big} title={title}>
        {value}
      </dd>
      <dd className={classes.note}>{note}</dd>
      {share !== undefined && (
        <dd className={classes.gauge} data-high={share > 0.9 || undefined} aria-hidden="true">
          <span style={{ width: `${Math.min(100, share * 100)}%` }} />
        </dd>
      )}
    </div>
  )
}

function Parts({ health }: { health: Health }) {
  return (
    <section>
      <h2 className={classes.heading}>Parts</h2>
      <DataTable
        rows={health.parts}
        keyOf={(part) => part.name}
        columns={[
          { name: 'Part', cell: (part) => part.name },
          {
            name: 'State',
            cell: (part) => (
              <span className={classes.status} data-ok={part.ok || undefined}>
                <Icon name={part.ok ? 'check' : 'warn'} size={14} />
                {part.ok ? 'works' : 'needs attention'}
              </span>
            ),
          },
          { name: 'Says', long: true, cell: (part) => part.message },
          { name: 'Answered in', number: true, cell: (part) => formatDuration(part.latencyMs) },
        ]}
      />
    </section>
  )
}

function Steps({ health }: { health: Health }) {
  return (
    <section>
      <h2 className={classes.heading}>Pipeline</h2>
      <DataTable
        fits
        empty="Nothing went through it since the start."
        rows={health.steps}
        keyOf={(step) => step.name}
        columns={[
          { name: 'Step', cell: (step) => step.name },
          { name: 'Events', number: true, cell: (step) => formatWhole(step.events) },
          { name: 'Time an event', number: true, cell: (step) => `${step.microsPerEvent.toFixed(2)} µs` },
        ]}
      />
    </section>
  )
}
