import { type Event, unixMicros, unixMs } from '@heartwood/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAttemptLimits } from '../../auth/attempt-limits.ts'
import { createTestServer, type TestServer } from '../../auth/testing/test-server.ts'
import { createIssues } from '../../features/issues/service.ts'
import { createLogs } from '../../features/logs/service.ts'
import { createKeys } from '../../features/projects/keys.ts'
import { createProjects } from '../../features/projects/projects.ts'
import { createTestStore, type TestStore } from '../../query/testing/test-events.ts'
import { withAttributes } from '../../store/events/block/testing/sample-events.ts'
import { createTraceHubReading } from './reading.ts'
import { registerTraceHub } from './routes.ts'
import { createSignIn } from './sign-in.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const HOUR = 3_600_000
const OWNER = { email: 'ada@shop.example', password: 'correct horse battery' }

let test: TestStore
let server: TestServer
let clock = NOW
let token = ''
let guarded: { method: string; url: string }[] = []

const log = (beforeMs: number, parts: Partial<Event> = {}, attributes: object = {}): Event =>
  withAttributes(
    { module: 'api', 'process.pid': 7, thread: 'MainThread', sdk: '1.2.0', ...attributes },
    { level: 'info', service: 'shop', environment: 'production', message: 'm', timestamp: unixMicros((NOW - beforeMs) * 1000), ...parts },
  )

