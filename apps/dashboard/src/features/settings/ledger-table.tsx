import { DROP_REASONS, type DropReason } from '@heartwood/protocol'
import { formatBytes, formatStamp, formatWhole, plural } from '../../lib/format.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { ErrorState, Notice, SkeletonRows } from '../../ui/states.tsx'
import { useProjectNames } from '../projects/projects-api.ts'
import { refusedTotal, sumLedger, unaccounted } from './ledger-sums.ts'
import classes from './settings.module.css'
import { type Ledger, useKeyNames, useLedger } from './settings-api.ts'

type Row = Ledger['rows'][number]

const COUNTS: readonly { name: string; count: (row: ReturnType<typeof sumLedger>) => number }[] = [
  { name: 'Received', count: (row) => row.received },
  { name: 'Stored', count: (row) => row.stored },
  { name: 'Queued', count: (row) => row.queued },
  { name: 'Dead-lettered', count: (row) => row.deadLettered },
  { name: 'Refused', count: refusedTotal },
]

/** Where everything went that was sent: received = stored + queued + dead-lettered + refused by reason. */
export function LedgerTable() {
  const ledger = useLedger()
  const projectName = useProjectNames()
  const keyName = useKeyNames(ledger.data?.rows.filter((row) => row.keyId !== '').map((row) => row.projectId) ?? [])
  if (ledger.error && !ledger.data)
    return <ErrorState title="The ledger could not be read" error={ledger.error} onRetry={() => void ledger.refetch()} />
  if (!ledger.data) return <SkeletonRows rows={4} height={32} />
  const { rows, since, damaged } = ledger.data
  const total = sumLedger(rows)
  const missing = unaccounted(total)
  const stamp = formatStamp(since)
  return (
    <section>
      <h2 className={classes.heading}>Loss ledger</h2>
      <p className={classes.lead}>
        Since{' '}
        <time dateTime={since} title={`${stamp.full}\n${stamp.utc}`}>
          {stamp.date} {stamp.time.slice(0, 5)}
        </time>
        : received = stored + queued + dead-lettered + refused.{' '}
        {missing !== 0
          ? `${formatWhole(Math.abs(missing))} events are on their way between the counts.`
          : damaged.pieces === 0 && 'Every event is accounted for.'}
      </p>
      {damaged.pieces > 0 && (
        <Notice tone="failed">
          {plural(damaged.pieces, 'piece')} of the queue ({formatBytes(damaged.bytes)}) could not be read. How many events were in there is not known,
          and no column counts them. Look into <code>queue/damaged</code> of the data folder; once that is emptied, the next start counts nothing
          here.
        </Notice>
      )}
      <DataTable
        rows={rows}
        keyOf={(row) => `${row.projectId} ${row.door} ${row.keyId}`}
        empty="Nothing was sent yet."
        columns={[
          { name: 'Project', cell: (row) => projectName(row.projectId) },
          { name: 'Door', cell: (row) => row.door },
          { name: 'Key', cell: (row) => <span title={row.keyId}>{row.keyId === '' ? 'none' : (keyName(row.keyId) ?? row.keyId)}</span> },
          ...COUNTS.map(
            ({ name, count }): Column<Row> => ({ name, number: true, cell: (row) => formatWhole(count(row)), total: formatWhole(count(total)) }),
          ),
          { name: 'Why refused', long: true, cell: reasons },
        ]}
      />
    </section>
  )
}

function reasons({ refused }: Row) {
  const entries = Object.entries(refused)
  if (entries.length === 0) return undefined
  return (
    <span>
      {entries.map(([reason, count]) => (
        <span key={reason} className={classes.reason} title={DROP_REASONS[reason as DropReason]}>
          {reason} {formatWhole(count ?? 0)}
        </span>
      ))}
    </span>
  )
}
