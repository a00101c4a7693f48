import { type AttributeValue, type Event, emptyEvent, JsonText, KINDS, LEVELS, type UnixMicros, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { flattenAttributes } from '../../attributes.ts'

/** For tests: an event with nothing but what is given. */
export const sampleEvent = (parts: Partial<Event> = {}): Event => ({
  ...emptyEvent(unixMicros(1_790_000_000_000_000)),
  retentionDays: 90,
  ...parts,
})

const WIDE = { attributes: 600, attributeDepth: 20, attributeKey: 400, attributeValue: 1_000_000 }

export const withAttributes = (attributes: { [key: string]: unknown }, parts: Partial<Event> = {}): Event => {
  const flat = flattenAttributes(attributes, WIDE)
  return sampleEvent({ ...parts, attributes: flat.attributes, objects: flat.objects })
}

/** Texts as they come: ASCII of every length around the fast path, any Unicode, lone surrogates, NUL. */
const anyText = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 140 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 90 }).map((units) => String.fromCharCode(...units)),
  fc.nat({ max: 20_000 }).map((length) => 'é'.repeat(length)),
)
const someText = fc.oneof(fc.constantFrom('', 'api', 'web', 'ü'), anyText)
const anyTime = fc.integer({ min: -2_000_000_000_000_000, max: 4_000_000_000_000_000 }).map((micros): UnixMicros => unixMicros(micros))

const anyValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue().map((value) => new JsonText(JSON.stringify(value))),
)

export const anyEvent: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom(...KINDS),
  timestamp: anyTime,
  receivedAt: fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_000_100_000 }).map((micros) => unixMicros(micros)),
  retentionDays: fc.integer({ min: 1, max: 65_535 }),
  level: fc.constantFrom(...LEVELS),
  message: anyText,
  service: someText,
  environment: someText,
  release: someText,
  host: someText,
  dataset: someText,
  tags: fc.array(someText, { maxLength: 5 }),
  attributes: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b.c', '__proto__'), anyText), anyValue), { maxLength: 6 })
    .map((entries) => new Map(entries)),
  objects: fc.constant(new Set<string>()),
  detail: fc.oneof(
    fc.constant(undefined),
    fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }) as fc.Arbitrary<Event['detail'] & object>,
  ),
  traceId: someText,
  spanId: someText,
  sessionId: someText,
  userId: someText,
  requestId: someText,
  flowId: someText,
  stepIndex: fc.integer({ min: -1, max: 1_000_000 }),
  issueId: someText,
  method: someText,
  route: someText,
  path: someText,
  status: fc.integer({ min: 0, max: 999 }),
  durationMs: fc.oneof(fc.constant(Number.NaN), fc.constant(0), fc.float({ noNaN: true, min: Math.fround(0.001), max: 1e9 })),
})
