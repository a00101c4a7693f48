import type { Ledger } from './settings-api.ts'

type Counts = Pick<Ledger['rows'][number], 'received' | 'stored' | 'queued' | 'deadLettered' | 'refused'>

export const refusedTotal = (row: Counts): number => Object.values(row.refused).reduce((sum: number, count) => sum + (count ?? 0), 0)

export function sumLedger(rows: readonly Counts[]): Counts {
  const total: Counts = { received: 0, stored: 0, queued: 0, deadLettered: 0, refused: {} }
  for (const row of rows) {
    for (const name of ['received', 'stored', 'queued', 'deadLettered'] as const) total[name] += row[name]
    for (const [reason, count] of Object.entries(row.refused) as [keyof Counts['refused'], number][]) {
      total.refused[reason] = (total.refused[reason] ?? 0) + count
    }
  }
  return total
}

/** What was received and is in none of the other columns; zero when the books balance. */
export const unaccounted = (row: Counts): number => row.received - row.stored - row.queued - row.deadLettered - refusedTotal(row)
