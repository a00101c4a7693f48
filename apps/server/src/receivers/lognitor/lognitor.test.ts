import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HeartwoodError } from '../../errors.ts'
import type { DoorUnderTest } from '../testing/door-under-test.ts'
import { createLognitorUnderTest, type LognitorUnderTest } from './testing/lognitor-under-test.ts'

const WIRE = new URL('../../../../../fixtures/wire/lognitor/', import.meta.url)

interface Recorded {
  method: string
  path: string
  headers: { [name: string]: string }
  body_text: string
}

/** The requests of a recorded call, as they went over the wire. */
function recorded(name: string): Recorded[] {
  const file = JSON.parse(readFileSync(new URL(`${name}.json`, WIRE), 'utf8')) as { request?: Recorded; requests?: Recorded[] }
  return file.requests ?? (file.request ? [file.request] : [])
}

const AT = '2026-11-21T10:00:00.000Z'
let test: LognitorUnderTest
let door: DoorUnderTest

beforeEach(async () => {
  test = await createLognitorUnderTest()
  door = test.door
})
afterEach(() => door.app.close())

async function send(url: string, payload: Buffer | string, headers: { [name: string]: string } = {}) {
  const answer = await door.app.inject({ method: 'POST', url: `/api/v1${url}`, headers: { 'content-type': 'application/json', ...headers }, payload })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() as { [name: string]: unknown } }
}
const sendLogs = (logs: unknown, batchId = 'b1') => send('/ingest', JSON.stringify({ batch_id: batchId, logs }))
const log = (over: object = {}): object => ({ level: 'info', message: 'm', timestamp: AT, hostname: 'web-1', service: 'shop', ...over })
const firstOf = async (over: object) => {
  await sendLogs([log(over)])
  return door.events[0]
}

describe('recorded requests of the clients', () => {
  it.each(readdirSync(WIRE).map((file) => file.replace('.json', '')))('%s is taken whole', async (name) => {
    for (const { path, headers, body_text } of recorded(name)) {
      const { 'Content-Length': _length, ...rest } = headers
      const answer = await door.app.inject({ method: 'POST', url: path, headers: rest, payload: body_text })
      const sent = (name === 'py-ingest-nan' ? {} : JSON.parse(body_text)) as { logs?: unknown[]; requests?: unknown[] } | null
      if (name === 'py-ingest-empty-object' && body_text === '{}') {
        expect(answer.statusCode).toBe(400)
        continue
      }
      expect(answer.statusCode).toBe(path.endsWith('/feedback') ? 202 : 200)
      const entries = sent?.logs ?? sent?.requests
      if (entries) expect(answer.json()).toMatchObject({ accepted: entries.length, rejected: 0 })
    }
    expect(door.defects).toEqual([])
  })
})

