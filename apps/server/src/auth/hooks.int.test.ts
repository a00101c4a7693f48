import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FastifyRequest, fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPostgres, startPostgres, type ThrowawayPostgres } from '../../../../tools/postgres.mjs'
import { registerErrors } from '../http/errors.ts'
import type { MetaStore } from '../store/meta/meta-store.ts'
import { createPostgresMetaStore } from '../store/meta/postgres.ts'
import { createSqliteMetaStore } from '../store/meta/sqlite.ts'
import { createAuth } from './create-auth.ts'
import { createLocalToken } from './local-token.ts'
import { hashSecret } from './secrets.ts'
import { sessionCookie } from './session-cookie.ts'
import { createTestServer } from './testing/test-server.ts'

describe('a refusal on a door', () => {
  it('comes after everything was read, even on a connection that closes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heartwood-hooks-'))
    const meta = await createSqliteMetaStore({ file: join(folder, 'meta.db') })
    const auth = await createAuth({ meta, localToken: undefined, publicUrl: () => undefined })
    const app = fastify()
    registerErrors(app)
    auth.register(app)
    app.post('/ingest', { config: { access: 'ingest' } }, async () => ({}))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const size = 8 * 1024 * 1024

    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('error', reject).on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => resolve(text))
      socket.write(`POST /ingest HTTP/1.1\r\nHost: x\r\nX-API-Key: wrong\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`)
      socket.write(Buffer.alloc(size, 'x'))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    expect(answer).toContain('key-invalid')

    await app.close()
    await meta.close()
    await rm(folder, { recursive: true })
  })
})

describe('an answer that lasts', () => {
  it('is refused from the moment on at which its key is revoked or its person signs out', async () => {
    const lasting: FastifyRequest[] = []
    const server = await createTestServer({
      register: (app) =>
        app.get('/api/lasting', { config: { access: 'read' } }, async (request) => {
          lasting.push(request)
          return {}
        }),
    })
    const { auth, meta } = server
    await auth.people.ensureOwner({ email: 'me@example.org', password: 'correct horse battery' })
    const { token } = await auth.people.signIn('me@example.org', 'correct horse battery')
    const redaction = { keys: [], patterns: [] }
    const project = await meta.projects.create({ name: 'Shop', wantedSlug: 'shop', retentionDays: 90, redaction, createdAt: 0 })
    const key = { id: 'key_1', projectId: project.id, name: '', scope: 'read' as const, client: 'heartwood' as const, origins: [], hint: '' }
    await meta.keys.create({ ...key, hash: hashSecret('a-secret-key'), createdAt: 0 })
    const cookie = sessionCookie(token, 60, { protocol: 'http' }, undefined).split(';')[0] ?? ''
    await server.app.inject({ url: '/api/lasting', headers: { 'x-api-key': 'a-secret-key' } })
    await server.app.inject({ url: '/api/lasting', headers: { cookie } })
    // Two requests were made.
    const [byKey, byPerson] = lasting as [FastifyRequest, FastifyRequest]
    await Promise.all([auth.readmit(byKey), auth.readmit(byPerson)])

    await meta.keys.revoke('key_1', 1)
    await auth.maintain()
    const told = async (key: string) => (await server.app.inject({ url: '/api/lasting', headers: { 'x-api-key': key } })).json().error.message
    expect([await told('a-secret-key'), await told('another-key')]).toEqual(['The key was revoked.', 'The key is unknown or was revoked.'])
    await expect(auth.readmit(byKey)).rejects.toMatchObject({ code: 'key-invalid' })
    await auth.people.signOut(token)
    await expect(auth.readmit(byPerson)).rejects.toMatchObject({ code: 'sign-in-required' })
    await server.close()
  })
})

describe('the local token', () => {
  it('is a file for its owner alone, new with each start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heartwood-token-'))
    const file = join(folder, 'local.token')
    const first = await createLocalToken(folder)
    const second = await createLocalToken(folder)
    expect(second.token).not.toBe(first.token)
    expect((await readFile(file, 'utf8')).trim()).toBe(second.token)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await second.remove()
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
    await rm(folder, { recursive: true })
    await expect(createLocalToken(folder)).rejects.toMatchObject({ code: 'data-folder-unusable' })
  })
})

// meta/postgres.int.test.ts says loudly when PostgreSQL is missing, and fails in CI.
describe.skipIf(findPostgres() === undefined)('two servers on one PostgreSQL', () => {
  let server: ThrowawayPostgres
  let stores: MetaStore[]
  beforeAll(async () => {
    server = await startPostgres()
    const url = await server.createDatabase()
    stores = await Promise.all([createPostgresMetaStore({ url }), createPostgresMetaStore({ url })])
  })
  afterAll(async () => {
    for (const store of stores) await store.close()
    await server.stop()
  })

  it('learn of each other’s keys at once and of revocations with the next look', async () => {
    const [here, there] = stores as [MetaStore, MetaStore]
    const auths = await Promise.all(stores.map((meta) => createAuth({ meta, localToken: undefined, publicUrl: () => undefined })))
    const [, second] = auths
    const peer = { remoteAddress: '127.0.0.1', headers: {} }
    const redaction = { keys: [], patterns: [] }
    const project = await here.projects.create({ name: 'Shop', wantedSlug: 'shop', retentionDays: 90, redaction, createdAt: 0 })
    const key = { id: 'key_1', projectId: project.id, name: '', scope: 'ingest' as const, client: 'heartwood' as const, origins: [], hint: '' }
    await here.keys.create({ ...key, hash: hashSecret('secret'), createdAt: 0 })
    expect(await second?.authenticator.authenticate('secret', peer)).toMatchObject({ caller: { keyId: 'key_1' } })
    await second?.maintain()
    expect((await here.keys.byId('key_1'))?.lastUsedAt).toBeGreaterThan(0)
    await here.keys.revoke('key_1', 1)
    await second?.maintain()
    expect(await second?.authenticator.authenticate('secret', peer)).toBeUndefined()
    expect(await there.projects.list()).toEqual([project])
  })

  it('make one owner between them', async () => {
    const auths = await Promise.all(stores.map((meta) => createAuth({ meta, localToken: undefined, publicUrl: () => undefined })))
    const tokens = await Promise.all(auths.map((auth) => auth.people.createClaim()))
    const claims = await Promise.allSettled(
      auths.flatMap((auth, n) =>
        tokens.map((token) => auth.people.claim(token ?? '', { email: `a${n}@example.org`, password: 'correct horse battery' })),
      ),
    )
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(auths[0]?.people.signIn("x' or 1=1 \u0000", 'x')).rejects.toMatchObject({ code: 'sign-in-failed' })
  })
})
