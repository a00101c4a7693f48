import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** Runs a change of projects or keys and counts it, in one transaction. Counting first makes writers queue up in one order. */
export const change = <T>(db: Kysely<Tables>, work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> =>
  db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('revision')
      .set((row) => ({ value: row('value', '+', 1) }))
      .execute()
    return work(transaction)
  })

export async function readRevision(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('revision').select('value').executeTakeFirstOrThrow()
  return row.value
}
