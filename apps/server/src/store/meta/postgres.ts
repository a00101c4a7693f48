import { type Dialect, PostgresAdapter, PostgresDriver, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import { HeartwoodError } from '../../errors.ts'
import { guardDriver } from './guarded-driver.ts'
import type { MetaStore } from './meta-store.ts'
import { openMetaStore } from './open-meta-store.ts'

export interface PostgresMetaStoreOptions {
  /** `postgres://user:password@host:port/database`, with the parameters that `pg` knows (`sslmode` …). */
  url: string
  maxConnections?: number
  connectTimeoutMs?: number
  /** A statement that takes longer is given up. */
  statementTimeoutMs?: number
  /** An idle connection broke; the pool has already dropped it and opens another when one is needed. */
  onConnectionLost?(error: Error): void
  /** A transaction failed, and could not be rolled back either; the first failure is thrown. */
  onRollbackFailed?(error: unknown): void
}

const INT8 = pg.types.builtins.INT8

/**
 * Connects to the settings kept in PostgreSQL and brings their schema forward.
 * @throws HeartwoodError `meta-unavailable`, `data-newer`
 */
export async function createPostgresMetaStore(options: PostgresMetaStoreOptions): Promise<MetaStore> {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: 'heartwood',
    max: options.maxConnections ?? 8,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    query_timeout: options.statementTimeoutMs ?? 15_000,
    keepAlive: true,
    // Times are bigint there and numbers here; they stay far below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  })
  pool.on('error', (error) => options.onConnectionLost?.(error))
  return openMetaStore(createDialect(pool, options), 'postgres')
}

const createDialect = (pool: pg.Pool, { onRollbackFailed }: PostgresMetaStoreOptions): Dialect => ({
  createDriver: () => guardDriver(new PostgresDriver({ pool }), { translate, onRollbackFailed }),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
})

/**
 * Classes of SQLSTATE that speak about the server, not the statement: connection, authorization, missing database, insufficient resources,
 * operator intervention, system error, and a server that is read-only.
 */
const SERVER_AT_FAULT = /^(08|28|3D|53|57|58|XX)|^25006$/

function translate(error: unknown): unknown {
  if (error instanceof HeartwoodError) return error
  // What the server did not say comes from the connection or its timeouts.
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '08000'
  if (!SERVER_AT_FAULT.test(code)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new HeartwoodError('meta-unavailable', `PostgreSQL cannot be reached or used: ${reason || 'no connection'}.`, { cause: error })
}
