import type { Kysely, Selectable } from 'kysely'
import type { KeyRecord, KeyStore } from './meta-store.ts'
import { isProjectThere, revoke } from './project-parts.ts'
import { change } from './revision.ts'
import type { Tables } from './tables.ts'

export function createKeyStore(db: Kysely<Tables>): KeyStore {
  return {
    async list(projectId) {
      const query = db.selectFrom('keys').selectAll().orderBy('created_at').orderBy('id')
      const rows = await (projectId === undefined ? query : query.where('project_id', '=', projectId)).execute()
      return rows.map(toKey)
    },

    async byId(id) {
      const row = await db.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toKey(row)
    },

    create: (key) =>
      change(db, async (transaction) => {
        if (!(await isProjectThere(transaction, key.projectId))) return false
        await transaction
          .insertInto('keys')
          .values({
            id: key.id,
            project_id: key.projectId,
            name: key.name,
            scope: key.scope,
            client: key.client,
            origins: JSON.stringify(key.origins),
            hash: key.hash,
            hint: key.hint,
            created_at: key.createdAt,
          })
          .execute()
        return true
      }),

    revoke: (id, now) => change(db, (transaction) => revoke(transaction, 'keys', id, now)),

    async recordUses(uses) {
      if (uses.length === 0) return
      await db.transaction().execute(async (transaction) => {
        for (const { id, at } of uses) await transaction.updateTable('keys').set({ last_used_at: at }).where('id', '=', id).execute()
      })
    },
  }
}

const toKey = (row: Selectable<Tables['keys']>): KeyRecord => ({
  id: row.id,
  projectId: row.project_id,
  name: row.name,
  scope: row.scope,
  client: row.client,
  origins: JSON.parse(row.origins) as string[],
  hash: row.hash,
  hint: row.hint,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
})
