import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api, type RouteName } from '@heartwood/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { type Auth, createAuth } from '../../auth/create-auth.ts'
import { createLocalToken } from '../../auth/local-token.ts'
import { registerErrors } from '../../http/errors.ts'
import type { MetaStore } from '../../store/meta/meta-store.ts'
import { createSqliteMetaStore } from '../../store/meta/sqlite.ts'
import { registerPeople } from '../people/routes.ts'
import { createKeys, type Keys } from './keys.ts'
import { createProjects, type Projects } from './projects.ts'
import { registerProjects } from './routes.ts'

export interface TestServer {
  app: FastifyInstance
  auth: Auth
  meta: MetaStore
  projects: Projects
  keys: Keys
  folder: string
  localToken: string
  /** Projects whose events were deleted. */
  deleted: number[]
  /** As an administrator on this machine. */
  asLocal: (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: unknown) => Promise<{ status: number; body: Json }>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
export type Json = any

/** Routes of features/projects and features/people on a real store; the other routes of the contract answer `{}`. */
export async function createTestServer(options: { publicUrl?: string; failDeletion?: () => boolean } = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'heartwood-access-'))
  const meta = await createSqliteMetaStore({ file: join(folder, 'meta.db') })
  const { token: localToken } = await createLocalToken(folder)
  const publicUrl = () => options.publicUrl
  const auth = await createAuth({ meta, localToken, publicUrl })
  const deleted: number[] = []
  const events = {
    async deleteProject(id: number) {
      if (options.failDeletion?.() === true) throw new Error('the engine is away')
      deleted.push(id)
    },
  }
  const checkPattern = (pattern: string) => (pattern.includes('(a+)+') ? 'It may take exponential time.' : undefined)
  const projects = createProjects({ meta, directory: auth.directory, events, checkPattern })
  const keys = createKeys({ meta, directory: auth.directory, authenticator: auth.authenticator })

  const app = fastify()
  registerErrors(app)
  auth.register(app)
  const real = new Set<string>()
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) real.add(`${name} ${url}`)
  })
  registerPeople(app, { people: auth.people, version: '1.2.3', publicUrl })
  registerProjects(app, { projects, keys, directory: auth.directory })
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
    projects,
    keys,
    folder,
    localToken,
    deleted,
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