describe('a log', () => {
  it('keeps the types of what it carries, and its ids have columns', async () => {
    const metadata = { n: 1, f: 1.5, yes: true, none: null, list: [1, 'a', { x: null }], deep: { text: '7' }, empty: {} }
    const user = { id: 7, email: 'a@b.example', plan: 'pro' }
    const event = await firstOf({
      metadata,
      user,
      user_id: 7,
      version: '1.2.0',
      environment: 'production',
      session_id: 's1',
      request_id: 5,
      tags: ['a', 'b'],
      trace: { trace_id: 'abc', span_id: 'def', sampled: true },
      perf: { duration_ms: 12.25, memory_mb: 256 },
      device: { os: 'iOS' },
      notify: true,
      deploy: { commit: 'a1' },
      fingerprint: 'my-group',
    })
    expect(event).toMatchObject({
      host: 'web-1',
      service: 'shop',
      environment: 'production',
      release: '1.2.0',
      userId: '7',
      sessionId: 's1',
      requestId: '5',
      traceId: 'abc',
      spanId: 'def',
      tags: ['a', 'b'],
      attributes: {
        metadata,
        user,
        trace: { sampled: true },
        perf: { duration_ms: 12.25, memory_mb: 256 },
        device: { os: 'iOS' },
        notify: true,
        deploy: { commit: 'a1' },
        fingerprint: 'my-group',
      },
      request: { durationMs: 12.25 },
    })
  })

  it('has its error searchable, and what is opened with it beside it', async () => {
    const event = await firstOf({
      level: 'error',
      error: {
        type: 'ValueError',
        message: 'declined',
        stack: 'Traceback (most recent call last):\n  File "/srv/shop.py", line 8, in charge\nValueError: declined\n',
        filename: '/srv/shop.py',
        line_number: 8,
        context_line: 'raise',
        pre_context: ['def charge():'],
        post_context: [],
      },
      breadcrumbs: [{ type: 'http', message: 'GET /', level: 'info', timestamp: AT }],
    })
    expect(event?.error).toMatchObject({ type: 'ValueError', message: 'declined', stack: expect.stringContaining('in charge') })
    expect(event?.attributes).toEqual({ 'error.filename': '/srv/shop.py', 'error.line_number': 8 })
    expect(event?.detail).toMatchObject({
      source: { context_line: 'raise', pre_context: ['def charge():'], post_context: [] },
      breadcrumbs: [{ message: 'GET /' }],
    })
  })

  it('of any odd value is taken, and the others of its batch with it', async () => {
    const body = `{"batch_id":"odd","logs":[
      ${['null', '5', '{"a":1}', '"x\\u0000y"'].map((message) => `{"level":"info","message":${message},"timestamp":"${AT}"}`).join(',')},
      {"level":"INFO","message":"n","metadata":{"v":NaN,"w":-Infinity,"__proto__":{"x":1}},"timestamp":"${AT}"},
      {"level":"warning","message":"php","metadata":[],"user":[],"user_id":null,"request":[],"trace":[],"error":[],"tags":"a,b","timestamp":"${AT}"},
      {"message":"bare"}, {"level":null,"message":"id","metadata":{"id":12345678901234567890},"timestamp":"${AT}"}]}`
    expect((await send('/ingest', body)).body).toMatchObject({ accepted: 8, rejected: 0, errors: [] })
    expect(door.events.map(({ message }) => message)).toEqual(['', '5', '{"a":1}', 'xy', 'n', 'php', 'bare', 'id'])
    expect(Object.entries(door.events[4]?.attributes?.metadata as object)).toContainEqual(['__proto__', { x: 1 }])
    expect(door.events[7]?.attributes).toEqual({ metadata: { id: '12345678901234567890' } })
  })

  it('that is bad is refused alone, by its place', async () => {
    const { status, body } = await sendLogs([log(), 7, log({ level: 'loud' }), log({ message: 'last' })])
    expect(status).toBe(200)
    expect(body).toMatchObject({ accepted: 2, rejected: 2 })
    expect(body.errors).toMatchObject([
      { index: 1, code: 'VALIDATION_ERROR' },
      { index: 2, code: 'VALIDATION_ERROR', field: 'level' },
    ])
    expect((await sendLogs([7, log({ level: 'loud' })], 'b2')).status).toBe(422)
  })

  it('keeps its good neighbours when one of them is not JSON', async () => {
    const { body } = await send('/ingest', `{"batch_id":"b","logs":[${JSON.stringify(log())},{"level":nope},${JSON.stringify(log())}]}`)
    expect(body).toMatchObject({ accepted: 2, rejected: 1 })
  })

  it('is taken with the time that it says, however long ago', async () => {
    const old = ['1970-01-02T00:00:00Z', '2001-02-03T04:05:06Z', '2026-02-01T00:00:00Z'].map((timestamp) => log({ timestamp }))
    expect(await sendLogs([log(), ...old])).toMatchObject({ status: 200, body: { accepted: 4, rejected: 0 } })
    expect(door.events.map(({ timestamp }) => timestamp.slice(0, 10))).toEqual(['2026-11-21', '1970-01-02', '2001-02-03', '2026-02-01'])
    const row = { method: 'GET', path: '/', status_code: 200, request_id: 'old', timestamp: '2001-02-03T04:05:06Z' }
    expect((await send('/ingest/requests', JSON.stringify({ requests: [row] }))).body).toMatchObject({ accepted: 1, rejected: 0 })
  })

  it('of hundreds of kilobytes is cut with a mark, not refused', async () => {
    const event = await firstOf({ message: 'x'.repeat(1_500_000), metadata: { items: Array.from({ length: 40_000 }, (_, i) => `item ${i}`) } })
    expect(event?.message.length).toBeLessThan(300_000)
    expect(event?.attributes?.heartwood ?? event?.attributes?.['heartwood.truncated']).toBeDefined()
  })

  it('of the Symfony bundle about a request is a row', async () => {
    const event = await firstOf({
      level: 'warn',
      message: 'GET /users/7 404 12ms',
      request_id: 'r1',
      request: { method: 'GET', url: 'https://shop.example/users/7?tab=1', status_code: 404, duration_ms: 12.4, ip: '203.0.113.9' },
    })
    expect(event).toMatchObject({
      kind: 'request',
      requestId: 'r1',
      request: { method: 'GET', path: '/users/7', route: '/users/:id', status: 404, durationMs: 12.4 },
    })
    expect(event?.attributes).toEqual({ request: { url: 'https://shop.example/users/7?tab=1' }, 'client.hash': 'hash-of-203.0.113.9' })
  })
})

