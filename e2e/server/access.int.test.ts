import type { Scope } from '@heartwood/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessWalk } from '../../apps/server/src/auth/testing/access-walk.ts'
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
