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
  const lines = toTimeline([at(10_000), at(10_050), at(10_100), at(14_000)], new Date(START).toISOString())
  expect(lines.map(({ offsetMs, gap }) => [offsetMs, gap])).toEqual([
    [10_000, false],
    [10_050, false],
    [10_100, false],
    [14_000, true],
  ])
})

it('keeps the microseconds of stamps', () => {
  const lines = toTimeline([at(0), { ...at(0), timestamp: '2026-11-21T12:00:00.000250Z' }], null)
  expect(lines[1]).toMatchObject({ offsetMs: 0.25, deltaMs: 0.25 })
})

it('draws a request from its beginning to its stamp, and a span from its stamp on', () => {
  const [span, request] = toTimeline(
    [at(100, { kind: 'span', request: { durationMs: 50 } }), at(200, { kind: 'request', request: { durationMs: 200 } })],
    null,
  )
  expect(span).toMatchObject({ left: 0.5, width: 0.25 })
  expect(request).toMatchObject({ left: 0, width: 1 })
})

it('does not let a straggler an hour later squeeze what took long', () => {
  const lines = toTimeline([at(100, { kind: 'request', request: { durationMs: 100 } }), at(3_600_000)], null)
  expect(lines[0]?.width).toBeGreaterThan(0.8)
  expect(lines[1]?.left).toBe(1)
})

it('spreads events without durations over their time', () => {
  expect(toTimeline([at(0), at(25), at(100)], null).map(({ left }) => left)).toEqual([0, 0.25, 1])
})

it('names what else the events belong to, but not a crowd', () => {
  const lines = ['a', 'b', 'c', 'd'].map((requestId) => ({ event: at(0, { traceId: 't', userId: 'u', requestId }) }))
  expect(relatedIds(lines, 't')).toEqual([{ role: 'user', id: 'u' }])
  expect(relatedIds(lines.slice(0, 1), 'u').map(({ id }) => id)).toEqual(['t', 'a'])
})
