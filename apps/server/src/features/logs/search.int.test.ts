import type { Event, EventJson } from '@heartwood/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleEvent } from '../../store/events/block/testing/sample-events.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { createLogs, type SearchRequest } from './service.ts'
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
    const { detail: _, ...sent } = eventToJson(EVENTS[fixture.ids.indexOf(first.id)] as Event, first.id)
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
    const all = (await call('/api/search', { q: 'n:42', fields: 'host,attributes' })).body.events[0]
    expect(all.attributes).toEqual(eventToJson(EVENTS[42] as Event, '').attributes)
    expect(all.userId).toBeUndefined()
    const whole = (await call('/api/search', { q: 'n:42', fields: '*' })).body.events[0]
    expect(whole).toEqual(eventToJson(EVENTS[42] as Event, fixture.ids[42] ?? ''))
  })

  it.each(['asc', 'desc'] as const)('finds what lies in the minute in which the range begins (%s)', async (order) => {
    const projectId = order === 'asc' ? 71 : 72
    const [id] = await fixture.test.load(projectId, [sampleEvent({ timestamp: at(45_000) })])
    const range = { from: '2026-11-20T00:00:00.5Z', to: '2026-11-20T00:01:30Z' }
    const request = { ...range, q: '', order, limit: 10, cursor: undefined, fields: undefined }
    const { events } = await createLogs({ store, now: () => NOW }).search(projectId, request)
    expect(events.map((event) => event.id)).toEqual([id])
  })

  it('finds what was stored a moment ago, while the counts of its minute lag behind', async () => {
    const [id] = await fixture.test.load(73, [sampleEvent({ timestamp: at(45_000), level: 'error' })])
    // As the engine answers right after an insert: the rows are there, what the view counts of them is not.
    const lagging: EventStore = {
      ...store,
      query: (text, options) => store.query(text.replaceAll('FROM events_by_minute', 'FROM (SELECT * FROM events_by_minute WHERE 0) AS m'), options),
    }
    for (const order of ['asc', 'desc'] as const) {
      const range = { from: '2026-11-19T00:00:00Z', to: '2026-11-21T00:00:00Z' }
      const request = { ...range, q: 'level:error', order, limit: 10, cursor: undefined, fields: undefined }
      const answer = await createLogs({ store: lagging, now: () => NOW }).search(73, request)
      expect(answer.events.map((event) => event.id)).toEqual([id])
    }
  })

  it('passes over nothing that was stored a moment ago beside a minute that is counted', async () => {
    for (const order of ['asc', 'desc'] as const) {
      const projectId = order === 'asc' ? 74 : 75
      const counted = await fixture.test.load(projectId, [sampleEvent({ timestamp: at(10 * 60_000) })])
      const young = await fixture.test.load(projectId, [sampleEvent({ timestamp: at(order === 'asc' ? 45_000 : 20 * 60_000) })])
      const minute = `toDateTime(${Math.floor(at(10 * 60_000) / 60e6) * 60}, 'UTC')`
      const lagging: EventStore = {
        ...store,
        query: (text, options) =>
          store.query(text.replaceAll('FROM events_by_minute', `FROM (SELECT * FROM events_by_minute WHERE minute = ${minute}) AS m`), options),
      }
      const range = { from: '2026-11-19T00:00:00Z', to: '2026-11-21T00:00:00Z' }
      const request = { ...range, q: '', order, limit: 10, cursor: undefined, fields: undefined }
      const answer = await createLogs({ store: lagging, now: () => NOW }).search(projectId, request)
      expect(answer.events.map((event) => event.id)).toEqual([...young, ...counted])
    }
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
    await fixture.test.load(3, old)
    let added = 0
    const found = await pageThrough(3, { q: '', from: '-2d', to: 'now', limit: 25, order: 'desc' }, async () => {
      await fixture.test.load(3, [sampleEvent({ timestamp: at(3_600_000 + ++added), message: `new ${added}` })])
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
