import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPostgres, startPostgres, type ThrowawayPostgres } from '../../../../../tools/postgres.mjs'
import { describeMetaStore } from './meta-store.contract.ts'
import { createPostgresMetaStore } from './postgres.ts'

const installed = findPostgres() !== undefined

if (installed) {
  describeMetaStore('MetaStore on PostgreSQL', async () => {
    const server = await startPostgres()
    const url = await server.createDatabase()
    return { open: () => createPostgresMetaStore({ url }), shared: true, remove: () => server.stop() }
  })
  describe('PostgreSQL itself', describeServer)
} else {
  it('MetaStore on PostgreSQL (NOT RUN: PostgreSQL is not installed)', (context) => {
    if (process.env.CI === 'true') throw new Error('CI must run these tests: install PostgreSQL (apt-get install postgresql).')
    process.stderr.write('\nPostgreSQL is not installed: its MetaStore was NOT tested. On Debian: apt-get install postgresql\n\n')
    context.skip()
  })
}

function describeServer(): void {
  let server: ThrowawayPostgres
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  const asAdministrator = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }

  it('is used again after its connections were cut', async () => {
    const lost: Error[] = []
    const meta = await createPostgresMetaStore({ url: await server.createDatabase(), onConnectionLost: (error) => lost.push(error) })
    await meta.settings.set('a', 'b')
    await asAdministrator('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $$heartwood$$')
    await expect.poll(() => lost.length).toBeGreaterThan(0)
    expect(await meta.settings.get('a')).toBe('b')
    await meta.close()
  })

  it('is refused when a newer version wrote it', async () => {
    const url = await server.createDatabase()
    await (await createPostgresMetaStore({ url })).close()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('insert into schema_version values (9999, 0)')
    await client.end()
    await expect(createPostgresMetaStore({ url })).rejects.toMatchObject({ code: 'data-newer' })
  })

  it('is reported as unavailable, not as a defect, when it is not there or knows no such database', async () => {
    const wrongDatabase = server.url.replace(/\/postgres$/, '/no_such_database')
    await expect(createPostgresMetaStore({ url: wrongDatabase })).rejects.toMatchObject({ code: 'meta-unavailable' })
    await expect(createPostgresMetaStore({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({ code: 'meta-unavailable' })
  })
}
