import type { Redaction, SampleRates } from '@heartwood/protocol'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Project, ProjectStore } from './meta-store.ts'
import { change } from './revision.ts'
import type { Tables } from './tables.ts'

export function createProjectStore(db: Kysely<Tables>): ProjectStore {
  return {
    async list() {
      const rows = await db.selectFrom('projects').selectAll().where('deleted_at', 'is', null).orderBy('id').execute()
      return rows.map(toProject)
    },

    create: ({ name, wantedSlug, retentionDays, redaction, createdAt }) =>
      change(db, async (transaction) => {
        const slug = await findFreeSlug(transaction, wantedSlug)
        const row = await transaction
          .insertInto('projects')
          .values({ name, slug, retention_days: retentionDays, redaction: JSON.stringify(redaction), created_at: createdAt, deleted_at: null })
          .returningAll()
          .executeTakeFirstOrThrow()
        return toProject(row)
      }),

    update: (id, patch) =>
      change(db, async (transaction) => {
        const row = await transaction
          .updateTable('projects')
          .set({
            // A column must be named even when nothing changes.
            id,
            ...(patch.name === undefined ? {} : { name: patch.name }),
            ...(patch.retentionDays === undefined ? {} : { retention_days: patch.retentionDays }),
            ...(patch.redaction === undefined ? {} : { redaction: JSON.stringify(patch.redaction) }),
            ...(patch.sampleRates === undefined
              ? {}
              : { sample_rates: JSON.stringify(patch.sampleRates.rates), sample_rates_at: patch.sampleRates.at }),
          })
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .returningAll()
          .executeTakeFirst()
        return row && toProject(row)
      }),

    startDeletion: (id, now) =>
      change(db, async (transaction) => {
        const row = await transaction
          .updateTable('projects')
          // No slug that people are given begins with a tilde.
          .set({ deleted_at: now, slug: `~${id}` })
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .returning('id')
          .executeTakeFirst()
        if (row === undefined) return false
        await transaction.updateTable('keys').set({ revoked_at: now }).where('project_id', '=', id).where('revoked_at', 'is', null).execute()
        return true
      }),

    async inDeletion() {
      const rows = await db.selectFrom('projects').select('id').where('deleted_at', 'is not', null).orderBy('id').execute()
      return rows.map((row) => row.id)
    },

    async finishDeletion(id) {
      await change(db, (transaction) => transaction.deleteFrom('projects').where('id', '=', id).where('deleted_at', 'is not', null).execute())
    },
  }
}

/** `shop`, `shop-2`, `shop-3` …; {@link change} lets one writer in at a time, so that what is free stays free until the insert. */
async function findFreeSlug(transaction: Transaction<Tables>, wanted: string): Promise<string> {
  const rows = await transaction
    .selectFrom('projects')
    .select('slug')
    .where((where) => where.or([where('slug', '=', wanted), where('slug', 'like', `${wanted}-%`)]))
    .execute()
  const taken = new Set(rows.map((row) => row.slug))
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) {
    const slug = `${wanted}-${number}`
    if (!taken.has(slug)) return slug
  }
}

const toProject = (row: Selectable<Tables['projects']>): Project => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  retentionDays: row.retention_days,
  redaction: JSON.parse(row.redaction) as Redaction,
  sampleRates: row.sample_rates === null ? {} : (JSON.parse(row.sample_rates) as SampleRates),
  sampleRatesAt: row.sample_rates_at ?? undefined,
  createdAt: row.created_at,
})
