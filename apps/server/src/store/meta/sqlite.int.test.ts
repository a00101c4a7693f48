import { fork } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kysely, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeMetaStore } from './meta-store.contract.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import { createSqliteMetaStore } from './sqlite.ts'
import type { Tables } from './tables.ts'

describeMetaStore('MetaStore on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heartwood-meta-'))
  return {
    open: () => createSqliteMetaStore({ file: join(folder, 'meta.db') }),
    shared: false,
    remove: () => rm(folder, { recursive: true }),
  }
})

describe('the SQLite file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'heartwood-meta-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('is for its owner alone, with its side files', async () => {
    const file = join(folder, 'rights.db')
    const meta = await createSqliteMetaStore({ file })
    await meta.settings.set('a', 'b')
    for (const path of [file, `${file}-wal`]) expect((await stat(path)).mode & 0o777).toBe(0o600)
    await meta.close()
  })

  it('is refused when a newer version wrote it', async () => {
    const file = join(folder, 'newer.db')
    await (await createSqliteMetaStore({ file })).close()
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Database(file) }) })
    await db.insertInto('schema_version').values({ version: 9_999, applied_at: 0 }).execute()
    await db.destroy()
    await expect(createSqliteMetaStore({ file })).rejects.toMatchObject({ code: 'data-newer' })
  })

  it('stays as it was when a migration fails halfway', async () => {
    const file = join(folder, 'halfway.db')
    const meta = await createSqliteMetaStore({ file })
    await meta.settings.set('kept', 'yes')
    await meta.close()
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Database(file) }) })
    const broken: Migration = {
      version: MIGRATIONS.length + 1,
      async up({ schema }) {
        await schema.alterTable('settings').addColumn('extra', 'text').execute()
        await schema.dropTable('no_such_table').execute()
      },
    }
    await expect(migrate(db, 'sqlite', [...MIGRATIONS, broken])).rejects.toThrow('no_such_table')
    expect(await db.selectFrom('schema_version').select('version').execute()).toEqual(MIGRATIONS.map(({ version }) => ({ version })))
    expect(await db.selectFrom('settings').selectAll().execute()).toEqual([{ name: 'kept', value: 'yes' }])
    await db.destroy()
  })

  it('is refused with a sentence when it is no database or cannot be made', async () => {
    const file = join(folder, 'garbage.db')
    await writeFile(file, 'these are not the bytes you are looking for '.repeat(200))
    await expect(createSqliteMetaStore({ file })).rejects.toMatchObject({ code: 'data-folder-unusable' })
    await expect(createSqliteMetaStore({ file: join(folder, 'no', 'such', 'meta.db') })).rejects.toMatchObject({ code: 'data-folder-unusable' })
  })

  it('says so when another process holds the write lock for too long', async () => {
    const file = join(folder, 'busy.db')
    const meta = await createSqliteMetaStore({ file, busyTimeoutMs: 50 })
    const holder = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Database(file) }) })
    await holder.connection().execute(async (connection) => {
      await sql`begin immediate`.execute(connection)
      await expect(meta.settings.set('a', 'b')).rejects.toMatchObject({ code: 'meta-unavailable' })
      await expect(meta.projects.inDeletion()).resolves.toEqual([])
      await sql`rollback`.execute(connection)
    })
    await holder.destroy()
    await meta.settings.set('a', 'b')
    await meta.close()
  })

  it('tells the failure after which SQLite ended a transaction by itself, and only that', async () => {
    const file = join(folder, 'ended.db')
    const rollbacks: unknown[] = []
    const meta = await createSqliteMetaStore({ file, onRollbackFailed: (error) => rollbacks.push(error) })
    const other = new Database(file)
    other.exec(`create trigger ends before insert on projects begin select raise(rollback, 'as a full disk does'); end`)
    const create = () =>
      meta.projects.create({ name: 'Shop', wantedSlug: 'shop', retentionDays: 30, redaction: { keys: [], patterns: [] }, createdAt: 0 })
    await expect(create()).rejects.toThrow('as a full disk does')
    other.exec('drop trigger ends')
    other.close()
    await expect(create()).resolves.toMatchObject({ slug: 'shop' })
    expect(rollbacks).toEqual([])
    await meta.close()
  })

  it('is brought forward once when several processes open it at the same moment', async () => {
    const file = join(folder, 'race.db')
    const program = fileURLToPath(new URL('./fixtures/open-sqlite.ts', import.meta.url))
    const codes = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise((resolve) => {
            fork(program, [file], { execArgv: ['--import', 'tsx'] }).once('exit', resolve)
          }),
      ),
    )
    expect(codes).toEqual([0, 0, 0])
  })
})
