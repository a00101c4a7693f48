import { DROP_REASONS, type DropReason } from '@heartwood/protocol'
import { formatStamp, formatWhole } from '../../lib/format.ts'
import { ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { useProjects } from '../projects/projects-api.ts'
import { refusedTotal, sumLedger, unaccounted } from './ledger-sums.ts'
import classes from './settings.module.css'
import { useLedger } from './settings-api.ts'

/** Where everything went that was sent: received = stored + queued + dead-lettered + refused by reason. */
export function LedgerTable() {
  const ledger = useLedger()
  const projects = useProjects()
  if (ledger.error && !ledger.data)
    return <ErrorState title="The ledger could not be read" error={ledger.error} onRetry={() => void ledger.refetch()} />
  if (!ledger.data) return <SkeletonRows rows={4} height={32} />
  const { rows, since } = ledger.data
  const total = sumLedger(rows)
  const missing = unaccounted(total)
  const nameOf = (id: string): string => (id === '0' ? 'unknown' : (projects.data?.find((project) => project.id === id)?.name ?? id))
  return (
    <section>
      <h2 className={classes.heading}>Loss ledger</h2>
      <p className={classes.lead}>
        Counted since the server’s start, {formatStamp(since).full}, with what it found waiting: received = stored + queued + dead-lettered + refused.{' '}
        {missing === 0 ? 'Every event is accounted for.' : `${formatWhole(Math.abs(missing))} events are on their way between the counts.`}
      </p>
      <div className={classes.tableWrap}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Project</th>
              <th scope="col">Door</th>
              <th scope="col">Key</th>
              {['Received', 'Stored', 'Queued', 'Dead-lettered', 'Refused'].map((name) => (
                <th key={name} scope="col" className={classes.number}>
                  {name}
                </th>
              ))}
              <th scope="col">Why refused</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.projectId} ${row.door} ${row.keyId}`}>
                <th scope="row">{nameOf(row.projectId)}</th>
                <td>{row.door}</td>
                <td className={`mono ${classes.keyId}`} title={row.keyId}>
                  {row.keyId || 'none'}
                </td>
                <Numbers row={row} />
                <td>
                  {Object.entries(row.refused).map(([reason, count]) => (
                    <span key={reason} className={classes.reason} title={DROP_REASONS[reason as DropReason]}>
                      {reason} {formatWhole(count ?? 0)}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
            {rows.length === 0 && (
              <tr>
                <td colSpan={9} className="muted">
                  Nothing was sent yet.
                </td>
              </tr>
            )}
          </tbody>
          {rows.length > 1 && (
            <tfoot>
              <tr>
                <th scope="row" colSpan={3}>
                  All
                </th>
                <Numbers row={total} />
                <td />
              </tr>
            </tfoot>
          )}
        </table>
      </div>
    </section>
  )
}

function Numbers({ row }: { row: Parameters<typeof refusedTotal>[0] }) {
  return [row.received, row.stored, row.queued, row.deadLettered, refusedTotal(row)].map((count, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the columns never move.
    <td key={index} className={classes.number} data-zero={count === 0 || undefined}>
      {formatWhole(count)}
    </td>
  ))
}
