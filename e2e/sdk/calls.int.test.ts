import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createClient, type Issue, type IssueState, type NodeClient } from '@heartwood/node'
import type { IssueJson, IssueState as IssueStateOfContract } from '@heartwood/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createShop, findEvents, type Shop } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'

/** The SDK carries no validator, so it has these types written out; here they are held to the contract. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
const likeContract: [Same<Issue, IssueJson>, Same<IssueState, IssueStateOfContract>] = [true, true]

let server: RunningServer
let shop: Shop
let client: NodeClient
beforeAll(async () => {
  server = await startServer({})
  shop = await createShop(server)
  client = createClient({ endpoint: server.url, apiKey: shop.ingestKey, service: 'checkout', dedupeWindow: 60_000 })
})
afterAll(async () => {
  await client?.close()
  await server?.stop()
})

const query = () => ({ project: shop.project })

it('has the types of the contract', () => expect(likeContract).toEqual([true, true]))

describe('heartbeats', () => {
  it('tell of begin, end and failure, and are listed', async () => {
    const { token, id } = await server.client.createHeartbeat({ body: { project: shop.project, name: 'nightly backup' } })
    const heartbeat = client.heartbeat(token)
    await heartbeat.ping()
    expect(await heartbeat.wrap(async (a: number) => a + 1)(1)).toBe(2)
    await expect(
      heartbeat.wrap(() => {
        throw new RangeError('disk full')
      })(),
    ).rejects.toThrow('disk full')
    await findEvents(server, shop.project, 'kind:checkin', 5)
    const { checkins } = await server.client.checkins({ query: { ...query(), heartbeat: id } })
    expect(checkins.map(({ status }) => status)).toEqual(['failed', 'started', 'ok', 'started', 'ok'])
    expect(await findEvents(server, shop.project, 'kind:checkin level:error reason:"RangeError: disk full"', 1)).toHaveLength(1)
    expect(await server.client.listHeartbeats({ query: query() })).toMatchObject({ heartbeats: [{ checkins: 3, lastAt: expect.any(String) }] })
    await server.client.revokeHeartbeat({ params: { id } })
    await expect(heartbeat.ping()).rejects.toMatchObject({ code: 'not-found', status: 404 })
  })
})

describe('feedback and releases', () => {
  it('are listed, feedback with the event that it is about', async () => {
    const eventId = client.error(new Error('it froze'))
    const { feedbackId } = await client.feedback({ comments: 'it froze', email: 'ann@example.com', eventId })
    const release = { version: '2.1.0', commit: 'a1', branch: 'main', deployedBy: 'ci', services: ['web'] }
    const { releaseId } = await client.registerRelease(release)
    expect(await client.registerRelease({ version: '2.1.0', commit: 'b2' })).toEqual({ releaseId, version: '2.1.0' })
    client.info('served by the new one')
    await client.flush()
    await findEvents(server, shop.project, 'release:"2.1.0" "served by the new one"', 1)
    await findEvents(server, shop.project, 'kind:release', 2)
    await findEvents(server, shop.project, 'kind:feedback', 1)
    expect(await findEvents(server, shop.project, `heartwood.event_id:"${eventId}"`, 1)).toMatchObject([{ message: 'it froze' }])
    const { feedback } = await server.client.feedback({ query: query() })
    expect(feedback).toMatchObject([{ feedbackId, comments: 'it froze', email: 'ann@example.com', eventId }])
    const { releases } = await server.client.releases({ query: query() })
    expect(releases).toMatchObject([{ releaseId, version: '2.1.0', deployments: 2, commit: 'b2' }])
  })

  it('that say nothing are refused in a sentence', async () => {
    await expect(client.feedback({ comments: '' })).rejects.toMatchObject({
      code: 'body-invalid',
      message: 'The feedback was not taken: `comments` is empty.',
    })
    await expect(client.registerRelease({ version: ' ' })).rejects.toMatchObject({ code: 'body-invalid', status: 400 })
  })
})

describe('errors', () => {
  it('that are equal are one event and a summary, which the issue counts as all of them, and its state can be set', async () => {
    const fail = () => new TypeError('card declined', { cause: Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' }) })
    for (let n = 0; n < 10; n++) client.error(fail(), { order: n })
    await client.flush()
    const events = await findEvents(server, shop.project, 'error.type:TypeError', 2)
    expect(events).toHaveLength(2)
    expect(events.map(({ attributes }) => attributes?.['heartwood.occurrences'] ?? 1).sort()).toEqual([1, 9])
    const { captured, sent, spooled, buffered, dropped } = client.stats()
    expect(dropped.duplicate).toBe(9)
    expect(captured).toBe(sent + spooled + buffered + 9)

    const { issues } = await server.client.listIssues({ query: { ...query(), q: 'error.type:TypeError' } })
    expect(issues).toMatchObject([{ title: 'TypeError: card declined', occurrences: 10, events: 2, state: 'open' }])
    const id = issues[0]?.id ?? ''
    const { newest } = await server.client.issue({ params: { id }, query: query() })
    expect(newest[0]).toMatchObject({
      error: { stack: expect.stringMatching(/^TypeError: card declined\n {4}at [\s\S]*\nCaused by: Error: no route\n {4}at /) },
      detail: { causes: [{ relation: 'cause', type: 'Error', message: 'no route', code: 'EHOSTUNREACH' }] },
    })
    const frames = newest[0]?.detail?.frames as { function?: string; contextLine?: string; preContext?: string[] }[]
    expect(frames[0]).toMatchObject({ function: 'fail', inApp: true, contextLine: expect.any(String) })

    await expect(client.issues.setStatus(id, 'resolved')).rejects.toMatchObject({ code: 'key-forbidden', status: 403 })
    const { key } = await server.client.createKey({ body: { project: shop.project, scope: 'admin' } })
    expect(await client.issues.setStatus(id, 'resolved', { apiKey: key })).toMatchObject({ id, state: 'resolved', occurrences: 10 })
    await expect(client.issues.setStatus('nothing', 'open', { apiKey: key })).rejects.toMatchObject({ code: 'issue-not-found', status: 404 })
  })
})

it('finds audit events by action and actor', async () => {
  client.audit('user.role-changed', { id: 'ann', name: 'Ann' }, { role: 'admin' })
  await client.flush()
  expect(await findEvents(server, shop.project, 'kind:audit audit.action:user.role-changed audit.actor:ann role:admin', 1)).toMatchObject([
    { kind: 'audit', userId: 'ann' },
  ])
})

describe('a server', () => {
  it('that does not know the key says so', async () => {
    const stranger = createClient({ endpoint: server.url, apiKey: 'hw_wrong' })
    await expect(stranger.feedback({ comments: 'x' })).rejects.toMatchObject({ code: 'key-invalid', status: 401 })
    await stranger.close()
  })

  it('that is not there, or does not answer, is no riddle', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const waiting = createClient({ endpoint, timeout: 50 })
    await expect(waiting.registerRelease({ version: '1' })).rejects.toMatchObject({
      code: 'timed-out',
      message: `The release was not registered: ${endpoint} did not answer within 50 ms.`,
    })
    await waiting.close()
    silent.close()
    const lonely = createClient({ endpoint: 'http://127.0.0.1:9' })
    await expect(lonely.heartbeat('t').ping()).rejects.toMatchObject({ code: 'unreachable', status: 0 })
    await lonely.close()
  })
})
