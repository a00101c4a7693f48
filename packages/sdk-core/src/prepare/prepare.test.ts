import { expect, it, vi } from 'vitest'
import { createCounts } from '../counts.ts'
import { captureError } from '../errors/capture-error.ts'
import { parseStack } from '../errors/parse-stack.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Bindings, EventRecord } from '../record.ts'
import { EMPTY_SCOPE, type ScopeData } from '../scope-data.ts'
import type { JsonObject, OutgoingEvent } from '../types.ts'
import { createSnapshots } from '../values/snapshot.ts'
import { createPrepare } from './prepare.ts'

const OPTIONS = {
  service: 'checkout',
  environment: 'test',
  release: '',
  host: 'h1',
  dataset: '',
  redact: { patterns: ['bearer', 'email'], keys: ['password', 'userEmail'] },
  scrubUrlParams: ['token'],
  autoTruncate: true,
  maxEventBytes: 262_144,
  beforeSend: undefined,
} as unknown as ResolvedOptions // the rest of the options is not read

const sample = (parts: Partial<EventRecord> = {}): EventRecord => ({
  id: '019aa5a7-0000-7000-8000-000000000000',
  timestamp: 1_763_683_200_000,
  kind: 'log',
  level: 'info',
  message: 'order placed',
  attributes: undefined,
  bindings: undefined,
  scope: EMPTY_SCOPE,
  options: undefined,
  request: undefined,
  error: undefined,
  breadcrumbs: undefined,
  sizeBytes: 0,
  ...parts,
})

const setUp = (changes: Partial<ResolvedOptions> = {}, frames?: (stack: string) => JsonObject[]) => {
  const counts = createCounts()
  const errors: Error[] = []
  const listeners = new Set<(event: OutgoingEvent) => void>()
  const options = { ...OPTIONS, ...changes }
  const prepare = createPrepare({ options: () => options, counts, report: (error) => errors.push(error), listeners, frames })
  return {
    prepare: (parts?: Partial<EventRecord>) => {
      const line = prepare(sample(parts))
      if (line === undefined) return undefined
      const { 'heartwood.event_id': id, ...event } = JSON.parse(line)
      return { ...event, id } as OutgoingEvent & { [name: string]: unknown }
    },
    line: (parts?: Partial<EventRecord>) => prepare(sample(parts)),
    dropped: () => counts.read().dropped,
    errors,
    listeners,
  }
}

const SCOPE: ScopeData = {
  ...EMPTY_SCOPE,
  userId: '7',
  user: { plan: 'pro' },
  tags: ['eu'],
  attributes: { tenant: 'scope', region: 'eu', deep: { scope: true } },
  trace: { traceId: 't1', spanId: 's1', parentSpanId: 'p1' },
  request: { method: 'GET', route: '/orders/:id' },
}
const BINDINGS: Bindings = {
  attributes: { tenant: 'child', module: 'pay' },
  options: { tags: ['child'], service: 'billing', deploy: { commit: 'abc' } },
}

it('writes nothing that stands once for the whole batch', () => {
  expect(setUp().line()).toBe(
    '{"heartwood.event_id":"019aa5a7-0000-7000-8000-000000000000","timestamp":1763683200000,"level":"info","message":"order placed"}',
  )
})

it('keeps the id of an event apart from an attribute of that name, by all ways', () => {
  const attributes = { id: 5, body: 'x'.repeat(5_000) }
  for (const options of [{}, { beforeSend: (event: OutgoingEvent) => event }, { maxEventBytes: 1_000 }, { maxEventBytes: 230 }]) {
    const line = JSON.parse(setUp(options).line({ attributes }) ?? 'null')
    expect([line['heartwood.event_id'], line.id]).toEqual([sample().id, undefined])
    if (options.maxEventBytes !== 230) expect(line.attributes.id).toBe(5)
  }
})

it('lays the scope, the child logger and the event over each other, the nearer one wins', () => {
  expect(setUp().prepare({ scope: SCOPE, bindings: BINDINGS, attributes: { tenant: 'event', deep: 1 } })).toEqual({
    id: sample().id,
    timestamp: sample().timestamp,
    level: 'info',
    message: 'order placed',
    service: 'billing',
    tags: ['eu', 'child'],
    traceId: 't1',
    spanId: 's1',
    userId: '7',
    request: { method: 'GET', route: '/orders/:id' },
    attributes: {
      tenant: 'event',
      region: 'eu',
      deep: 1,
      user: { plan: 'pro' },
      trace: { parentSpanId: 'p1' },
      deploy: { commit: 'abc' },
      module: 'pay',
    },
  })
})

