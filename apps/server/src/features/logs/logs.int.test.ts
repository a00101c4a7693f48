import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Event, type EventJson, LEVELS, unixMicros, unixMs } from '@heartwood/protocol'
import fc from 'fast-check'
import { type FastifyInstance, fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../http/caller.ts'
import { registerErrors } from '../../http/errors.ts'
import { compileMatcher } from '../../query/match.ts'
import { parseQuery } from '../../query/parser.ts'
import { createTestStore, type TestStore } from '../../query/test-events.ts'
import { sampleEvent, withAttributes } from '../../store/events/block/sample-events.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { registerLogs } from './routes.ts'
import { createLogs, type SearchRequest } from './service.ts'
import { createTailHub, type TailHub } from './tail-hub.ts'

const START = Date.parse('2026-11-20T00:00:00Z')
const NOW = unixMs(START + 24 * 3_600_000)
const at = (ms: number, micros = 0) => unixMicros((START + ms) * 1000 + micros)
const RANGE = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' }

/** 3,000 events over a day: bursts with equal timestamps, quiet hours, one service that is rare. */
const EVENTS: Event[] = Array.from({ length: 3_000 }, (_, i) =>
  withAttributes(
    { n: i, 'order.id': `A-${i % 100}`, shard: i % 7, nested: { hit: i % 2 === 0 } },
    {
      timestamp: i % 3 === 0 ? at(Math.floor(i / 300) * 7_200_000) : at((i * 28_800) % 86_400_000, i % 1000),
      level: LEVELS[i % 50 === 0 ? 4 : (i % 3) + 1] ?? 'info',
      message: i % 500 === 7 ? `payment ${i} declined by quorvexil` : `request ${i} done for user_${String(i).padStart(6, '0')} in ${i % 97}ms`,
      service: i % 100 === 3 ? 'rare' : i % 2 === 0 ? 'api' : 'web',
      environment: i % 5 === 0 ? 'staging' : 'production',
      host: `web-${i % 4}`,
      kind: i % 10 === 0 ? 'request' : 'log',
      status: i % 10 === 0 ? 200 + ((i / 10) % 4) * 100 : 0,
      userId: `u_${i % 300}`,
      tags: i % 4 === 0 ? ['even', 'four'] : [],
      detail: i === 42 ? { stack: 'Error: x\n  at y' } : undefined,
    },
  ),
)

let test: TestStore
let store: EventStore
let app: FastifyInstance
let tails: TailHub
let ids: string[]
const caller: Caller = { kind: 'local' }
const projects = new Map([
  ['shop', 1],
  ['other', 2],
  ['paged', 3],
])
const resolveProject = (_: Caller, ref: string) => ({ id: projects.get(ref) ?? 99 })

beforeAll(async () => {
  test = await createTestStore()
  store = test.store
  ids = []
  for (let from = 0; from < EVENTS.length; from += 500) ids.push(...(await test.load(1, EVENTS.slice(from, from + 500))))
  await test.load(2, [sampleEvent({ timestamp: at(1_000), message: 'of another project' })])
  app = fastify()
  registerErrors(app)
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request) => {
    request.caller = caller
  })
  tails = createTailHub({ perProject: 2, all: 3, waiting: 5_000 })
  registerLogs(app, { logs: createLogs({ store, now: () => NOW }), tails, resolveProject, pingMs: 20 })
  await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await app?.close()
  await test?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
const call = async (path: string, query: Record<string, string | number> = {}): Promise<{ status: number; body: any }> => {
  const response = await app.inject({ url: path, query: { project: 'shop', ...RANGE, ...query } as Record<string, string> })
  return { status: response.statusCode, body: response.json() }
}

const order = (index: number): [number, number] => [EVENTS[index]?.timestamp ?? 0, index]
/** What a search should find, newest first, by a scan in plain TypeScript. */
const expected = (q: string): string[] => {
  const matches = compileMatcher(parseQuery(q))
  return EVENTS.map((event, index) => ({ event, index }))
    .filter(({ event }) => matches(event))
    .sort((a, b) => order(b.index)[0] - order(a.index)[0] || b.index - a.index)
    .map(({ index }) => ids[index] ?? '')
}

describe('GET /api/search', () => {
  it.each([
    '',
    'quorvexil',
    'level:error',
    'service:rare',
    'user:u_7',
    'order.id:A-7',
    'status:5xx',
    'shard:>5 nested.hit:true',
    '/in 9\\dms/',
    'tags:four -level:info',
  ])('gives the newest events for %s, in their order, as they were sent', async (q) => {
    const { status, body } = await call('/api/search', { q, limit: 50 })
    expect(status).toBe(200)
    expect(body.events.map(({ id }: EventJson) => id)).toEqual(expected(q).slice(0, 50))
    expect(body.partial).toBeNull()
    const [first] = body.events
    const { detail: _, ...sent } = eventToJson(EVENTS[ids.indexOf(first.id)] as Event, first.id)
    expect(first).toEqual(sent)
  })

  it('gives the oldest first when asked to', async () => {
    const { body } = await call('/api/search', { q: 'level:error', limit: 20, order: 'asc' })
    expect(body.events.map(({ id }: EventJson) => id)).toEqual(expected('level:error').reverse().slice(0, 20))
  })

  it('returns only the attributes that are asked for, or whole events', async () => {
    const few = (await call('/api/search', { q: 'n:42', fields: 'order.id,nested,host' })).body.events[0]
    expect(few).toMatchObject({ host: 'web-2', attributes: { 'order.id': 'A-42', nested: { hit: true } } })
    expect(few.attributes.n).toBeUndefined()
    expect(few.userId).toBeUndefined()
    const whole = (await call('/api/search', { q: 'n:42', fields: '*' })).body.events[0]
    expect(whole).toEqual(eventToJson(EVENTS[42] as Event, ids[42] ?? ''))
  })

  it('finds data that ended long before the range does', async () => {
    const { body } = await call('/api/search', { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z', limit: 5 })
    expect(body.events.map(({ id }: EventJson) => id)).toEqual(expected('').slice(0, 5))
  })

  it('says where a query is wrong', async () => {
    const { status, body } = await call('/api/search', { q: 'level:error AND "open' })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 'query-invalid', details: { column: 17, length: 5 } })
    expect(body.error.details.hint).toContain('"')
  })

  it('refuses times it cannot read, and ranges that run backwards', async () => {
    expect((await call('/api/search', { from: 'yesterday' })).body.error.code).toBe('time-invalid')
    expect((await call('/api/search', { from: 'now', to: '-1h' })).body.error.code).toBe('time-invalid')
    expect((await call('/api/search', { from: '-1d', to: 'now' })).status).toBe(200)
  })
})

describe('paging', () => {
  const logs = () => createLogs({ store, now: () => NOW })
  const pageThrough = async (
    projectId: number,
    request: SearchRequest,
    between: (page: number) => Promise<void> = async () => {},
  ): Promise<EventJson[]> => {
    const all: EventJson[] = []
    let cursor: string | undefined
    for (let page = 0; page < 500; page++) {
      const answer = await logs().search(projectId, { ...request, cursor })
      all.push(...answer.events)
      if (answer.nextCursor === null) return all
      expect(answer.nextCursor.length).toBeLessThan(200)
      cursor = answer.nextCursor
      await between(page)
    }
    throw new Error('there is no end to the pages')
  }

  it('gives each row once and in order, whatever the page size and the direction', async () => {
    const query = fc.constantFrom('', 'level:error', 'service:rare', 'shard:3', 'done', '-service:api')
    await fc.assert(
      fc.asyncProperty(query, fc.integer({ min: 40, max: 1_000 }), fc.constantFrom('desc' as const, 'asc' as const), async (q, limit, direction) => {
        const found = await pageThrough(1, { q, ...RANGE, limit, order: direction })
        const wanted = expected(q)
        expect(found.map(({ id }) => id)).toEqual(direction === 'desc' ? wanted : wanted.reverse())
      }),
      { numRuns: 15 },
    )
  })

  it('is not shifted by rows that arrive meanwhile', async () => {
    const old = Array.from({ length: 300 }, (_, i) => sampleEvent({ timestamp: at(Math.floor(i / 5) * 1_000), message: `old ${i}` }))
    await test.load(3, old)
    let added = 0
    const found = await pageThrough(3, { q: '', from: '-2d', to: 'now', limit: 25, order: 'desc' }, async () => {
      await test.load(3, [sampleEvent({ timestamp: at(3_600_000 + ++added), message: `new ${added}` })])
    })
    expect(added).toBeGreaterThan(5)
    expect(found.map(({ message }) => message)).toEqual(
      old.map((_, i) => `old ${299 - i}`).sort((a, b) => Math.floor(Number(b.slice(4)) / 5) - Math.floor(Number(a.slice(4)) / 5)),
    )
  })

  it('takes a cursor only with the query, project and order that it came from', async () => {
    const { nextCursor } = await logs().search(1, { q: 'done', ...RANGE, limit: 10, order: 'desc' })
    const cursor = nextCursor ?? ''
    for (const [q, order, text] of [
      ['other', 'desc', cursor],
      ['done', 'asc', cursor],
      ['done', 'desc', `${cursor}x`],
      ['done', 'desc', '1.bm90IG1pbmU'],
      ['done', 'desc', ''],
    ] as const) {
      await expect(logs().search(1, { q, ...RANGE, limit: 10, order, cursor: text })).rejects.toMatchObject({ code: 'cursor-invalid' })
    }
    await expect(logs().search(2, { q: 'done', ...RANGE, limit: 10, order: 'desc', cursor })).rejects.toMatchObject({ code: 'cursor-invalid' })
  })
})

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
          .map((id) => EVENTS[ids.indexOf(id)] as Event)
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
    const matching = expected('level:error').map((id) => EVENTS[ids.indexOf(id)] as Event)
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
    const [id, event] = [ids[42] ?? '', EVENTS[42] as Event]
    const sent = eventToJson(event, id)
    expect((await call(`/api/events/${id}`, { timestamp: sent.timestamp })).body).toEqual(sent)
    expect((await call(`/api/events/${id}`)).body).toEqual(sent)
  })

  it('knows no event of another project', async () => {
    const response = await call(`/api/events/${ids[42]}`, { project: 'other' })
    expect(response).toMatchObject({ status: 404, body: { error: { code: 'event-not-found' } } })
  })
})

