import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** What belongs to a project and is withdrawn rather than removed: keys and heartbeats. */

/** Whether the project is there to be given another part: not one in deletion. */
export const isProjectThere = async (db: Kysely<Tables>, projectId: number): Promise<boolean> => {
  const row = await db.selectFrom('projects').select('id').where('id', '=', projectId).where('deleted_at', 'is', null).executeTakeFirst()
  return row !== undefined
}

/** @returns whether it was in force. */
export const revoke = async (db: Kysely<Tables>, table: 'keys' | 'heartbeats', id: string, now: number): Promise<boolean> => {
  const row = await db
    .updateTable(table)
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
