import { describe, expect, it } from 'vitest'
import type { EventRecord } from '../record.ts'
import { EMPTY_SCOPE } from '../scope-data.ts'
import { captureError } from './capture-error.ts'
import { createDedupe, summaryOf } from './dedupe.ts'

function setUp(windowMs = 5_000) {
  let clock = 0
  let ids = 0
  const timers: { run: () => void; at: number; live: boolean }[] = []
  const told: { last: EventRecord; repeats: number; first: string }[] = []
  const dedupe = createDedupe({
    windowMs: () => windowMs,
    now: () => clock,
    setTimer(run, ms) {
      const timer = { run, at: clock + ms, live: true }
      timers.push(timer)
      return {
        cancel() {
          timer.live = false
        },
      }
    },
    onSummary: (last, repeats, first) => void told.push({ last, repeats, first }),
  })
  const advance = (ms: number): void => {
    clock += ms
    for (const timer of timers.filter(({ live, at }) => live && at <= clock)) {
      timer.live = false
      timer.run()
    }
  }
  const make = (error: unknown, over: Partial<EventRecord> = {}): EventRecord => {
    const captured = captureError(error)
    return {
      id: `e${++ids}`,
      timestamp: clock,
      kind: 'log',
      level: 'error',
      message: captured.message,
      attributes: undefined,
      bindings: undefined,
      scope: EMPTY_SCOPE,
      options: undefined,
      request: undefined,
      error: captured,
      breadcrumbs: undefined,
      sizeBytes: 500,
      ...over,
    }
  }
  return { dedupe, told, advance, make, timers, now: () => clock }
}
const at = (line: number, message = 'no stock', name = 'Error') =>
  Object.assign(new Error(message), { name, stack: `${name}: ${message}\n    at f (/srv/a.js:${line}:1)` })

describe('equal errors within the window', () => {
  it('are one event, and one summary when the window ends that stands for the others', () => {
    const { dedupe, told, advance, make } = setUp()
    const records = Array.from({ length: 10 }, () => make(at(1)))
    expect(records.map((record) => dedupe.isRepeat(record))).toEqual([false, ...Array(9).fill(true)])
    advance(4_999)
    expect(told).toEqual([])
    advance(1)
    expect(told).toEqual([{ last: records[9], repeats: 9, first: records[0]?.id }])
    advance(60_000)
    expect(told).toHaveLength(1)
    expect(dedupe.isRepeat(make(at(1)))).toBe(false)
  })

  it('are told of before it ends where the last of each would fill the memory', () => {
    const { dedupe, told, make } = setUp()
    for (let line = 1; line <= 10; line++) dedupe.isRepeat(make(at(line)))
    for (let line = 1; line <= 10; line++) dedupe.isRepeat(make(at(line), { sizeBytes: 1024 * 1024 }))
    expect(told.map(({ first }) => first)).toEqual(['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7'])
  })

  it('are told of when they have to leave, and counted once', () => {
    const { dedupe, told, advance, make } = setUp()
    for (let n = 0; n < 3; n++) dedupe.isRepeat(make(at(1)))
    dedupe.drain()
    dedupe.drain()
    expect(dedupe.isRepeat(make(at(1)))).toBe(true)
    advance(5_000)
    expect(told.map(({ repeats }) => repeats)).toEqual([2, 1])
  })

  it('end their window also when the timer was late', () => {
    const { dedupe, told, make, advance, timers } = setUp()
    dedupe.isRepeat(make(at(1)))
    dedupe.isRepeat(make(at(1)))
    for (const timer of timers) timer.live = false
    advance(5_000)
    expect(dedupe.isRepeat(make(at(1)))).toBe(false)
    expect(told).toMatchObject([{ repeats: 1 }])
  })
})

it.each([
  ['place', at(2), {}],
  ['message', at(1, 'no money'), {}],
  ['class', at(1, 'no stock', 'TypeError'), {}],
  ['level', at(1), { level: 'fatal' as const }],
  ['words of the event', at(1), { message: 'order failed' }],
  ['fingerprint', at(1), { options: { fingerprint: 'mine' } }],
  ['service', at(1), { options: { service: 'other' } }],
])('keeps errors of another %s apart', (_, error, over) => {
  const { dedupe, make } = setUp()
  dedupe.isRepeat(make(at(1)))
  expect(dedupe.isRepeat(make(error, over))).toBe(false)
})

it('joins errors of one fingerprint that came from two places', () => {
  const { dedupe, make } = setUp()
  const options = { fingerprint: ['stock', 'A-1'] }
  dedupe.isRepeat(make(at(1), { options }))
  expect(dedupe.isRepeat(make(at(2), { options: { fingerprint: ['stock', 'A-1'] } }))).toBe(true)
})

it('tells long messages apart by their ends', () => {
  const { dedupe, make } = setUp()
  const long = 'x'.repeat(2_000)
  dedupe.isRepeat(make(at(1, `${long}1`)))
  expect(dedupe.isRepeat(make(at(1, `${long}2`)))).toBe(false)
})

it('lets through what is no error, what stands for many already, and everything when it is switched off', () => {
  const { dedupe, make } = setUp()
  const plain = make(at(1), { error: undefined })
  expect([dedupe.isRepeat(plain), dedupe.isRepeat(plain)]).toEqual([false, false])
  const summary = summaryOf(make(at(1)), 3, 'e0')
  expect([dedupe.isRepeat(summary), dedupe.isRepeat(summary)]).toEqual([false, false])
  const off = setUp(0)
  expect([off.dedupe.isRepeat(off.make(at(1))), off.dedupe.isRepeat(off.make(at(1)))]).toEqual([false, false])
})

it('remembers no more than a thousand errors, and tells of the repeats of those it forgets', () => {
  const { dedupe, told, make } = setUp()
  dedupe.isRepeat(make(at(0)))
  dedupe.isRepeat(make(at(0)))
  for (let line = 1; line <= 1_000; line++) dedupe.isRepeat(make(at(line)))
  expect(told).toMatchObject([{ repeats: 1 }])
  expect(dedupe.isRepeat(make(at(0)))).toBe(false)
})

it('makes a summary of the last one, in its own request and flow, that says for how many it stands and notifies nobody again', () => {
  const { make } = setUp()
  const last = make(at(1), {
    timestamp: 4_000,
    attributes: { order: 'A-9' },
    request: { path: '/orders/A-9' },
    options: { notify: true, tags: ['card'] },
  })
  const summary = summaryOf(last, 9, 'e0')
  expect(summary).toMatchObject({
    id: last.id,
    timestamp: 4_000,
    message: last.message,
    error: last.error,
    request: { path: '/orders/A-9' },
    attributes: { order: 'A-9', 'heartwood.occurrences': 9, 'heartwood.summary_of': 'e0' },
    options: { tags: ['card'] },
  })
  expect(summary.options).not.toHaveProperty('notify')
})
