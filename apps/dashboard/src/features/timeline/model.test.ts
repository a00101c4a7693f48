import type { EventJson } from '@heartwood/protocol'
import { expect, it } from 'vitest'
import { relatedIds, toTimeline } from './model.ts'

const START = Date.parse('2026-11-21T12:00:00Z')
const at = (ms: number, parts: Partial<EventJson> = {}): EventJson => ({
  id: '00000000-0000-7000-8000-000000000000',
  kind: 'log',
  timestamp: new Date(START + ms).toISOString(),
  level: 'info',
  message: '',
  ...parts,
})

it('marks the pauses that stand out, and counts offsets from the first event also on a later page', () => {
  const { lines } = toTimeline([at(10_000), at(10_050), at(10_100), at(14_000)], new Date(START).toISOString())
  expect(lines.map(({ offsetMs, gap }) => [offsetMs, gap])).toEqual([
    [10_000, false],
    [10_050, false],
    [10_100, false],
    [14_000, true],
  ])
})

it('keeps the microseconds of stamps', () => {
  const { lines } = toTimeline([at(0), { ...at(0), timestamp: '2026-11-21T12:00:00.000250Z' }], null)
  expect(lines[1]).toMatchObject({ offsetMs: 0.25, deltaMs: 0.25 })
})

it('draws a request from its beginning to its stamp, and a span from its stamp on', () => {
  const { lines, strip } = toTimeline(
    [at(100, { kind: 'span', request: { durationMs: 50 } }), at(200, { kind: 'request', request: { durationMs: 200 } })],
    null,
  )
  expect(lines[0]).toMatchObject({ beganMs: 0, left: 0.5, width: 0.25 })
  expect(lines[1]).toMatchObject({ beganMs: -100, left: 0, width: 1 })
  expect(strip).toEqual({ fromMs: -100, toMs: 100 })
})

it('gives each stretch of time its true share, however long nothing happened', () => {
  const { lines, strip } = toTimeline([at(100, { kind: 'request', request: { durationMs: 100 } }), at(100_000)], null)
  expect(lines.map(({ left, width }) => [left, width])).toEqual([
    [0, 0.001],
    [1, 0],
  ])
  expect(strip).toEqual({ fromMs: -100, toMs: 99_900 })
})

it('keeps its scale when further pages come', () => {
  const [first, last] = [0, 400].map((ms) => new Date(START + ms).toISOString())
  expect(toTimeline([at(0), at(100)], first ?? null, last).lines.map(({ left }) => left)).toEqual([0, 0.25])
})

it('names what else the events belong to, but not a crowd', () => {
  const lines = ['a', 'b', 'c', 'd'].map((requestId) => ({ event: at(0, { traceId: 't', userId: 'u', requestId }) }))
  expect(relatedIds(lines, 't')).toEqual([{ role: 'user', id: 'u' }])
  expect(relatedIds(lines.slice(0, 1), 'u').map(({ id }) => id)).toEqual(['t', 'a'])
})

it('does not name a trace beside itself, nor twice, in its two forms', () => {
  const [plain, dashed] = ['4bf92f3577b34da6a3ce929d0e0e4736', '4bf92f35-77b3-4da6-a3ce-929d0e0e4736']
  const lines = [plain, dashed].map((traceId) => ({ event: at(0, { traceId, userId: 'u' }) }))
  expect(relatedIds(lines, plain)).toEqual([{ role: 'user', id: 'u' }])
  expect(relatedIds(lines, dashed)).toEqual([{ role: 'user', id: 'u' }])
  expect(relatedIds(lines, 'u')).toHaveLength(1)
})
