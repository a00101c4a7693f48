import { afterAll, beforeAll, expect, it } from 'vitest'
import { createShop, findEvents } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer
let shop: Awaited<ReturnType<typeof createShop>>
beforeAll(async () => {
  server = await startServer({})
  shop = await createShop(server)
})
afterAll(() => server?.stop())

const post = (path: string, body: unknown, key = shop.ingestKey) =>
  fetch(`${server.url}/api/v1${path}`, { method: 'POST', headers: { 'x-api-key': key }, body: JSON.stringify(body), redirect: 'error' })
const log = (message: string, over: object = {}) => ({ level: 'info', message, timestamp: new Date().toISOString(), service: 'lognitor', ...over })

it('tells Lognitor and TraceHub apart on the address that they share, and their errors too', async () => {
  expect((await post('/ingest', { batch_id: 'b1', logs: [log('from lognitor')] })).status).toBe(200)
  expect(
    (await post('/ingest', [{ level: 'INFO', message: 'from tracehub', timestamp: new Date().toISOString(), service: 'tracehub' }])).status,
  ).toBe(202)
  expect(await (await post('/ingest', {}, 'lgn_wrong')).json()).toEqual({ error: 'key-invalid', message: 'Invalid API key' })
  expect(await (await post('/ingest', [], 'th_wrong')).json()).toHaveProperty('detail')
  expect(await findEvents(server, shop.project, 'from lognitor', 1)).toHaveLength(1)
  expect(await findEvents(server, shop.project, 'from tracehub', 1)).toHaveLength(1)
})

it('answers preflights of pages and what nothing takes below the shared address', async () => {
  const origin = 'https://shop.example'
  await server.client.createKey({ body: { project: shop.project, name: 'page', scope: 'browser', origins: [origin] } })
  for (const path of ['/api/v1/ingest', '/v1/logs', '/ingest']) {
    const answer = await fetch(`${server.url}${path}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
    expect([path, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([path, 204, origin])
  }
  const without = await fetch(`${server.url}/api/v1/ingest`, { method: 'POST', body: '[]' })
  expect([without.status, await without.json()]).toEqual([401, { detail: 'Missing API key' }])
  expect(await (await fetch(`${server.url}/api/v1/issues/1/nothing`)).json()).toEqual({ detail: expect.any(String) })
  expect(await (await fetch(`${server.url}/v1/logs`, { method: 'PUT' })).json()).toEqual({ error: expect.any(String) })
})

it('takes a batch that came to our own door, once', async () => {
  const body = JSON.stringify({ batch_id: 'astray', logs: [log('astray', { metadata: { n: 1 } })] })
  const send = () => fetch(`${server.url}/ingest`, { method: 'POST', headers: { 'x-api-key': shop.ingestKey }, body })
  expect((await send()).status).toBe(202)
  expect(await (await send()).json()).toMatchObject({ accepted: 1, duplicate: true })
  expect(await findEvents(server, shop.project, 'metadata.n:1', 1)).toMatchObject([{ message: 'astray', service: 'lognitor' }])
})

it('tells clients the sample rates of their project until they are cleared', async () => {
  const told = async (batch_id: string) => (await post('/ingest', { batch_id, logs: [log('sampled')] })).headers.get('x-lognitor-sample-rates')
  const set = (sampleRates: object) => server.client.updateProject({ params: { project: shop.project }, body: { sampleRates } })
  expect(await told('s1')).toBeNull()
  await set({ debug: 0.1, info: 0.5 })
  expect(JSON.parse((await told('s2')) ?? '')).toEqual({ debug: 0.1, info: 0.5 })
  await set({})
  expect(await told('s3')).toBe('{}')
})

it('hears of jobs without a key, as long as their heartbeat is not revoked', async () => {
  const heartbeat = await server.client.createHeartbeat({ body: { project: shop.project, name: 'nightly backup' } })
  for (const method of ['GET', 'HEAD', 'POST']) expect((await fetch(heartbeat.url, { method })).status).toBe(200)
  await findEvents(server, shop.project, 'kind:checkin', 3)
  const { heartbeats } = await server.client.listHeartbeats({ query: { project: shop.project } })
  expect(heartbeats).toMatchObject([{ name: 'nightly backup', checkins: 3, lastAt: expect.any(String) }])
  const { checkins } = await server.client.checkins({ query: { project: shop.project, heartbeat: heartbeat.id } })
  expect(checkins.map(({ name, status }) => [name, status])).toEqual(Array(3).fill(['nightly backup', 'ok']))
  await server.client.revokeHeartbeat({ params: { id: heartbeat.id } })
  expect((await fetch(heartbeat.url)).status).toBe(404)
})

it('lists feedback, and each version once with its deployments', async () => {
  await post('/feedback', { event_id: 'unknown', name: null, email: 'ann@example.com', comments: 'it froze', url: null, screenshot: null })
  const release = {
    version: '2.1.0',
    commit_hash: 'a1',
    branch: 'main',
    deployed_by: 'ci',
    deploy_url: null,
    changelog: null,
    services: ['web', { name: 'api' }, 2],
  }
  const [first, second] = [await post('/releases/register', release), await post('/releases/register', { ...release, commit_hash: 'b2' })]
  const { release_id: releaseId } = (await first.json()) as { release_id: string }
  expect(await second.json()).toMatchObject({ release_id: releaseId, version: '2.1.0', status: 'deployed' })
  await findEvents(server, shop.project, 'kind:release', 2)
  await findEvents(server, shop.project, 'kind:feedback', 1)
  const { releases } = await server.client.releases({ query: { project: shop.project } })
  expect(releases).toMatchObject([
    { releaseId, version: '2.1.0', deployments: 2, commit: 'b2', branch: 'main', deployedBy: 'ci', services: ['web', '{"name":"api"}', '2'] },
  ])
  const { feedback } = await server.client.feedback({ query: { project: shop.project } })
  expect(feedback).toMatchObject([{ comments: 'it froze', email: 'ann@example.com', eventId: 'unknown' }])
})
