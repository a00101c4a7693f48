import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Event, unixMicros, unixMs } from '@heartwood/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestStore, type TestStore } from '../../query/testing/test-events.ts'
import { withAttributes } from '../../store/events/block/testing/sample-events.ts'
import type { MetaStore } from '../../store/meta/meta-store.ts'
import { createSqliteMetaStore } from '../../store/meta/sqlite.ts'
import { createIssues, type IssueRequest, type Issues } from './service.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const MINUTE = 60_000
const HASH = 'a'.repeat(64)

let folder: string
let test: TestStore
let meta: MetaStore
let issues: Issues
let clock = NOW

const error = (issueId: string, beforeMs: number, parts: Partial<Event> = {}, attributes: object = {}): Event =>
  withAttributes(
    { 'error.type': 'TypeError', ...attributes },
    { issueId, level: 'error', service: 'shop', message: `${issueId} failed`, timestamp: unixMicros((NOW - beforeMs) * 1000), ...parts },
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heartwood-issues-'))
  meta = await createSqliteMetaStore({ file: join(folder, 'meta.db') })
  await meta.people.createOwner({ id: 'p1', email: 'ada@shop.example', name: 'Ada', passwordHash: 'x', createdAt: NOW })
  for (const slug of ['shop', 'other']) {
    await meta.projects.create({ name: slug, wantedSlug: slug, retentionDays: 90, redaction: { keys: [], patterns: [] }, createdAt: NOW })
  }
  test = await createTestStore()
  issues = createIssues({ store: test.store, issues: meta.issues, now: () => unixMs(clock) })
  await test.load(1, [
    error('pay', 50 * MINUTE, { userId: 'u1' }, { fingerprint: HASH }),
    error('pay', 40 * MINUTE, { userId: 'u2', service: 'bank' }, { fingerprint: HASH, 'heartwood.occurrences': 4 }),
    error('', 39 * MINUTE, { message: 'Deduplicated error summary' }, { fingerprint: HASH, 'heartwood.occurrences': 3 }),
    error('pay', 30 * MINUTE, { userId: 'u2', level: 'fatal', message: 'newest' }, { 'error.message': 'declined' }),
    error('cart', 20 * MINUTE, {}, { sample_rate: 0.25 }),
    error('mail', 10 * MINUTE),
    withAttributes({}, { message: 'fine', timestamp: unixMicros(NOW * 1000) }),
  ])
  await test.load(2, [error('pay', MINUTE)])
})
afterAll(async () => {
  await test?.close()
  await meta?.close()
  await rm(folder, { recursive: true, force: true })
})

const list = async (parts: Partial<IssueRequest> = {}) => {
  const answer = await issues.list(1, { q: '', sort: 'lastSeen', limit: 30, offset: 0, ...parts })
  return { ...answer, ids: answer.issues.map(({ id }) => id) }
}

it('lists the issues of a project, the one last seen first, with what they stand for', async () => {
  const { issues: found, ids, total, partial } = await list()
  expect([ids, total, partial]).toEqual([['mail', 'cart', 'pay'], 3, null])
  expect(found[2]).toEqual({
    id: 'pay',
    title: 'TypeError: declined',
    type: 'TypeError',
    message: 'newest',
    level: 'fatal',
    state: 'open',
    regressed: false,
    // 1 + 4 that one event stands for + 1 + 3 that were only counted.
    occurrences: 9,
    events: 3,
    users: 2,
    firstSeen: '2026-11-21T11:10:00.000Z',
    lastSeen: '2026-11-21T11:30:00.000Z',
    services: ['bank', 'shop'],
    assignees: [],
  })
})

it('lists by query, range and page', async () => {
  expect((await list({ q: 'service:bank' })).ids).toEqual(['pay'])
  expect((await list({ from: '-25m', to: 'now' })).issues.map(({ occurrences, events }) => [occurrences, events])).toEqual([
    [1, 1],
    // One that came through at a rate of 0.25.
    [4, 1],
  ])
  expect((await list({ from: '-25m', to: 'now' })).ids).toEqual(['mail', 'cart'])
  expect((await list({ sort: 'occurrences', limit: 1 })).ids).toEqual(['pay'])
  const page = await list({ limit: 2, offset: 2 })
  expect([page.ids, page.total]).toEqual([['pay'], 3])
  expect((await list({ limit: 2, offset: 4 })).total).toBe(3)
})

it('shows one with its newest events and notes, of its own project only', async () => {
  const { issue, newest } = await issues.one(1, 'pay')
  expect([issue.occurrences, newest.map(({ message }) => message)]).toEqual([9, ['newest', 'pay failed', 'pay failed']])
  expect((await issues.one(2, 'pay')).issue.events).toBe(1)
  await expect(issues.one(2, 'cart')).rejects.toMatchObject({ code: 'issue-not-found' })
})

it('keeps state, assignees and notes', async () => {
  await issues.update(1, 'cart', { state: 'in-progress', assignees: ['p1'], note: 'looks like the cache', personId: 'p1' })
  const { issue, notes } = await issues.one(1, 'cart')
  expect(issue).toMatchObject({ state: 'in-progress', assignees: [{ id: 'p1', email: 'ada@shop.example', name: 'Ada' }] })
  expect(notes).toEqual([
    { id: expect.any(String), text: 'looks like the cache', author: expect.objectContaining({ id: 'p1' }), createdAt: expect.any(String) },
  ])
  expect((await list({ assignee: 'p1' })).ids).toEqual(['cart'])
  expect((await list({ state: 'in-progress' })).ids).toEqual(['cart'])
  expect((await list({ state: 'open' })).ids).toEqual(['mail', 'pay'])
  await expect(issues.update(1, 'cart', { assignees: ['nobody'] })).rejects.toMatchObject({ code: 'person-not-found' })
  await expect(issues.update(1, 'none', { state: 'resolved' })).rejects.toMatchObject({ code: 'issue-not-found' })
})

it('opens a resolved issue again when its error comes back', async () => {
  expect(await issues.update(1, 'mail', { state: 'resolved' })).toMatchObject({ state: 'resolved', regressed: false })
  expect([(await list({ state: 'resolved' })).ids, (await list({ state: 'open' })).ids]).toEqual([['mail'], ['pay']])
  clock = NOW + 10 * MINUTE
  await test.load(1, [error('mail', -5 * MINUTE)])
  expect((await issues.one(1, 'mail')).issue).toMatchObject({ state: 'open', regressed: true })
  expect([(await list({ state: 'resolved' })).ids, (await list({ state: 'open' })).ids]).toEqual([[], ['mail', 'pay']])
  expect(await issues.update(1, 'mail', { state: 'resolved' })).toMatchObject({ state: 'resolved', regressed: false })
})
