import { type AttributeValue, type Event, JsonText, KINDS, LEVELS, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sampleEvent } from '../store/events/block/testing/sample-events.ts'
import { compileMatcher } from './match.ts'
import { parseQuery } from './parser.ts'
import { planQuery } from './planner.ts'
import { AMPLE, createTestStore, type TestStore } from './testing/test-events.ts'

/** Few pieces, so that queries and events meet often; each is there because it is awkward in some way. */
const PIECES = [
  ...['error', 'Error', 'ERR', 'timeout', 'user_040000', '10.0.0.1', '/api/v1', 'foo.bar', 'a', 'A1', '42', '1.0', '1', 'true', 'null', '5xx'],
  ...[
    'über',
    'ÜBER',
    'Über',
    'straße',
    'naïve',
    '支付',
    '支付失败',
    'ключ',
    'КЛЮЧ',
    '😀',
    '%',
    '_',
    '50%',
    "it's",
    '\\',
    'C:\\x',
    '-',
    '->',
    '()',
    'main()',
    '"',
    '`',
    '=',
    'k=v',
  ],
  ...['\n', '\t', '\u0000', '#', '$1', '.*', '[a-z]', '{2}', '^x$', '|', 'u_1', 'req-77', 'trace0123456789', 'e\u0301', '\u00a0', 'İ', 'K'],
] as const
const piece = fc.constantFrom(...PIECES)
const text = fc.array(fc.tuple(piece, fc.constantFrom('', ' ', ' ', ', ', '.')), { maxLength: 5 }).map((parts) => parts.flat().join(''))
const NAMES = ['k', 'order.id', 'extra.tenant', 'level', 'http.bytes', 'odd name', 'ключ', '__proto__', "it's", 'status', 'error.type'] as const

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  piece,
  fc.constantFrom<AttributeValue>(
    1,
    1.5,
    0,
    -3,
    1e21,
    10,
    42,
    true,
    false,
    null,
    new JsonText('["a", 1]'),
    new JsonText('{}'),
    '',
    '1',
    '1.0',
    ' 7',
    'nan',
    'inf',
    '0x10',
    '1e3',
  ),
)

const event: fc.Arbitrary<Event> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    timestamp: fc.integer({ min: 0, max: 3_000 }).map((step) => unixMicros(1_790_000_000_000_000 + step * 1_000_000)),
    level: fc.constantFrom(...LEVELS),
    message: text,
    service: fc.oneof(fc.constantFrom('api', 'API', 'web', ''), piece),
    environment: fc.constantFrom('production', 'staging', ''),
    host: fc.oneof(fc.constant(''), piece),
    tags: fc.array(piece, { maxLength: 3 }),
    attributes: fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 5 }).map((entries) => new Map(entries)),
    objects: fc.constantFrom(new Set<string>(), new Set(['extra']), new Set(['order', 'k'])),
    traceId: fc.constantFrom('', 'trace0123456789', 'A1'),
    userId: fc.constantFrom('', 'user_040000', 'u_1'),
    requestId: fc.constantFrom('', 'req-77'),
    path: fc.constantFrom('', '/api/v1', '/api/v1/orders/7', '/API/v1'),
    method: fc.constantFrom('', 'GET', 'POST'),
    status: fc.constantFrom(0, 200, 404, 500, 503, 599),
    durationMs: fc.constantFrom(Number.NaN, 0, 0.1, 31.2, 250, 1e9),
    stepIndex: fc.constantFrom(-1, 0, 3),
  })
  .map(sampleEvent)

