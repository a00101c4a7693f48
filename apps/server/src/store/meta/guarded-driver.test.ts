import { Kysely, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
import Database from 'libsql'
import { expect, it } from 'vitest'
import { guardDriver } from './guarded-driver.ts'

it('throws what made a rollback necessary, and tells of a rollback that failed', async () => {
  const database = new Database(':memory:')
  const inner = new SqliteDriver({ database })
  let isLost = false
  const rollback = inner.rollbackTransaction.bind(inner)
  inner.rollbackTransaction = async (connection) => {
    if (isLost) throw new Error('connection lost')
    await rollback(connection)
  }
  const told: unknown[] = []
  const db = new Kysely<unknown>({
    dialect: {
      createDriver: () => guardDriver(inner, { translate: (error) => error, onRollbackFailed: (error) => told.push(error) }),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (of) => new SqliteIntrospector(of),
    },
  })
  const fail = () =>
    db.transaction().execute(async (transaction) => {
      await sql`create table t (a)`.execute(transaction)
      throw new Error('first')
    })
  await expect(fail()).rejects.toThrow('first')
  expect(database.inTransaction).toBe(false)
  expect(told).toEqual([])
  isLost = true
  await expect(fail()).rejects.toThrow('first')
  expect(told).toEqual([new Error('connection lost')])
  await db.destroy()
})