describe('a batch', () => {
  it('is stored once however often it comes', async () => {
    for (const _ of [1, 2, 3]) expect(await sendLogs([log(), log(), 7])).toMatchObject({ status: 200, body: { accepted: 2, rejected: 1 } })
    expect(door.queue.batches.map(({ rows }) => rows)).toEqual([2])
    await sendLogs([log()], 'another')
    expect(door.queue.batches).toHaveLength(2)
  })

  it.each(['{}', 'null', 'nonsense', '', '{"logs":5}', '{"batch_id":"x"}'])('that is %s is 400 in their shape', async (payload) => {
    const { status, body } = await send('/ingest', payload)
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'body-invalid', message: expect.any(String) })
  })
})

describe('sample rates', () => {
  it('are told when set, marked on what came after, and cleared with {}', async () => {
    expect((await sendLogs([log()], 'b0')).headers['x-lognitor-sample-rates']).toBeUndefined()
    test.clock += 1_000
    test.rates = { sampleRates: { debug: 0.1 }, sampleRatesAt: test.clock }
    const at = (offset: number) => log({ level: 'debug', timestamp: new Date(test.clock + offset).toISOString() })
    expect((await sendLogs([at(-10)], 'b1')).headers['x-lognitor-sample-rates']).toBe('{"debug":0.1}')
    await sendLogs([at(-5), at(5), log({ timestamp: new Date(test.clock + 5).toISOString() })], 'b2')
    test.clock += 1_000
    test.rates = { sampleRates: {}, sampleRatesAt: test.clock }
    expect((await sendLogs([at(-500)], 'b3')).headers['x-lognitor-sample-rates']).toBe('{}')
    await sendLogs([at(5)], 'b4')
    expect(door.events.map(({ attributes }) => attributes?.sample_rate)).toEqual([undefined, undefined, undefined, 0.1, undefined, 0.1, undefined])
    test.clock += 8 * 24 * 3_600_000
    expect((await sendLogs([log()], 'b5')).headers['x-lognitor-sample-rates']).toBeUndefined()
  })
})

describe('request rows', () => {
  const row = (id: string, over: object = {}) => ({
    method: 'GET',
    path: `/users/${id.length}`,
    status_code: 500,
    duration_ms: 1.25,
    request_id: id,
    ip: '203.0.113.9',
    host: 'shop.example',
    user_agent: 'curl/8',
    timestamp: AT,
    service: 'shop',
    version: null,
    ...over,
  })
  const sendRows = (...rows: object[]) => send('/ingest/requests', JSON.stringify({ requests: rows }))

  it('are events of their own kind, with a route and without an address', async () => {
    await sendRows(row('a'), row('b', { route: '/users/<int:uid>' }), row('c', { path: '//', route: '/' }), row('d', { route: 'users/{id}' }))
    // Django's client has no pattern.
    await sendRows(row('e', { path: '/users/7', route: '/users/7' }))
    const routes = ['/users/:id', '/users/<int:uid>', '/', '/users/{id}', '/users/:id']
    expect(door.events.map(({ request }) => request?.route)).toEqual(routes)
    expect(door.events[0]).toMatchObject({
      kind: 'request',
      level: 'error',
      message: 'GET /users/1 500',
      service: 'shop',
      requestId: 'a',
      request: { method: 'GET', path: '/users/1', status: 500, durationMs: 1.25 },
      attributes: { http: { host: 'shop.example' }, 'client.user_agent': 'curl/8', 'client.hash': 'hash-of-203.0.113.9' },
    })
  })

  it('are stored once by their request id, whatever they come with', async () => {
    await sendRows(row('a'), row('a'), row('b'))
    expect((await sendRows(row('a'), row('b'))).body).toMatchObject({ accepted: 2, rejected: 0 })
    expect((await sendRows(row('b'), row('c'), row('', { request_id: null }))).body).toMatchObject({ accepted: 3 })
    expect(door.events.map(({ requestId }) => requestId)).toEqual(['a', 'b', 'c', undefined])
  })

  it('that could not be stored are taken when they come again', async () => {
    door.queue.failure = new HeartwoodError('queue-full', 'full', { retryAfterSeconds: 1 })
    const refused = await sendRows(row('a'))
    expect(refused).toMatchObject({ status: 503, body: { error: 'queue-full' } })
    expect(refused.headers['retry-after']).toBe('1')
    door.queue.failure = undefined
    expect((await sendRows(row('a'))).body).toMatchObject({ accepted: 1 })
    expect(door.queue.batches).toHaveLength(1)
  })
})

