import type { Event } from '@heartwood/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withAttributes } from '../../store/events/block/testing/sample-events.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { createLogs } from './service.ts'
import { at, createLogsFixture, EVENTS, type LogsFixture, NOW, RANGE } from './testing/logs-fixture.ts'

let fixture: LogsFixture
let store: EventStore
beforeAll(async () => {
  fixture = await createLogsFixture()
  store = fixture.test.store
})
afterAll(() => fixture?.close())
const call: LogsFixture['call'] = (path, query) => fixture.call(path, query)
const expected = (q: string): string[] => fixture.expected(q)

describe('GET /api/histogram', () => {
  it.each(['', 'level:>=warn', 'service:api -level:error', 'quorvexil', 'shard:3'])(
    'counts every event that matches %s once, empty buckets included',
    async (q) => {
      const ranges = [
        RANGE,
        { from: '2026-11-20T01:00:00.000005Z', to: '2026-11-20T22:59:30.5Z' },
        { from: '2026-11-20T04:00:00Z', to: '2026-11-20T04:00:10Z' },
      ]
      for (const range of ranges) {
        const [from, to] = [Date.parse(range.from) * 1000 + (range.from.includes('000005') ? 5 : 0), Date.parse(range.to) * 1000]
        const { body } = await call('/api/histogram', { q, ...range, buckets: 48 })
        const matching = expected(q)
          .map((id) => EVENTS[fixture.ids.indexOf(id)] as Event)
          .filter(({ timestamp }) => timestamp >= from && timestamp < to)
        expect(body.total).toBe(matching.length)
        expect(body.buckets.length).toBeLessThanOrEqual(48)
        for (const [i, bucket] of body.buckets.entries()) {
          const start = Date.parse(bucket.from) * 1000
          const inside = matching.filter(({ timestamp }) => timestamp >= start && timestamp < start + body.intervalMs * 1000)
          expect(bucket.count).toBe(inside.length)
          expect(bucket.byLevel.error ?? 0).toBe(inside.filter(({ level }) => level === 'error').length)
          if (i > 0) expect(start).toBe(Date.parse(body.buckets[i - 1].from) * 1000 + body.intervalMs * 1000)
        }
        expect(Date.parse(body.buckets[0].from) * 1000).toBeLessThanOrEqual(from)
        expect(Date.parse(body.buckets.at(-1).from) * 1000 + body.intervalMs * 1000).toBeGreaterThanOrEqual(to)
      }
    },
  )
})

