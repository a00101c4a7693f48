import { type Kysely, sql } from 'kysely'
import { HeartwoodError } from '../../errors.ts'
import { type ColumnTypes, type Engine, MIGRATIONS, type Migration } from './migrations.ts'
import type { Tables } from './tables.ts'

/** Any fixed number: processes that migrate the same PostgreSQL database wait for each other on it. */
const MIGRATION_LOCK = 4_600_001

const COLUMN_TYPES: Record<Engine, ColumnTypes> = {
  sqlite: { identity: 'integer', autoIncrement: true },
  postgres: { identity: 'serial', autoIncrement: false },
}

/**
 * Brings the schema forward in one transaction: all missing steps or none. A second process that starts at the same time waits and finds
 * nothing to do.
 * @throws HeartwoodError `data-newer` when a newer version has written this database.
 */
export async function migrate(db: Kysely<Tables>, engine: Engine, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  const latest = migrations.at(-1)?.version ?? 0
  await db.transaction().execute(async (transaction) => {
    // On SQLite each transaction takes the write lock when it begins.
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction)
    await transaction.schema
      .createTable('schema_version')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute()
    const applied = await transaction.selectFrom('schema_version').select('version').orderBy('version', 'desc').limit(1).executeTakeFirst()
    const current = applied?.version ?? 0
    if (current > latest) {
      throw new HeartwoodError('data-newer', `The settings are of schema version ${current}; this Heartwood knows versions up to ${latest}.`)
    }
    for (const migration of migrations.filter(({ version }) => version > current)) {
      await migration.up(transaction, COLUMN_TYPES[engine])
      await transaction.insertInto('schema_version').values({ version: migration.version, applied_at: Date.now() }).execute()
    }
  })
}
