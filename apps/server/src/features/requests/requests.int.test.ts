import { type Event, unixMicros, unixMs } from '@heartwood/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestStore, type TestStore } from '../../query/testing/test-events.ts'
import { sampleEvent } from '../../store/events/block/testing/sample-events.ts'
import { createRequests, type Requests } from './service.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const FILTER = { q: '', from: '-1h', to: 'now' }

let test: TestStore
let requests: Requests
const request = (beforeMs: number, parts: Partial<Event>): Event =>
  sampleEvent({ kind: 'request', timestamp: unixMicros((NOW - beforeMs) * 1000), service: 'api', method: 'GET', level: 'info', ...parts })

beforeAll(async () => {
  test = await createTestStore()
  requests = createRequests({ store: test.store, now: () => unixMs(NOW) })
  await test.load(1, [
    ...Array.from({ length: 100 }, (_, index) =>
      request(index * 30_000 + 1, {
        route: '/users/:id',
        path: `/users/${index}`,
        status: index < 10 ? 500 : index < 30 ? 404 : 200,
        durationMs: (index + 1) * 20,
      }),
    ),
    request(1_000, { path: '/no-route', status: 0, level: 'error', durationMs: Number.NaN, method: 'POST' }),
    request(1_000, { kind: 'log', route: '/users/:id', status: 200, durationMs: 5 }),
  ])
})
afterAll(() => test?.close())

it('gives rate, errors, durations and apdex by service, method and route; a path stands in for a missing route', async () => {
  const { routes, partial } = await requests.routes(1, { ...FILTER, apdexMs: 500, limit: 10 })
  expect(partial).toBeNull()
  const [users, other] = routes
  expect(users).toMatchObject({
    service: 'api',
    method: 'GET',
    route: '/users/:id',
    count: 100,
    ok: 70,
    clientErrors: 20,
    serverErrors: 10,
    errorShare: 0.1,
  })
  expect(users?.perMinute).toBeCloseTo(100 / 60)
  expect(users?.p50Ms).toBeGreaterThan(980)
  expect(users?.p50Ms).toBeLessThan(1_040)
  expect(users?.p99Ms).toBeGreaterThan(1_900)
  // Of 25 within 500 ms ten are server errors; 75 more are within 2 s.
  expect(users?.apdex).toBeCloseTo((15 + 75 / 2) / 100)
  expect(other).toMatchObject({ method: 'POST', route: '/no-route', count: 1, serverErrors: 1, p50Ms: null, apdex: null })
})

it('draws requests over time, whole and for one route', async () => {
  const { total, buckets, statuses, intervalMs } = await requests.chart(1, { ...FILTER, buckets: 60 })
  expect(intervalMs).toBe(60_000)
  expect(total).toMatchObject({ count: 101, serverErrors: 11 })
  expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(101)
  expect(statuses).toEqual([
    { status: 200, count: 70 },
    { status: 404, count: 20 },
    { status: 500, count: 10 },
    { status: 0, count: 1 },
  ])
  const one = await requests.chart(1, { ...FILTER, buckets: 60, method: 'POST', route: '/no-route' })
  expect(one.total.count).toBe(1)
  expect((await requests.chart(1, { ...FILTER, q: 'status:404', buckets: 10 })).total.count).toBe(20)
  expect((await requests.chart(2, { ...FILTER, buckets: 10 })).total).toMatchObject({ count: 0, p50Ms: null })
})

it('finds the slowest', async () => {
  const { events } = await requests.slowest(1, { ...FILTER, limit: 3 })
  expect(events.map((event) => event.request?.durationMs)).toEqual([2_000, 1_980, 1_960])
})