it('writes the same event by the short way as by the long one', () => {
  const hooked = setUp({ beforeSend: (event) => event })
  const plain = setUp()
  for (const scope of [EMPTY_SCOPE, SCOPE]) {
    for (const bindings of [undefined, BINDINGS]) {
      for (const attributes of [undefined, {}, { a: 'x"\n\ud800é😀', b: -1.5e-9, c: null, d: [true, { password: 'p' }], password: 'p' }]) {
        const parts = { scope, bindings, attributes, message: 'Bearer abc "quoted" a@b.co' }
        // Nothing among the attributes and no attributes are the same to the server.
        expect({ attributes: {}, ...plain.prepare(parts) }).toEqual({ attributes: {}, ...hooked.prepare(parts) })
      }
    }
  }
})

it('gives options of an event the names that the pages know', () => {
  expect(
    setUp().prepare({
      scope: SCOPE,
      attributes: { perf: { cached: true } },
      options: {
        user: { id: 9, name: 'Ann' },
        perf: { durationMs: 12 },
        action: 'pay',
        notify: true,
        fingerprint: ['a', 'b'],
        flow: { id: 'pay-1', step: 0 },
        tags: ['eu', 'card'],
        detail: { body: 'x' },
      },
    }),
  ).toMatchObject({
    userId: '9',
    flowId: 'pay-1',
    stepIndex: 0,
    tags: ['eu', 'card'],
    request: { method: 'GET', durationMs: 12 },
    attributes: { user: { name: 'Ann' }, perf: { cached: true, durationMs: 12 }, action: 'pay', notify: true, fingerprint: ['a', 'b'] },
    detail: { body: 'x' },
  })
})

it('reads an error when it is sent, with its breadcrumbs', () => {
  const read = vi.fn(() => ({ stack: 'Error: no\n    at a.js:1', detail: { frames: [] }, attributes: { error: { code: 'E' } } }))
  const event = setUp().prepare({ level: 'error', error: { type: 'Error', message: 'no', read }, breadcrumbs: [{ message: 'clicked' }] })
  expect(event).toMatchObject({
    error: { type: 'Error', message: 'no', stack: 'Error: no\n    at a.js:1' },
    attributes: { error: { code: 'E' } },
    detail: { frames: [], breadcrumbs: [{ message: 'clicked' }] },
  })
})

const thrown = (message: string, place = 'a.js:1:1') => ({
  level: 'error' as const,
  error: {
    type: 'E',
    message,
    read: () => ({ stack: `E: ${message}\n    at f (${place})`, detail: undefined, attributes: undefined }),
  },
})

it('reads the frames of one place once, and says of each error what is its own', () => {
  const frames = vi.fn((stack: string) => [{ line: stack.trim(), source: 'mail("a@b.co")' }])
  const { prepare } = setUp({}, frames)
  const events = [thrown('card 1 of x@y.co'), thrown('card 2'), thrown('card 3', 'b.js:2:2'), thrown('card 4')].map(prepare)
  expect(events.map((event) => event?.error?.stack)).toEqual([
    'E: card 1 of [redacted]\n    at f (a.js:1:1)',
    'E: card 2\n    at f (a.js:1:1)',
    'E: card 3\n    at f (b.js:2:2)',
    'E: card 4\n    at f (a.js:1:1)',
  ])
  const [a, b] = [[{ line: 'at f (a.js:1:1)', source: 'mail("[redacted]")' }], [{ line: 'at f (b.js:2:2)', source: 'mail("[redacted]")' }]]
  expect(events.map((event) => event?.detail?.frames)).toEqual([a, a, b, a])
  expect(frames).toHaveBeenCalledTimes(2)
})

it('keeps what a hook does to frames from the next error of that place', () => {
  const beforeSend = (event: OutgoingEvent) => {
    const [frame] = (event.detail?.frames ?? []) as { seen?: number }[]
    if (frame) frame.seen = (frame.seen ?? 0) + 1
    return event
  }
  const { prepare } = setUp({ beforeSend }, () => [{ line: 1 }])
  for (const message of ['one', 'two']) expect(prepare(thrown(message))?.detail?.frames).toEqual([{ line: 1, seen: 1 }])
})

it('takes out of a stack what an expression of the program finds across its lines', () => {
  const { prepare } = setUp({ redact: { patterns: [/secret\s+at/], keys: [] } } as Partial<ResolvedOptions>, () => [])
  expect(prepare(thrown('a secret'))?.error?.stack).toBe('E: a [redacted] f (a.js:1:1)')
})