describe('what is sent once', () => {
  it('is a heartbeat by any method and with any body, as long as its token is known', async () => {
    for (const [method, payload] of [
      ['POST', 'null'],
      ['GET', undefined],
      ['HEAD', undefined],
      ['POST', ''],
      ['POST', '\0\xff{'],
    ] as const) {
      const url = '/api/v1/heartbeat/tok_example'
      expect((await door.app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })).statusCode).toBe(200)
    }
    expect(door.events.map(({ kind, message }) => `${kind} ${message}`)).toEqual(Array(5).fill('checkin nightly backup'))
    expect((await send('/heartbeat/unknown', 'null')).status).toBe(404)
  })

  it('is the begin or the failure of a job, at addresses of their own', async () => {
    expect((await send('/heartbeat/tok_example/start', 'null')).body).toEqual({ status: 'started' })
    expect((await send('/heartbeat/tok_example/fail', '{"reason":"disk full"}')).body).toEqual({ status: 'failed' })
    for (const payload of ['', 'null', '\0{', JSON.stringify({ reason: 'x'.repeat(100_000) })]) {
      expect((await send('/heartbeat/tok_example/fail', payload)).status).toBe(200)
    }
    expect(door.events.slice(0, 3)).toMatchObject([
      { kind: 'checkin', level: 'info', attributes: { heartbeat: { id: 'hb_1' }, status: 'started' } },
      { kind: 'checkin', level: 'error', message: 'nightly backup', attributes: { status: 'failed', reason: 'disk full' } },
      { kind: 'checkin', attributes: { status: 'failed' } },
    ])
    expect(door.events.map(({ issueId }) => issueId)).toEqual(Array(6).fill(undefined))
    for (const end of ['/unknown', '/start/again']) expect((await send(`/heartbeat/tok_example${end}`, 'null')).status).toBe(404)
    expect((await send('/heartbeat/unknown/fail', 'null')).status).toBe(404)
  })

  it('is a release, whose id is a text and the same for the same version', async () => {
    const first = await send('/releases/register', '{"version":"2.1.0","commit_hash":"a1","branch":null,"services":["web"]}')
    expect(first).toMatchObject({ status: 200, body: { release_id: expect.stringMatching(/^rel_/), version: '2.1.0', status: 'deployed' } })
    expect((await send('/releases/register', '{"version":"2.1.0"}')).body).toEqual(first.body)
    const { release_id } = first.body
    await sendLogs([log({ release_id }), log({ release_id: 'rel_9' })])
    expect(door.events.map(({ kind, release }) => [kind, release])).toEqual([
      ['release', '2.1.0'],
      ['release', '2.1.0'],
      ['log', '2.1.0'],
      ['log', undefined],
    ])
  })

  it('is feedback about an error that nobody knows', async () => {
    const screenshot = `data:image/png;base64,${'A'.repeat(1000)}`
    const answer = await send(
      '/feedback',
      JSON.stringify({ event_id: '', name: null, email: 'a@b.example', comments: 'it froze', url: null, screenshot }),
    )
    expect(answer).toMatchObject({ status: 202, body: { feedback_id: expect.any(String) } })
    expect(door.events[0]).toMatchObject({
      kind: 'feedback',
      message: 'it froze',
      attributes: { feedback: { email: 'a@b.example' } },
      detail: { screenshot },
    })
  })
})