describe('budgets', () => {
  it('stops a scan at its limits and says so', async () => {
    const rows = createLogs({ store, now: () => NOW, budget: { timeMs: 10_000, memoryBytes: 2 ** 28, rowsToRead: 1_000 } })
    const scan = { q: '/(request|payment) \\d+ (undone|unknown)/', ...RANGE, limit: 100, order: 'desc' } as const
    expect((await rows.search(1, scan)).partial).toMatchObject({ reason: 'rows' })
    expect((await rows.histogram(1, { ...scan, buckets: 10 })).partial).toMatchObject({ reason: 'rows' })
    const memory = createLogs({ store, now: () => NOW, budget: { timeMs: 10_000, memoryBytes: 10_000, rowsToRead: 1e9 } })
    expect((await memory.facets(1, { ...scan, q: '', fields: 'n,order.id', limit: 10 })).partial).toMatchObject({ reason: 'memory' })
  })

  it('ends the statement when the caller leaves', async () => {
    const logs = createLogs({ store, now: () => NOW })
    const controller = new AbortController()
    controller.abort()
    await expect(logs.search(1, { q: 'done', ...RANGE, limit: 10, order: 'desc' }, controller.signal)).rejects.toMatchObject({
      code: 'engine-unavailable',
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

describe('GET /api/tail', () => {
  const open = async (q: string, project = 'shop'): Promise<{ response: IncomingMessage; close: () => void }> => {
    const { port } = app.server.address() as AddressInfo
    const request = get({ port, path: `/api/tail?project=${project}&q=${encodeURIComponent(q)}` })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.setEncoding('utf8')
    return { response, close: () => request.destroy() }
  }
  const until = async (response: IncomingMessage, text: string): Promise<string> => {
    let seen = ''
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      seen += chunk
      if (seen.includes(text)) return seen
    }
    return seen
  }
  const json = (message: string): EventJson => eventToJson(sampleEvent({ message }), '0190c0de-0000-7000-8000-000000000000')
  const gone = async (): Promise<void> => {
    while (tails.active(1).length > 0) await new Promise((resolve) => setImmediate(resolve))
  }

  it('streams what matches, says what was dropped, shows that it lives, and is forgotten when the client leaves', async () => {
    const { response, close } = await open('level:error')
    expect(response.headers['content-type']).toContain('text/event-stream')
    const [tail] = tails.active(1)
    expect(tail?.q).toBe('level:error')
    tails.deliver([{ id: tail?.id ?? 0, events: [json('one\ntwo')], dropped: 3 }])
    const seen = await until(response, 'event: drop')
    expect(seen).toContain('event: event\ndata: {"id":"0190c0de')
    expect(seen).toContain('one\\ntwo')
    expect(seen).toContain('data: {"dropped":3}')
    expect(await until(response, 'event: ping')).toContain('event: ping')
    close()
    await gone()
  })

  it('answers a query that cannot be read with an error, and refuses more tails than the limit', async () => {
    const bad = await open('level:')
    expect(bad.response.statusCode).toBe(400)
    bad.close()
    const two = [await open(''), await open('')]
    const third = await open('')
    expect(third.response.statusCode).toBe(429)
    expect(await until(third.response, '}')).toContain('too-many-tails')
    for (const { close } of [...two, third]) close()
    await gone()
  })
})
