import { chmodSync, closeSync, openSync } from 'node:fs'
import { type Dialect, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import Database from 'libsql'
import { HeartwoodError } from '../../errors.ts'
import { guardDriver } from './guarded-driver.ts'
import type { MetaStore } from './meta-store.ts'
import { openMetaStore } from './open-meta-store.ts'

export interface SqliteMetaStoreOptions {
  /** Made when it is missing, readable by its owner alone; its folder must exist. */
  file: string
  /** How long a statement waits for another process's write. */
  busyTimeoutMs?: number
  /** A transaction failed, and could not be rolled back either; the first failure is thrown. */
  onRollbackFailed?(error: unknown): void
}

/**
 * Opens the settings kept in a file and brings their schema forward.
 * @throws HeartwoodError `data-folder-unusable`, `data-newer`
 */
export async function createSqliteMetaStore(options: SqliteMetaStoreOptions): Promise<MetaStore> {
  const database = openDatabase(options)
  return openMetaStore(createDialect(database, options), 'sqlite')
}

function openDatabase({ file, busyTimeoutMs = 5_000 }: SqliteMetaStoreOptions): Database.Database {
  try {
    // Opened once by us so that it never exists with wider rights; SQLite gives its side files the rights of this one.
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
    const database = new Database(file)
    database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = full')
    database.exec('pragma foreign_keys = on')
    return database
  } catch (cause) {
    throw new HeartwoodError('data-folder-unusable', `The settings in ${file} cannot be opened: ${reason(cause)}.`, { cause })
  }
}

const createDialect = (database: Database.Database, { file, onRollbackFailed }: SqliteMetaStoreOptions): Dialect => ({
  // Immediate: a transaction that reads first and writes later could otherwise fail halfway, when another process wrote in between.
  createDriver: () =>
    guardDriver(new SqliteDriver({ database }), {
      begin: 'begin immediate',
      translate: (error) => translate(error, file),
      isInTransaction: () => database.inTransaction,
      onRollbackFailed,
    }),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
})

/** Result codes that speak about the file, the disk or other processes, not about the statement. */
const ENVIRONMENT = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|PROTOCOL)/

function translate(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!ENVIRONMENT.test(code)) return error
  return new HeartwoodError('meta-unavailable', `The settings in ${file} cannot be read or written (${code}).`, { cause: error })
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
