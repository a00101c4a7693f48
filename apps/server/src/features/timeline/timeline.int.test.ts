import { type Event, unixMicros } from '@heartwood/protocol'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HeartwoodError } from '../../errors.ts'
import type { Caller } from '../../http/caller.ts'
import { registerErrors } from '../../http/errors.ts'
import { createTestStore, type TestStore } from '../../query/testing/test-events.ts'
import { sampleEvent } from '../../store/events/block/testing/sample-events.ts'
import { registerTimeline } from './routes.ts'
import { createTimeline, type Timeline } from './service.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

let test: TestStore
let timeline: Timeline
const event = (index: number, parts: Partial<Event>): Event =>
  sampleEvent({ timestamp: unixMicros(NOW * 1000 + index * 1_000_000), message: `event ${index}`, ...parts })

beforeAll(async () => {
  test = await createTestStore()
  timeline = createTimeline({ store: test.store })
  await test.load(1, [
    event(3, { traceId: 't1', kind: 'log' }),
    event(1, { traceId: 't1', requestId: 't1', kind: 'request' }),
    event(2, { requestId: 't1', kind: 'audit' }),
    event(4, { userId: 'u1', kind: 'log' }),
    event(5, { traceId: '0af7651916cd43dd8448eb211c80319c' }),
    event(6, { traceId: '0af76519-16cd-43dd-8448-eb211c80319c' }),
    ...Array.from({ length: 25 }, (_, index) => event(100, { release: '2.0.0', message: `same time ${index}` })),
  ])
  await test.load(2, [event(9, { traceId: 't1' })])
})
afterAll(() => test?.close())

it('puts everything that carries an id in order, each event once, whatever the id is of', async () => {
  const answer = await timeline.read(1, 't1', { limit: 100 })
  expect(answer.events.map(({ message }) => message)).toEqual(['event 1', 'event 2', 'event 3'])
  expect(answer.roles).toEqual([
    { role: 'trace', count: 2 },
    { role: 'request', count: 2 },
  ])
  expect(answer.kinds.map(({ kind }) => kind).sort()).toEqual(['audit', 'log', 'request'])
  expect(answer).toMatchObject({ total: 3, from: '2026-11-21T12:00:01.000Z', to: '2026-11-21T12:00:03.000Z', nextCursor: null, partial: null })
})

it('takes a trace id with the dashes of a UUID and without for the same', async () => {
  for (const id of ['0af7651916cd43dd8448eb211c80319c', '0af76519-16cd-43dd-8448-eb211c80319c']) {
    expect((await timeline.read(1, id, { limit: 10 })).events.map(({ message }) => message)).toEqual(['event 5', 'event 6'])
  }
})

it('shows one kind of it', async () => {
  const answer = await timeline.read(1, 't1', { kind: 'audit', limit: 100 })
  expect(answer.events.map(({ message }) => message)).toEqual(['event 2'])
  expect(answer.total).toBe(3)
})

it('goes through a long one page by page, also within one microsecond', async () => {
  const messages: string[] = []
  let cursor: string | undefined
  do {
    const { events, nextCursor } = await timeline.read(1, '2.0.0', { limit: 10, cursor })
    messages.push(...events.map(({ message }) => message))
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(messages).toEqual(Array.from({ length: 25 }, (_, index) => `same time ${index}`))
})

it('finds the projects in which events carry an id, last seen first, among those that are asked for', async () => {
  const found = async (projects: number[], id: string) => (await timeline.find(projects, id)).found.map(({ projectId }) => projectId)
  expect(await found([1, 2, 3], 't1')).toEqual([2, 1])
  expect(await found([1, 3], 't1')).toEqual([1])
  expect(await found([2, 3], 'u1')).toEqual([])
  expect(await found([], 'u1')).toEqual([])
})

it('asks for the project only where several have the id or may have it, and shows a key none but its own', async () => {
  const projects = [
    { id: 1, name: 'Shop', slug: 'shop' },
    { id: 2, name: 'Bank', slug: 'bank' },
    { id: 3, name: 'Empty', slug: 'empty' },
  ]
  const app = fastify()
  registerErrors(app)
  let caller: Caller = { kind: 'local' }
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request) => {
    request.caller = caller
  })
  let stopped = false
  const partial = { reason: 'time', message: 'It was stopped.' } as const
  registerTimeline(app, {
    timeline: {
      ...timeline,
      find: async (ids, id, signal) => ({ ...(await timeline.find(ids, id, signal)), ...(stopped ? { partial } : {}) }),
    },
    projects: () => projects,
    resolveProject: (who, ref) => {
      const found = projects.find(({ id, slug }) => (ref === undefined ? who.kind === 'key' && id === who.projectId : slug === ref))
      if (found === undefined) throw new HeartwoodError('project-not-found', 'none')
      return found
    },
  })
  const get = async (url: string) => (await app.inject(url)).json()
  expect(await get('/api/timeline/u1')).toMatchObject({ projectId: '1', total: 1 })
  expect(await get('/api/timeline/nothing')).toMatchObject({ total: 0 })
  expect((await get('/api/timeline/t1')).error).toMatchObject({ code: 'validation-failed', message: expect.stringContaining('bank, shop') })
  expect(await get('/api/timeline/t1?project=bank')).toMatchObject({ projectId: '2', total: 1 })
  expect((await get('/api/timeline/t1/projects')).projects.map(({ slug }: { slug: string }) => slug)).toEqual(['bank', 'shop'])
  stopped = true
  for (const id of ['u1', 'nothing']) {
    const { error } = await get(`/api/timeline/${id}`)
    expect(error).toMatchObject({ code: 'validation-failed', message: expect.stringContaining('name the project') })
  }
  expect(await get('/api/timeline/u1?project=shop')).toMatchObject({ projectId: '1', total: 1 })
  caller = { kind: 'key', keyId: 'k', projectId: 1, scope: 'read' }
  expect(await get('/api/timeline/t1')).toMatchObject({ projectId: '1', total: 3 })
  expect((await get('/api/timeline/t1/projects')).projects.map(({ slug }: { slug: string }) => slug)).toEqual(['shop'])
  await app.close()
})

it('is empty for an id that nothing carries, and refuses a cursor of another id', async () => {
  expect(await timeline.read(1, 'nothing', { limit: 10 })).toMatchObject({ roles: [], total: 0, events: [], from: null })
  const { nextCursor } = await timeline.read(1, '2.0.0', { limit: 10 })
  await expect(timeline.read(1, 'u1', { limit: 10, cursor: nextCursor ?? '' })).rejects.toMatchObject({ code: 'cursor-invalid' })
})
