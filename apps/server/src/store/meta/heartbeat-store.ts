import type { Kysely, Selectable } from 'kysely'
import type { Heartbeat, HeartbeatStore } from './meta-store.ts'
import { isProjectThere, revoke } from './project-parts.ts'
import type { Tables } from './tables.ts'

export function createHeartbeatStore(db: Kysely<Tables>): HeartbeatStore {
  return {
    async list(projectId) {
      const rows = await db.selectFrom('heartbeats').selectAll().where('project_id', '=', projectId).orderBy('created_at').orderBy('id').execute()
      return rows.map(toHeartbeat)
    },

    async byId(id) {
      const row = await db.selectFrom('heartbeats').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toHeartbeat(row)
    },

    async byToken(token) {
      const row = await db
        .selectFrom('heartbeats')
        .innerJoin('projects', 'projects.id', 'heartbeats.project_id')
        .selectAll('heartbeats')
        .where('heartbeats.token', '=', token)
        .where('heartbeats.revoked_at', 'is', null)
        .where('projects.deleted_at', 'is', null)
        .executeTakeFirst()
      return row && toHeartbeat(row)
    },

    create: ({ id, projectId, name, token, createdAt }) =>
      db.transaction().execute(async (transaction) => {
        if (!(await isProjectThere(transaction, projectId))) return false
        await transaction.insertInto('heartbeats').values({ id, project_id: projectId, name, token, created_at: createdAt }).execute()
        return true
      }),

    revoke: (id, now) => revoke(db, 'heartbeats', id, now),
  }
}

const toHeartbeat = (row: Selectable<Tables['heartbeats']>): Heartbeat => ({
  id: row.id,
  projectId: row.project_id,
  name: row.name,
  token: row.token,
  createdAt: row.created_at,
  revokedAt: row.revoked_at ?? undefined,
})