describe('fields, facets and values', () => {
  it('counts the values of columns, tags and attributes among what matches', async () => {
    const { body } = await call('/api/facets', { q: 'level:error', fields: 'level,service,host,tags,shard,status,missing', limit: 3 })
    const matching = expected('level:error').map((id) => EVENTS[fixture.ids.indexOf(id)] as Event)
    const facet = (name: string) => body.facets.find(({ field }: { field: string }) => field === name).values
    expect(facet('level')).toEqual([{ value: 'error', count: matching.length }])
    expect(facet('service')).toEqual([{ value: 'api', count: matching.filter(({ service }) => service === 'api').length }])
    expect(facet('tags').map(({ value }: { value: string }) => value)).toEqual(['even', 'four'])
    expect(facet('shard')).toHaveLength(3)
    expect(facet('missing')).toEqual([])
    const whole = (await call('/api/facets', { fields: 'service,environment' })).body.facets
    expect(whole[0].values).toContainEqual({ value: 'rare', count: 30 })
    expect(whole[1].values).toEqual([
      { value: 'production', count: 2400 },
      { value: 'staging', count: 600 },
    ])
  })

  it('counts all that matches by one column and level, what has no value too', async () => {
    const { body } = await call('/api/counts', { by: 'environment' })
    const total = (rows: { total: number }[]) => rows.reduce((sum, row) => sum + row.total, 0)
    expect(body.rows.map(({ value, total }: { value: string; total: number }) => [value, total])).toEqual([
      ['production', 2400],
      ['staging', 600],
    ])
    const errors = EVENTS.filter(({ environment, level }) => environment === 'staging' && level === 'error').length
    expect(body.rows[1].byLevel.error ?? 0).toBe(errors)
    for (const [by, q] of [
      ['host', ''],
      ['service', 'level:error'],
      ['service', 'level:error shard:1'],
    ] as const) {
      const answer = await call('/api/counts', { by, q })
      expect(total(answer.body.rows), `${by} ${q}`).toBe(expected(q).length)
    }
    expect((await call('/api/counts', { by: 'release' })).body.rows).toMatchObject([{ value: null, total: EVENTS.length }])
    expect((await call('/api/counts', { by: 'environment', limit: 1 })).body).toMatchObject({ rows: [{ value: 'production' }], hasMore: true })
    expect((await call('/api/counts', { by: 'message' })).status).toBe(400)
  })

  it('counts what events stand for: by their sample rate, with repeats that were held back', async () => {
    const logs = createLogs({ store, now: () => NOW })
    const sampled = [{ sample_rate: 0.1 }, { sample_rate: 0.1, 'heartwood.occurrences': 3 }, { sample_rate: 40 }, {}]
    await fixture.test.load(
      7,
      sampled.map((attributes) => withAttributes(attributes, { timestamp: at(60_000), level: 'info', service: 'api' })),
    )
    const ask = { q: '', ...RANGE, by: 'service', limit: 10 }
    expect((await logs.counts(7, { ...ask, count: 'events' })).rows).toEqual([{ value: 'api', total: 4, byLevel: { info: 4 } }])
    expect((await logs.counts(7, { ...ask, count: 'occurrences' })).rows).toEqual([{ value: 'api', total: 42, byLevel: { info: 42 } }])
    expect((await logs.histogram(7, { q: '', ...RANGE, buckets: 24, count: 'occurrences' })).total).toBe(42)
  })

  it('goes on counting when one event claims to stand for more than can be', async () => {
    const logs = createLogs({ store, now: () => NOW })
    const claims = [{ sample_rate: 1e-300 }, { sample_rate: '-inf' }, { sample_rate: 'nan' }, { 'heartwood.occurrences': '18446744073709551615' }, {}]
    await fixture.test.load(
      8,
      claims.map((attributes) => withAttributes(attributes, { timestamp: at(60_000), level: 'info' })),
    )
    const ask = { q: '', ...RANGE, by: 'level', limit: 10, count: 'occurrences' } as const
    expect((await logs.counts(8, ask)).rows).toMatchObject([{ total: 1e9 + 4, byLevel: { info: 1e9 + 4 } }])
    expect((await logs.histogram(8, { ...ask, buckets: 24 })).total).toBe(1e9 + 4)
  })

  it('lists columns and the attributes that were seen, with their types', async () => {
    const { body } = await call('/api/fields')
    const field = (name: string) => body.fields.find((one: { name: string }) => one.name === name)
    expect(field('level')).toEqual({ name: 'level', type: 'level', column: true, count: 3000 })
    expect(field('status')).toEqual({ name: 'status', type: 'number', column: true, count: 300 })
    expect(field('shard')).toEqual({ name: 'shard', type: 'number', column: false, count: 3000 })
    expect(field('nested.hit')).toMatchObject({ type: 'boolean' })
    expect(field('order.id')).toMatchObject({ type: 'text' })
    expect((await call('/api/fields', { q: 'nothingatall' })).body.fields.every(({ column }: { column: boolean }) => column)).toBe(true)
  })

  it('completes values by any part of them', async () => {
    expect((await call('/api/values', { field: 'order.id', contains: 'a-9', limit: 200 })).body.values).toHaveLength(11)
    expect((await call('/api/values', { field: 'service', contains: 'AR' })).body.values).toEqual([{ value: 'rare', count: 30 }])
    expect((await call('/api/values', { field: "it's`\\" })).body.values).toEqual([])
  })
})