it('redacts every place, after all hooks', () => {
  const secret = 'Bearer abc123'
  const { prepare } = setUp({
    beforeSend: (event) =>
      ({ ...event, requestId: 'me@b.co', added: secret, attributes: { ...event.attributes, list: [secret, { password: 1n }] } }) as OutgoingEvent,
  })
  const event = prepare({
    message: secret,
    attributes: { userEmail: 'x', [secret]: 1 },
    error: {
      type: 'E',
      message: secret,
      read: () => ({ stack: `E: ${secret}`, detail: { causes: [{ message: secret }] }, attributes: { note: secret } }),
    },
    breadcrumbs: [{ message: secret, data: { password: 'p' } }],
    options: {
      tags: [secret],
      user: { id: 'me@b.co' },
      request: { url: 'http://h/?token=tok1', headers: { authorization: secret } },
      detail: { body: secret },
    },
  })
  expect(JSON.stringify(event)).not.toMatch(/abc123|me@b|tok1|"p"|"x"/)
  expect(event).toMatchObject({ message: '[redacted]', userId: '[redacted]', request: { url: 'http://h/?token=[redacted]' } })
})

it('leaves no first part of a secret where a long text is cut', () => {
  const snapshots = createSnapshots()
  const { line } = setUp({ redact: { patterns: ['creditCard', 'email', /KEY-[a-z]{300}/], keys: [] }, maxEventBytes: 10_000_000 })
  for (const secret of ['4111 1111 1111 1111', 'ann.lee@example.com', `KEY-${'k'.repeat(300)}`]) {
    for (const [limit, said] of [
      [32_768, (text: string) => ({ attributes: snapshots.attributes({ body: text, nested: { list: [text] } }) })],
      [8_192, (text: string) => ({ error: captureError(new Error(text)) })],
      [2_000, (text: string) => ({ error: captureError(new Error('no', { cause: new Error(text) })) })],
      [4_096, (text: string) => ({ error: captureError(Object.assign(new Error('no'), { sql: text })) })],
    ] as const) {
      for (const before of [1, 7, secret.length - 1]) {
        const text = `${' '.repeat(limit - before)}${secret} ${'z'.repeat(5_000)}`
        const written = line({ level: 'error', ...said(text) }) ?? ''
        expect(written).not.toMatch(/4111|ann|KEY-|\u2060/)
        expect(written).toContain('…[+')
      }
    }
  }
})

it('cuts at the limit what holds no secret', () => {
  const { prepare } = setUp({ redact: false })
  const attributes = createSnapshots().attributes({ short: 'a'.repeat(32_768), longer: 'b'.repeat(32_770), long: '😀'.repeat(50_000) })
  expect(prepare({ attributes })?.attributes).toEqual({
    short: 'a'.repeat(32_768),
    longer: `${'b'.repeat(32_768)}…[+2]`,
    long: `${'😀'.repeat(16_384)}…[+67232]`,
  })
})

it('runs the hook of the event, then that of the client, on an event that may be changed at any depth', () => {
  const scope = { ...SCOPE }
  const seen: unknown[] = []
  const { prepare, dropped } = setUp({
    beforeSend(event) {
      seen.push(event.service, event.message)
      return event.message === 'secret' ? null : event
    },
  })
  const beforeSend = (event: OutgoingEvent): OutgoingEvent => {
    ;(event.attributes as { deep: { scope: unknown } }).deep.scope = new Map([['a', 2n]])
    event.message = 'changed'
    event.id = 'mine'
    delete event.service
    return event
  }
  const event = prepare({ scope, options: { beforeSend } })
  expect(event).toMatchObject({ id: sample().id, message: 'changed', attributes: { deep: { scope: { a: '2' } } } })
  expect(scope.attributes).toEqual(SCOPE.attributes)
  expect(SCOPE.attributes?.deep).toEqual({ scope: true })
  expect(prepare({ message: 'secret' })).toBeUndefined()
  expect(dropped()).toEqual({ 'before-send': 1 })
  expect(seen).toEqual([undefined, 'changed', 'checkout', 'secret'])
})

it.each<[string, () => unknown]>([
  [
    'throws after it began to change the event',
    () => {
      throw new Error('mine')
    },
  ],
  ['forgets to return', () => undefined],
  ['returns a text', () => 'x'],
  ['is asynchronous', () => Promise.reject(new Error('late'))],
  [
    'returns what throws when it is touched',
    () =>
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('trap')
          },
          has: () => {
            throw new Error('trap')
          },
        },
      ),
  ],
])('sends the event as it was and says so when a hook %s', (_, hook) => {
  const { prepare, errors, dropped } = setUp({
    beforeSend(event) {
      event.message = 'half changed'
      return hook() as OutgoingEvent
    },
  })
  expect(prepare()).toMatchObject({ message: 'order placed' })
  expect(errors).toHaveLength(1)
  expect(errors[0]?.message).toContain('beforeSend')
  expect(dropped()).toEqual({})
})