async function call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown, bearer = token) {
  const headers = {
    ...(bearer === '' ? {} : { authorization: `Bearer ${bearer}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const answer = await server.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: JSON.stringify(body) }) })
  // biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
  return { status: answer.statusCode, body: (answer.body === '' ? undefined : answer.json()) as any }
}

beforeAll(async () => {
  test = await createTestStore()
  const { store } = test
  server = await createTestServer({
    register: (app, { directory, people, authenticator }, meta) => {
      app.addHook('onRoute', ({ method, url }) => {
        for (const name of [method].flat()) if (/^\/(?:auth|api\/v1)\//.test(url)) guarded.push({ method: name, url })
      })
      void app.register((scope) =>
        registerTraceHub(scope, {
          signIn: createSignIn({ people, tokens: meta.bearerTokens, now: () => clock }),
          limits: createAttemptLimits(),
          directory,
          people,
          profiles: meta.people,
          issues: createIssues({ store, issues: meta.issues, now: () => unixMs(clock) }),
          projects: createProjects({ meta, directory, events: store, checkPattern: () => undefined }),
          keys: createKeys({ meta, directory, authenticator }),
          reading: createTraceHubReading({ store, logs: createLogs({ store, now: () => unixMs(clock) }) }),
        }),
      )
    },
  })
  await server.auth.people.ensureOwner({ ...OWNER, name: 'Ada' })
  guarded = guarded.filter(({ method, url }) => method !== 'HEAD' && !/\/auth\/(?:login|refresh|signup)/.test(url))
  const stack = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: x'
  await test.load(1, [
    log(3 * HOUR, { traceId: '0190aaaa-0000-7000-8000-000000000001', level: 'trace' }, { extra: { module: 'mine' }, order: { id: 'A-1' } }),
    log(2 * HOUR, { traceId: '0190aaaa000070008000000000000001', service: 'bank', message: 'Payment timed out' }, { module: 'db' }),
    log(HOUR, { level: 'error', issueId: 'i1', message: 'bad', detail: { stack } }, { 'error.type': 'ValueError', 'error.message': 'x' }),
    log(HOUR / 2, { level: 'fatal', issueId: 'i2', message: 'worse' }),
    log(HOUR / 2, { kind: 'request', message: 'GET /' }),
  ])
})
afterAll(async () => {
  await server?.close()
  await test?.close()
})

describe('signing in', () => {
  it('gives tokens for the password, new ones for the longer of them, and says who they are of', async () => {
    const { status, body } = await call('POST', '/auth/login', OWNER, '')
    expect([status, body.token_type]).toEqual([200, 'bearer'])
    const again = await call('POST', '/auth/refresh', { refresh_token: body.refresh_token }, '')
    expect([again.status, again.body.access_token === body.access_token]).toEqual([200, false])
    token = again.body.access_token
    expect((await call('GET', '/auth/me')).body).toMatchObject({ email: OWNER.email, full_name: 'Ada', role: 'ADMIN', is_active: true, skills: [] })
    expect(await call('POST', '/auth/refresh', { refresh_token: token }, '')).toMatchObject({ status: 401, body: { detail: 'Not a refresh token' } })
    expect((await call('GET', '/auth/me', undefined, body.refresh_token)).status).toBe(401)
  })

  it('keeps what a person is good at, each once', async () => {
    expect(await call('PUT', '/auth/me/skills', { skills: [' Go ', 'SQL', 'Go', ''] })).toEqual({ status: 200, body: { skills: ['Go', 'SQL'] } })
    expect((await call('GET', '/auth/me')).body.skills).toEqual(['Go', 'SQL'])
    expect((await call('PUT', '/auth/me/skills', { skills: 'Go' })).body).toMatchObject({ detail: [{ loc: ['body', 'skills'] }] })
    expect((await call('PUT', '/auth/me/skills', { skills: [] })).body).toEqual({ skills: [] })
    expect((await call('GET', '/auth/me')).body.skills).toEqual([])
  })

  it('refuses wrong passwords in their words', async () => {
    const answer = await call('POST', '/auth/login', { ...OWNER, password: 'wrong' }, '')
    expect(answer).toEqual({ status: 401, body: { detail: 'Invalid credentials' } })
    const missing = await call('POST', '/auth/login', { email: 'a' }, '')
    expect(missing).toEqual({ status: 422, body: { detail: [{ type: 'missing', loc: ['body', 'password'], msg: 'Field required' }] } })
  })

  it('lets nobody in without a token, with one that is none, or with one that ran out', async () => {
    expect(guarded.length).toBeGreaterThan(15)
    for (const { method, url } of guarded) {
      const [bare, wrong] = [await call(method as 'GET', url, undefined, ''), await call(method as 'GET', url, undefined, 'wrong')]
      expect([url, bare.status, wrong.status]).toEqual([url, 401, 401])
    }
    clock = NOW + 61 * 60_000
    expect((await call('GET', '/auth/me')).status).toBe(401)
    clock = NOW
  })
})

describe('projects and keys', () => {
  it('are made, listed and shown', async () => {
    const made = await call('POST', '/api/v1/projects', { name: 'Shop' })
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ id: '1', name: 'Shop', status: 'APPROVED', team_id: null })])
    const key = await call('POST', '/api/v1/projects/1/api-keys', { label: 'billing' })
    expect([key.status, key.body.api_key]).toEqual([201, expect.stringMatching(/^th_[0-9a-f]{64}$/)])
    const [listed] = (await call('GET', '/api/v1/projects/1/api-keys')).body
    expect(listed).toMatchObject({ id: key.body.id, label: 'billing', is_active: true })
    expect(key.body.api_key).not.toBe(listed.api_key)
    const { body } = await call('GET', '/api/v1/projects/1')
    expect(body).toMatchObject({ name: 'Shop', api_key_count: 1, logs_summary: { total_logs: 4, error_count: 1, fatal_count: 1 } })
    expect(body.logs_summary.latest_log_at).toBe('2026-11-21T11:30:00.000Z')
    expect((await call('DELETE', `/api/v1/api-keys/${key.body.id}`)).status).toBe(204)
    expect((await call('GET', '/api/v1/projects')).body).toHaveLength(1)
    expect(await call('GET', '/api/v1/projects/9')).toEqual({ status: 404, body: { detail: 'Project not found' } })
  })
})

describe('logs', () => {
  const messages = async (query: string) =>
    (await call('GET', `/api/v1/logs?project_id=1&${query}`)).body.items.map((item: { message: string }) => item.message)

  it('are given newest first, a page at a time, as they were sent', async () => {
    const { body } = await call('GET', '/api/v1/logs?project_id=1&per_page=2&page=2')
    expect([body.total, body.page, body.per_page, body.items.length]).toEqual([4, 2, 2, 2])
    expect(body.items[1]).toMatchObject({
      project_id: '1',
      level: 'DEBUG',
      module: 'api',
      pid: 7,
      thread_id: 'MainThread',
      sdk_version: '1.2.0',
      error_type: null,
      extra: { order: { id: 'A-1' }, module: 'mine' },
    })
    const one = await call('GET', `/api/v1/logs/${body.items[1].id}`)
    expect(one.body).toEqual(body.items[1])
    expect((await call('GET', '/api/v1/logs/nonsense')).body).toEqual({ detail: 'Log not found' })
  })

  it('are found by what they hold', async () => {
    expect(await messages('q=ayme')).toEqual(['Payment timed out'])
    expect(await messages('q=TIMED%20bank')).toEqual(['Payment timed out'])
    expect(await messages('q=A-1')).toEqual(['m'])
    expect(await messages('level=ERROR')).toEqual(['bad'])
    expect(await messages('module=db&service=bank')).toEqual(['Payment timed out'])
    expect(await messages('trace_id=0190aaaa-0000-7000-8000-000000000001')).toEqual(['Payment timed out', 'm'])
    expect(await messages('from_ts=2026-11-21T10:00:00&to_ts=2026-11-21T11:00:00%2B00:00')).toEqual(['Payment timed out'])
  })

  it('are refused for parameters that cannot be used', async () => {
    expect(await call('GET', '/api/v1/logs')).toEqual({
      status: 422,
      body: { detail: [{ type: 'missing', loc: ['query', 'project_id'], msg: 'Field required' }] },
    })
    for (const bad of ['page=0', 'per_page=201', 'per_page=x', 'level=LOUD', 'from_ts=soon']) {
      expect((await call('GET', `/api/v1/logs?project_id=1&${bad}`)).status).toBe(422)
    }
    expect(await call('GET', '/api/v1/logs?project_id=7')).toEqual({ status: 403, body: { detail: 'No access to this project' } })
  })
})

it('counts logs by level and time', async () => {
  expect((await call('GET', '/api/v1/stats/overview?project_id=1')).body).toEqual({
    total_logs: 4,
    total_errors: 2,
    open_issues: 2,
    active_services: 2,
  })
  const { items } = (await call('GET', '/api/v1/stats/severity?project_id=1')).body
  expect(items).toEqual(['DEBUG', 'ERROR', 'FATAL', 'INFO'].map((level) => ({ level, count: 1 })))
  expect((await call('GET', '/api/v1/stats/timeline?project_id=1&granularity=hour')).body).toEqual({
    granularity: 'hour',
    points: [
      { bucket: '2026-11-21T09:00:00.000Z', count: 1 },
      { bucket: '2026-11-21T10:00:00.000Z', count: 1 },
      { bucket: '2026-11-21T11:00:00.000Z', count: 2 },
    ],
  })
  const week = (await call('GET', '/api/v1/stats/timeline?project_id=1&granularity=week')).body
  expect(week.points).toEqual([{ bucket: '2026-11-16T00:00:00.000Z', count: 4 }])
  expect((await call('GET', '/api/v1/stats/timeline?project_id=1&granularity=year')).body.granularity).toBe('day')
})

it('lists issues, shows one, and takes what people say of it', async () => {
  const { body } = await call('GET', '/api/v1/issues?project_id=1')
  expect([body.total, body.items.map(({ title }: { title: string }) => title)]).toEqual([2, ['worse', 'ValueError: x']])
  const issue = body.items[1]
  expect(issue).toMatchObject({ status: 'OPEN', level: 'ERROR', event_count: 1, sample_stack: expect.stringContaining('Traceback'), assignees: [] })
  expect((await call('GET', '/api/v1/issues?project_id=1&level=FATAL')).body.total).toBe(1)
  const url = `/api/v1/issues/${issue.id}`
  expect((await call('PATCH', url, { status: 'RESOLVED' })).body).toEqual({ detail: 'updated' })
  expect((await call('PATCH', url, { status: 'DONE' })).status).toBe(422)
  const me = (await call('GET', '/auth/me')).body
  for (let round = 0; round < 2; round++) expect((await call('POST', `${url}/assign`, { user_id: me.id })).body).toEqual({ detail: 'assigned' })
  expect(await call('POST', `${url}/assign`, { user_id: 'nobody' })).toEqual({ status: 404, body: { detail: 'User not found' } })
  const one = (await call('GET', url)).body
  expect(one).toMatchObject({ status: 'RESOLVED', assignees: [{ id: me.id, email: OWNER.email, full_name: 'Ada' }], logs: [{ message: 'bad' }] })
  expect((await call('GET', '/api/v1/issues?project_id=1&status=RESOLVED')).body.total).toBe(1)
  expect(await call('GET', '/api/v1/issues/1-none')).toEqual({ status: 404, body: { detail: 'Issue not found' } })
  expect((await call('GET', '/api/v1/issues/nonsense')).status).toBe(404)
})