describe('GET /api/events/:id', () => {
  it('gives the whole event, with its time or without', async () => {
    const [id, event] = [fixture.ids[42] ?? '', EVENTS[42] as Event]
    const sent = eventToJson(event, id)
    expect((await call(`/api/events/${id}`, { timestamp: sent.timestamp })).body).toEqual(sent)
    expect((await call(`/api/events/${id}`)).body).toEqual(sent)
  })

  it('knows no event of another project', async () => {
    const response = await call(`/api/events/${fixture.ids[42]}`, { project: 'other' })
    expect(response).toMatchObject({ status: 404, body: { error: { code: 'event-not-found' } } })
  })
})

describe('budgets', () => {
  it('stops a scan at its limits and says so', async () => {
    const rows = createLogs({ store, now: () => NOW, budget: { timeMs: 10_000, memoryBytes: 2 ** 28, rowsToRead: 1_000 } })
    const scan = { q: '/(request|payment) \\d+ (undone|unknown)/', ...RANGE, limit: 100, order: 'desc' } as const
    expect((await rows.search(1, scan)).partial).toMatchObject({ reason: 'rows' })
    expect((await rows.histogram(1, { ...scan, buckets: 10, count: 'events' })).partial).toMatchObject({ reason: 'rows' })
    const memory = createLogs({ store, now: () => NOW, budget: { timeMs: 10_000, memoryBytes: 10_000, rowsToRead: 1e9 } })
    expect((await memory.facets(1, { ...scan, q: '', fields: 'n,order.id', limit: 10 })).partial).toMatchObject({ reason: 'memory' })
  })

  it('ends the statement when the caller leaves', async () => {
    const logs = createLogs({ store, now: () => NOW })
    const controller = new AbortController()
    controller.abort()
    await expect(logs.search(1, { q: 'done', ...RANGE, limit: 10, order: 'desc' }, controller.signal)).rejects.toMatchObject({
      code: 'request-cancelled',
    })
  })
})

describe('any text', () => {
  it('is answered with results or with the place of the mistake, never with a failure', async () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc
        .array(
          fc.constantFrom(
            '"',
            "'",
            '\\',
            '(',
            ')',
            '/',
            '*',
            ':',
            'level:',
            'k:',
            '-',
            '!',
            ' OR ',
            ' AND ',
            '>',
            '..',
            '%',
            '_',
            '\u0000',
            '\ud800',
            '--',
            '/*',
            ';',
            '{',
            'x',
            '1',
            '[',
            ']',
            '{9}',
            '(?',
          ),
          { maxLength: 14 },
        )
        .map((parts) => parts.join('')),
      fc.constantFrom(
        "'; DROP TABLE events; --",
        "k:') OR 1=1 --",
        '\\',
        '\\\\',
        "\\'",
        "k:\\'",
        'a'.repeat(9_000),
        '('.repeat(500),
        '-'.repeat(400),
        `${'!'.repeat(400)}a`,
        'a '.repeat(4_000),
        '*'.repeat(100),
        '/(a{1000}){1000}/',
        '/((((a*)*)*)*)*$/',
        '/\\p{L}{1000}/',
        `k:${'9'.repeat(400)}`,
        'status:>1e308',
        'duration:>1e300h',
        'timestamp:>9999-12-31',
        'constructor',
        '__proto__:x',
        'toString:*',
        `"${'x'.repeat(300)}":y`,
        'id:00000000-0000-0000-0000-000000000000',
      ),
    )
    await fc.assert(
      fc.asyncProperty(hostile, fc.constantFrom('search', 'histogram', 'facets'), async (q, route) => {
        const { status, body } = await call(`/api/${route}`, { q, ...(route === 'facets' ? { fields: q.slice(0, 100) } : {}) })
        if (status !== 200) expect({ status, code: body.error.code }, q).toMatchObject({ status: 400 })
        if (body.error?.code === 'query-invalid') {
          expect(body.error.details.column).toBeLessThanOrEqual(q.length + 1)
          expect(body.error.details.hint).not.toBe('')
        }
      }),
      { numRuns: Number(process.env.HEARTWOOD_SEARCH_RUNS ?? 250) },
    )
    const { rows } = await store.query<{ n: number }>('SELECT count() AS n FROM events', {
      budget: { timeMs: 5_000, memoryBytes: 1e9, rowsToRead: 1e9 },
    })
    expect(rows[0]?.n).toBeGreaterThan(3_000)
  })
})