const quoted = (content: string): string => `"${content.replace(/[\\"]/g, '\\$&')}"`
const escapedWord = (content: string): string => content.replace(/[\s"*():/\\!<>|&-]/g, '\\$&') || '\\-'
const word = fc.oneof(
  piece.map(escapedWord),
  fc
    .tuple(fc.constantFrom('*', ''), piece, fc.constantFrom('*', ''), piece, fc.constantFrom('*', ''))
    .map(([a, b, c, d, e]) => a + escapedWord(b) + c + escapedWord(d) + e),
  piece.chain((one) => fc.nat({ max: one.length }).map((length) => `${escapedWord(one.slice(0, length).toWellFormed())}*`)),
)
const regexp = fc.constantFrom(
  ...[
    '/error/',
    '/error/i',
    '/^\\d+/',
    '/[a-z]+_\\d{3,}/',
    '/(?i)über/',
    '/a.b|timeout$/',
    '/\\p{L}{4}/',
    '/\\bapi\\b/',
    '/支付./',
    '/[^\\x00-\\x7f]/',
    '/(?s)a.*1/',
    '/x?/',
    '/(?m)^error/',
    '/\\s\\S/',
  ],
)
const name = fc.constantFrom(
  'k',
  'order.id',
  'extra.tenant',
  'attributes.level',
  'http.bytes',
  '"odd name"',
  'ключ',
  '__proto__',
  '"it\'s"',
  'error.type',
  'extra',
  'missing',
)
const column = fc.constantFrom(
  'service',
  'env',
  'host',
  'hostname',
  'message',
  'tags',
  'trace_id',
  'userId',
  'user',
  'path',
  'method',
  'requestId',
  'http.method',
)
const number = fc.constantFrom('0', '1', '1.0', '-3', '10', '42', '1e3', '31.2', '0.1', '503')
const comparison = fc.constantFrom('>', '>=', '<', '<=')
const term = fc.oneof(
  { weight: 3, arbitrary: word },
  { weight: 3, arbitrary: text.map(quoted) },
  { weight: 2, arbitrary: regexp },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.oneof(name, column), fc.oneof(word, text.map(quoted), piece.map(quoted), fc.constant('*'), regexp))
      .map(([field, value]) => `${field}:${value}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.oneof(name, fc.constantFrom('status', 'duration', 'step_index')), comparison, number)
      .map(([field, op, value]) => `${field}:${op}${value}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.oneof(name, fc.constantFrom('status', 'durationMs', 'stepIndex')), number, number)
      // One that runs backwards is refused.
      .map(([field, ...ends]) => `${field}:${ends.sort((a, b) => Number(a) - Number(b)).join('..')}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('status', 'durationMs', 'stepIndex'), fc.oneof(number, fc.constant('*')))
      .map(([field, value]) => `${field}:${value}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'level:error',
      'level:>=warn',
      'level:<INFO',
      'level:debug..error',
      'level:*',
      'level:e*',
      'kind:log',
      'kind:p*',
      'status:5xx',
      'status:40*',
      'status:active',
      'service:(api OR web)',
      'k:(1 OR true OR >40)',
      'k:(!1 -3)',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('timestamp:>2026-09-21T14:30:00Z', 'ts:2026-09-21T14:13:20Z..2026-09-21T14:20Z', '*') },
)
const { query } = fc.letrec<{ query: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: term },
    { weight: 1, arbitrary: tie('query').map((inner) => `(${inner})`) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('!', 'NOT '), tie('part')).map(([not, inner]) => (not === '!' ? `!(${inner})` : not + inner)) },
  ),
  query: fc
    .array(fc.tuple(tie('part'), fc.constantFrom(' ', ' AND ', ' OR ')), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.map(([part, joint], i) => (i === parts.length - 1 ? part : part + joint)).join('')),
}))

describe('search and live tail', () => {
  let test: TestStore
  const stored: { id: string; event: Event }[] = []

  beforeAll(async () => {
    test = await createTestStore()
    // Several parts, as in life: an index is used for one and not for the other.
    for (const events of fc.sample(fc.array(event, { minLength: 150, maxLength: 150 }), { numRuns: 4, seed: 7 })) {
      const ids = await test.load(1, events)
      for (const [i, id] of ids.entries()) stored.push({ id, event: events[i] as Event })
    }
    await test.load(2, [sampleEvent({ message: 'of another project error' })])
  })
  afterAll(() => test.close())

  it('agree on every event for every query', async () => {
    const RUNS = Number(process.env.HEARTWOOD_SEARCH_RUNS ?? 400)
    let matched = 0
    let run = 0
    await fc.assert(
      fc.asyncProperty(query, async (q) => {
        const parsed = parseQuery(q)
        const { where } = planQuery(parsed)
        const { rows } = await test.store.query<{ id: string }>(
          // Pages filter before, counts with everything else.
          run++ % 2 === 0
            ? `SELECT id FROM events PREWHERE ${where} WHERE project_id = 1`
            : `SELECT id FROM events WHERE project_id = 1 AND ${where}`,
          { budget: AMPLE },
        )
        const matches = compileMatcher(parsed)
        const found = new Set(rows.map(({ id }) => id))
        const wrong = stored.filter(({ id, event }) => found.has(id) !== matches(event))
        matched += found.size
        expect(
          wrong.slice(0, 3).map(({ id, event }) => ({ engine: found.has(id), message: event.message, event })),
          `${q}\n${where}`,
        ).toEqual([])
      }),
      { numRuns: RUNS, ...(process.env.HEARTWOOD_SEARCH_SEED ? { seed: Number(process.env.HEARTWOOD_SEARCH_SEED) } : {}) },
    )
    // Queries that find nothing would prove nothing.
    expect(matched).toBeGreaterThan(RUNS * 10)
  })
})
