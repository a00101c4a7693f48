import { readdirSync, readFileSync } from 'node:fs'
import { type Event, type Level, unixMicros, unixMs } from '@heartwood/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLogs } from '../../features/logs/service.ts'
import { createTestStore, type TestStore } from '../../query/testing/test-events.ts'
import { withAttributes } from '../../store/events/block/testing/sample-events.ts'
import { createDeviceLogins } from './device-logins.ts'
import { TIMBERLOGS_LEVELS } from './log.ts'
import { createTimberlogsReading } from './reading.ts'
import { registerTimberlogs } from './routes.ts'

const DAY = 86_400_000
const MIDNIGHT = Date.UTC(2026, 0, 2)
const NOW = MIDNIGHT + 13 * 3_600_000 + 5
const at = (ms: number) => unixMicros(ms * 1000)

const log = (ms: number, message: string, over: Partial<Event> = {}): Event =>
  withAttributes(
    {},
    { timestamp: at(ms), retentionDays: 3_650, message, level: 'info', service: 'api', environment: 'production', dataset: 'default', ...over },
  )

const step = (index: number, ms: number, level: Level = 'info'): Event =>
  log(ms, `step ${index}`, { flowId: 'checkout-a1b2c3d4', stepIndex: index, service: 'checkout-api', level })

/** The command line tool refuses a whole page for one key that is not like this. */
const text = z.string().nullable()
const logSchema = z.strictObject({
  id: z.string(),
  timestamp: z.int(),
  level: z.enum(TIMBERLOGS_LEVELS),
  message: z.string(),
  source: text,
  environment: text,
  dataset: text,
  version: text,
  userId: text,
  sessionId: text,
  requestId: text,
  data: z.record(z.string(), z.unknown()).nullable(),
  errorName: text,
  errorStack: text,
  tags: z.array(z.string()).nullable(),
  country: text,
  ipAddress: text,
  flowId: text,
  stepIndex: z.int().nullable(),
})
const pagination = z.object({ limit: z.int(), offset: z.int(), count: z.int(), hasMore: z.boolean(), total: z.int().optional() })
const logsSchema = z.object({ logs: z.array(logSchema), pagination })

let test: TestStore
let app: FastifyInstance
let clock = NOW