it('mends what a hook left that is no event any more', () => {
  const { prepare } = setUp({
    beforeSend: () =>
      ({
        level: 'loud',
        kind: 3,
        timestamp: new Date(5),
        message: { a: 1 },
        tags: 'one',
        attributes: [1n],
        error: 'broke',
        userId: 7,
        host: null,
      }) as unknown as OutgoingEvent,
  })
  expect(prepare()).toEqual({
    id: sample().id,
    level: 'info',
    timestamp: 5,
    message: '{"a":1}',
    tags: ['one'],
    attributes: { value: ['1'] },
    error: { message: 'broke' },
    userId: '7',
  })
})

it('takes a frozen event from a hook, and another id for no other event', () => {
  const { prepare, errors } = setUp({ beforeSend: (event) => Object.freeze({ ...event, id: 'mine', message: 'frozen' }) })
  expect([prepare(), errors]).toMatchObject([{ id: sample().id, message: 'frozen' }, []])
})

it('shows listeners a copy of what is sent, and survives them', () => {
  const { prepare, listeners, errors } = setUp()
  const seen: OutgoingEvent[] = []
  listeners.add(() => {
    throw new Error('mine')
  })
  listeners.add((event) => {
    seen.push(structuredClone(event))
    event.message = 'changed'
  })
  expect(prepare({ message: 'hi Bearer abc1' })).toMatchObject({ message: 'hi [redacted]' })
  expect(seen).toMatchObject([{ message: 'hi [redacted]', service: 'checkout' }])
  expect(errors).toHaveLength(1)
})

it.each<[string, Partial<EventRecord>]>([
  ['a long message', { message: 'é'.repeat(5_000) }],
  ['a long attribute', { attributes: { small: 1, body: 'x'.repeat(50_000) } }],
  ['very many attributes', { attributes: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`n${index}`, index])) }],
  [
    'a long stack and breadcrumbs',
    {
      error: { type: 'E', message: 'no', read: () => ({ stack: 'at x\n'.repeat(9_000), detail: undefined, attributes: undefined }) },
      breadcrumbs: Array.from({ length: 500 }, (_, index) => ({ message: `crumb ${index}` })),
    },
  ],
])('cuts %s until the event fits, and says what was cut', (_, parts) => {
  const { line, dropped } = setUp({ maxEventBytes: 4_000 })
  const text = line(parts)
  expect(Buffer.byteLength(text ?? '')).toBeLessThanOrEqual(4_000)
  expect(Buffer.byteLength(text ?? '')).toBeGreaterThan(300)
  expect(JSON.parse(text ?? '').attributes['heartwood.truncated']).toMatch(/message|body|error\.stack|^$/)
  expect(dropped()).toEqual({})
})

it('drops what is too large and counts it when it may not cut, or cannot', () => {
  const large = { attributes: { body: 'x'.repeat(5_000) } }
  for (const options of [{ autoTruncate: false, maxEventBytes: 4_000 }, { maxEventBytes: 100 }]) {
    const { line, dropped } = setUp(options)
    expect(line(large)).toBeUndefined()
    expect(dropped()).toEqual({ 'too-large': 1 })
  }
})

it('counts an event that it cannot write, and never throws', () => {
  const { line, errors, dropped } = setUp()
  const read = () => {
    throw new Error('no stack')
  }
  expect(line({ error: { type: 'E', message: 'no', read } })).toBeUndefined()
  expect(dropped()).toEqual({ internal: 1 })
  expect(errors).toHaveLength(1)
})

it('says of a request what its event says, in place of what its scope said while it ran', () => {
  const { prepare } = setUp()
  const request = { method: 'GET', route: '/orders/:id', path: '/orders/ann@example.com', status: 200 }
  expect(prepare({ kind: 'request', scope: SCOPE, request })).toMatchObject({
    kind: 'request',
    traceId: 't1',
    request: { ...request, path: '/orders/[redacted]' },
    attributes: { tenant: 'scope' },
  })
  expect(prepare({ scope: SCOPE })?.request).toEqual(SCOPE.request)
})

it('counts errors without frames of their own among those that the frames belong to', async () => {
  const { prepare } = setUp({}, parseStack as unknown as (stack: string) => JsonObject[]) // frames are plain JSON
  const failed = await Promise.any([Promise.reject(new TypeError('a')), Promise.reject(new RangeError('b'))]).catch((error: unknown) => error)
  const withoutFrames = Object.assign(failed as Error, { stack: 'AggregateError: All promises were rejected' })
  const frames = prepare({ error: captureError(withoutFrames) })?.detail?.frames as { cause?: number }[]
  expect([...new Set(frames.map(({ cause }) => cause))]).toEqual([1, 2])
})
