import { api, type RouteSpec, type Scope } from '@heartwood/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessWalk } from '../../apps/server/src/auth/testing/access-walk.ts'
import { createShop, findEvents, ingest } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

it('every route of the running server refuses who must not pass: no key, a wrong one, a revoked one, another scope, another project', async () => {
  const { client } = server
  const [own, other] = await Promise.all(['Own', 'Other'].map((name) => client.createProject({ body: { name } })))
  if (!own || !other) throw new Error('no projects')
  const make = (project: string, scope: Scope) => client.createKey({ body: { project, scope, origins: ['https://shop.example'] } })
  const revoked = await make(own.id, 'admin')
  await client.revokeKey({ params: { id: revoked.id } })
  const scopes = ['ingest', 'read', 'admin', 'browser'] as const
  const keys = Object.fromEntries(await Promise.all(scopes.map(async (scope) => [scope, (await make(own.id, scope)).key])))
  const { refused } = accessWalk({
    own: own.slug,
    other: other.slug,
    keys: keys as Record<Scope, string>,
    origin: 'https://shop.example',
    revokedKey: revoked.key,
    localToken: server.token,
    foreignIds: { revokeKey: (await make(other.id, 'ingest')).id },
  })
  expect(refused.length).toBeGreaterThan(100)
  const wrong: string[] = []
  for (const { title, request, expected } of refused) {
    const response = await fetch(server.url + request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.payload === undefined ? {} : { body: request.payload }),
    })
    const body = (await response.json()) as { error?: { code: string } }
    if (expected !== 'admitted' && (response.status !== expected.status || body.error?.code !== expected.code))
      wrong.push(`${title}: ${response.status} ${body.error?.code}`)
  }
  expect(wrong).toEqual([])
})

it('a key need not name its project in any question, and its answers are of that project', async () => {
  const { client } = server
  const [own, other] = await Promise.all(['Quiet', 'Loud'].map((name) => createShop(server, name)))
  if (!own || !other) throw new Error('no projects')
  for (const shop of [own, other]) {
    expect((await ingest(server, shop.ingestKey, JSON.stringify({ message: `of ${shop.project}` }))).status).toBe(202)
    await findEvents(server, shop.project, '', 1)
  }
  const { key } = await client.createKey({ body: { project: own.project, scope: 'admin' } })
  const asks = (Object.values(api) as RouteSpec[]).filter(
    ({ method, query, raw }) => method === 'GET' && raw === undefined && 'project' in (query?.shape ?? {}),
  )
  expect(asks.length).toBeGreaterThan(15)
  const answerTo = async (path: string, token: string) => {
    const response = await fetch(server.url + path.replace(/:\w+/, '0190a0b0-0000-7000-8000-000000000000'), { headers: { 'x-api-key': token } })
    return { status: response.status, text: await response.text() }
  }
  const wrong: string[] = []
  for (const { path } of asks) {
    const { status, text } = await answerTo(path, key)
    if (![200, 400, 404].includes(status) || text.includes('"path":"project"')) wrong.push(`${path}: ${status} ${text}`)
  }
  expect(wrong).toEqual([])
  expect(JSON.parse((await answerTo('/api/keys', key)).text).keys).toHaveLength(3)
  expect(JSON.parse((await answerTo('/api/search', key)).text).events).toMatchObject([{ message: `of ${own.project}` }])
  expect(await answerTo('/api/search', server.token)).toMatchObject({ status: 400, text: expect.stringContaining('Name the project') })
})