beforeAll(async () => {
  test = await createTestStore()
  await test.load(1, [
    ...Array.from({ length: 30 }, (_, i) => log(MIDNIGHT + 1_000, `same time ${i}`, { userId: 'u1', level: i % 2 ? 'debug' : 'trace' })),
    step(2, MIDNIGHT + 5_000, 'fatal'),
    step(0, MIDNIGHT + 3_000),
    step(1, MIDNIGHT + 3_000),
    log(MIDNIGHT - DAY + 5, 'payment failed for 100%_x', { level: 'warn', dataset: 'billing' }),
    log(MIDNIGHT - 1, 'Payment refunded', { flowId: 'other-1', stepIndex: 0 }),
    withAttributes(
      { 'order.id': 'A-1', attempt: 2, ok: true, 'heartwood.clock': 'ahead' },
      log(MIDNIGHT + 9_000, 'boom', { level: 'error', detail: { stack: 'KeyError: x\n  at deep.place' } }),
    ),
  ])
  await test.load(2, [log(MIDNIGHT + 1, 'of another project', { flowId: 'checkout-a1b2c3d4' })])
  app = fastify()
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request) => {
    request.caller = { kind: 'local' }
  })
  await registerTimberlogs(app, {
    reading: createTimberlogsReading({ store: test.store, logs: createLogs({ store: test.store, now: () => unixMs(NOW) }), now: () => clock }),
    logins: createDeviceLogins(() => clock),
    createToken: async ({ projectId }) => ({ token: `token of ${projectId}`, projectName: 'Acme' }),
    resolveProject: () => ({ id: 1, name: 'Acme' }),
    publicUrl: () => 'https://heartwood.example/',
  })
})
afterAll(async () => {
  await app?.close()
  await test?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
async function get(path: string): Promise<{ status: number; body: any }> {
  const answer = await app.inject({ url: path })
  return { status: answer.statusCode, body: answer.json() }
}
const messages = async (path: string): Promise<string[]> => (await get(path)).body.logs.map((one: { message: string }) => one.message)

it('answers what the command line tool was recorded to ask, in shapes that it takes', async () => {
  const wire = new URL('../../../../../fixtures/wire/timberlogs/', import.meta.url)
  for (const file of readdirSync(wire).filter((name) => name.startsWith('cli-'))) {
    const { request } = JSON.parse(readFileSync(new URL(file, wire), 'utf8'))
    if (request.method !== 'GET') continue
    const { status, body } = await get(`${request.path}?${request.query_string ?? ''}`)
    expect([file, status]).toEqual([file, 200])
    if (request.path.startsWith('/v1/logs')) logsSchema.parse(body)
  }
})

describe('GET /v1/logs', () => {
  it('has the newest first, of equal times the later entry, page by page', async () => {
    const first = (await get('/v1/logs?limit=20')).body
    const second = (await get('/v1/logs?limit=20&offset=20')).body
    expect([first.pagination, second.pagination]).toEqual([
      { limit: 20, offset: 0, count: 20, hasMore: true },
      { limit: 20, offset: 20, count: 16, hasMore: false },
    ])
    const all = [...first.logs, ...second.logs].map((one: { message: string }) => one.message)
    expect(all.slice(0, 3)).toEqual(['boom', 'step 2', 'step 1'])
    expect(all.slice(4, 34)).toEqual(Array.from({ length: 30 }, (_, i) => `same time ${29 - i}`))
  })

  it('has a flow in the order of its steps', async () => {
    expect(await messages('/v1/logs?flowId=checkout-a1b2c3d4&limit=1000')).toEqual(['step 0', 'step 1', 'step 2'])
  })

  it('filters by each parameter, levels by the four of the protocol', async () => {
    expect(await messages('/v1/logs?level=error')).toEqual(['boom', 'step 2'])
    expect(await messages('/v1/logs?level=debug&userId=u1')).toHaveLength(30)
    expect(await messages('/v1/logs?dataset=billing')).toEqual(['payment failed for 100%_x'])
    expect(await messages(`/v1/logs?from=${MIDNIGHT - 1}&to=${MIDNIGHT + 999}`)).toEqual(['Payment refunded'])
    expect(await messages('/v1/logs?source=API')).toEqual([])
  })

  it.each(['limit=0', 'limit=-1&offset=x', 'limit=1e9', 'from=-5&to=1e30', 'offset=1e18', 'level=loud', 'limit=1&limit=2', 'unknown=1'])(
    'refuses nothing: %s',
    async (query) => {
      const { status, body } = await get(`/v1/logs?${query}`)
      expect(status).toBe(200)
      logsSchema.parse(body)
    },
  )

  it.each(['from=garbage', 'to=NaN', 'from=2026-13-01', 'flowId=x&to=-1h'])('says which bound of time it cannot read: %s', async (query) => {
    for (const path of ['/v1/logs?', '/v1/flows?', '/v1/logs/search?q=payment&']) {
      const { status, body } = await get(`${path}${query}`)
      expect(status).toBe(400)
      expect(body).toEqual({ error: 'Validation error', issues: [{ path: [expect.stringMatching(/^(?:from|to)$/)], message: expect.any(String) }] })
    }
  })

  it('takes dates and times as well as milliseconds', async () => {
    const [from, to] = [new Date(MIDNIGHT - 1).toISOString(), new Date(MIDNIGHT + 999).toISOString()]
    expect(await messages(`/v1/logs?from=${from}&to=${to}`)).toEqual(['Payment refunded'])
    expect(await messages('/v1/logs?to=1999-01-01')).toEqual([])
  })

  it.each(['PUT /v1/logs', 'GET /v1/nothing', 'DELETE /v1/flows/x'])('answers %s, which nothing takes, with a text', async (line) => {
    const [method, url] = line.split(' ') as ['PUT', string]
    const answer = await app.inject({ method, url })
    expect([answer.statusCode, answer.json()]).toEqual([404, { error: `There is nothing at ${line}.` }])
  })

  it('gives one log by its id', async () => {
    const [found] = (await get('/v1/logs?limit=1')).body.logs
    expect((await get(`/v1/logs/${found.id}`)).body).toEqual({ log: found })
    expect(found).toMatchObject({ data: { 'order.id': 'A-1', attempt: 2, ok: true }, errorStack: 'KeyError: x\n  at deep.place' })
    for (const id of ['nope', '00000000-0000-7000-8000-000000000000']) {
      expect(await get(`/v1/logs/${id}`)).toEqual({ status: 404, body: { error: 'Log not found' } })
    }
  })
})

describe('GET /v1/logs/search', () => {
  const search = (q: string, more = '') => messages(`/v1/logs/search?q=${encodeURIComponent(q)}${more}`)

  it('finds terms anywhere in the message, whatever their case', async () => {
    expect(await search('payment')).toEqual(['Payment refunded', 'payment failed for 100%_x'])
    expect(await search('aymen FAIL')).toEqual(['payment failed for 100%_x'])
    expect(await search('"payment failed"')).toEqual(['payment failed for 100%_x'])
    expect(await search('refunded OR boom')).toEqual(['boom', 'Payment refunded'])
    expect(await search('payment -refund')).toEqual(['payment failed for 100%_x'])
    expect(await search('%_')).toEqual(['payment failed for 100%_x'])
  })

  it('looks into the fields that are named', async () => {
    expect(await search('deep.place')).toEqual([])
    expect(await search('deep.place', '&fields=message,errorStack')).toEqual(['boom'])
    expect(await search('a-1', '&fields=data')).toEqual(['boom'])
    expect(await search('attempt":2', '&fields=data,nothing')).toEqual(['boom'])
    expect(await search('ahead', '&fields=data')).toEqual([])
  })

  it('says how it understood the query', async () => {
    const { body } = await get('/v1/logs/search?q=%22payment+failed%22+-x')
    expect(body.query).toEqual({
      raw: '"payment failed" -x',
      parsed: { required: [], phrases: ['payment failed'], excluded: ['x'], optional: [] },
      fields: ['message'],
    })
    expect(body.pagination).toMatchObject({ limit: 50, offset: 0, hasMore: false })
  })

  it('wants two characters', async () => {
    for (const q of ['', 'a', '%20a%20']) {
      expect(await get(`/v1/logs/search?q=${q}`)).toEqual({ status: 400, body: { error: 'Search query must be at least 2 characters' } })
    }
  })
})

it('lists flows by when they were last seen, each with the source of its first step', async () => {
  const { body } = await get('/v1/flows?limit=20')
  expect(body).toEqual({
    flows: [
      { flowId: 'checkout-a1b2c3d4', name: 'checkout', source: 'checkout-api', logCount: 3, firstSeen: MIDNIGHT + 3_000, lastSeen: MIDNIGHT + 5_000 },
      { flowId: 'other-1', name: 'other', source: 'api', logCount: 1, firstSeen: MIDNIGHT - 1, lastSeen: MIDNIGHT - 1 },
    ],
    pagination: { limit: 20, offset: 0, count: 2, hasMore: false, total: 2 },
  })
  // Seen last within the time, and counted whole.
  expect((await get(`/v1/flows?from=${MIDNIGHT + 4_000}&limit=1`)).body.flows).toMatchObject([{ logCount: 3 }])
  expect((await get(`/v1/flows?to=${MIDNIGHT + 4_000}`)).body.flows).toMatchObject([{ flowId: 'other-1' }])
  expect((await get('/v1/flows?source=api&limit=1')).body).toMatchObject({ flows: [{ flowId: 'other-1' }], pagination: { total: 1, hasMore: false } })
  expect((await get('/v1/flows?limit=1')).body.pagination).toMatchObject({ hasMore: true, total: 2 })
})

describe('GET /v1/stats', () => {
  const counts = { debug: 30, info: 2, warn: 0, error: 2, total: 34 }

  it('counts by day, newest first, from the rollup and (for a dataset) from the logs', async () => {
    const { body } = await get('/v1/stats?from=2026-01-01&to=2026-01-02')
    expect(body).toEqual({
      stats: [
        { date: '2026-01-02', ...counts },
        { date: '2026-01-01', debug: 0, info: 1, warn: 1, error: 0, total: 2 },
      ],
      totals: { debug: 30, info: 3, warn: 1, error: 2, total: 36 },
      period: { from: '2026-01-01', to: '2026-01-02', groupBy: 'day' },
    })
    expect((await get('/v1/stats?dataset=billing')).body).toMatchObject({
      stats: [{ date: '2026-01-01', warn: 1, total: 1 }],
      period: { from: '2025-12-27', to: '2026-01-02' },
    })
  })

  it('counts by hour and by source', async () => {
    expect((await get('/v1/stats?groupBy=hour')).body.stats).toEqual([
      { date: '2026-01-02', hour: 0, ...counts },
      { date: '2026-01-01', hour: 23, debug: 0, info: 1, warn: 0, error: 0, total: 1 },
      { date: '2026-01-01', hour: 0, debug: 0, info: 0, warn: 1, error: 0, total: 1 },
    ])
    const bySource = (await get('/v1/stats?groupBy=source&environment=production')).body.stats
    expect(bySource.map((row: { source: string; total: number }) => [row.source, row.total])).toEqual([
      ['api', 33],
      ['checkout-api', 3],
    ])
    expect((await get('/v1/stats?groupBy=level')).status).toBe(400)
    expect((await get('/v1/stats?from=yesterday&to=')).body.period).toEqual({ from: '2025-12-27', to: '2026-01-02', groupBy: 'day' })
  })

  it('compares today with yesterday', async () => {
    expect((await get('/v1/stats/summary')).body).toEqual({ today: counts, comparison: { yesterdayTotal: 2, changePercent: 1600, trend: 'up' } })
    clock = NOW + DAY
    expect((await get('/v1/stats/summary')).body.comparison).toEqual({ yesterdayTotal: 34, changePercent: -100, trend: 'down' })
    clock = NOW + 9 * DAY
    expect((await get('/v1/stats/summary')).body).toMatchObject({ today: { total: 0 }, comparison: { changePercent: 0, trend: 'stable' } })
    clock = NOW
  })
})

describe('the login of the command line tool', () => {
  // biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
  const post = async (path: string, payload = ''): Promise<{ status: number; body: any }> => {
    const answer = await app.inject({ method: 'POST', url: `/v1/auth/device${path}`, headers: { 'content-type': 'application/json' }, payload })
    return { status: answer.statusCode, body: answer.json() }
  }

  it('begins with an empty body, and waits for a person', async () => {
    const { status, body } = await post('')
    expect([status, body.verification_uri]).toEqual([200, 'https://heartwood.example/device'])
    expect(body.user_code).toMatch(/^[A-Z]{4}-\d{4}$/)
    expect(await post('/token', JSON.stringify({ device_code: body.device_code }))).toEqual({ status: 400, body: { error: 'authorization_pending' } })
  })

  it.each(['', '{}', '{"device_code":7}', '[', '{"device_code":"x"}'])('knows no code in %j', async (payload) => {
    expect(await post('/token', payload)).toMatchObject({ status: 400, body: { error: 'expired_token' } })
  })
})
