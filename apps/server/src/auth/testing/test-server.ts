import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api, type RouteName } from '@heartwood/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { registerErrors } from '../../http/errors.ts'
import type { MetaStore } from '../../store/meta/meta-store.ts'
import { createSqliteMetaStore } from '../../store/meta/sqlite.ts'
import { type Auth, createAuth } from '../create-auth.ts'
import { createLocalToken } from '../local-token.ts'

export interface TestServer {
  app: FastifyInstance
  auth: Auth
  meta: MetaStore
  localToken: string
  /** As an administrator on this machine. */
  asLocal: (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: unknown) => Promise<{ status: number; body: Json }>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
type Json = any

export interface TestServerOptions {
  publicUrl?: string
  /** The routes under test; all others of the contract answer `{}`. */
  register: (app: FastifyInstance, auth: Auth, meta: MetaStore) => void
}

/** A server on a real store, for tests of access and of features that manage it. */
export async function createTestServer({ publicUrl, register }: TestServerOptions): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'heartwood-access-'))
  const meta = await createSqliteMetaStore({ file: join(folder, 'meta.db') })
  const { token: localToken } = await createLocalToken(folder)
  const auth = await createAuth({ meta, localToken, publicUrl: () => publicUrl })

  const app = fastify()
  registerErrors(app)
  auth.register(app)
  const real = new Set<string>()
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) real.add(`${name} ${url}`)
  })
  register(app, auth, meta)
  for (const name of Object.keys(api) as RouteName[]) {
    const { method, path, access } = api[name]
    if (!real.has(`${method} ${path}`)) app.route({ method, url: path, config: { access }, handler: async () => ({}) })
  }
  app.get('/api/forgotten', async () => 'secret')
  app.get('/page', async () => 'page')
  await app.ready()

  return {
    app,
    auth,
    meta,
    localToken,
    async asLocal(method, url, payload) {
      const response = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${localToken}`, ...(payload === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
      })
      return { status: response.statusCode, body: response.json() }
    },
    async close() {
      await app.close()
      await auth.close()
      await meta.close()
      await rm(folder, { recursive: true })
    },
  }
}
