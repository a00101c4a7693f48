import { type Json, JsonText, LIMITS } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AttributeLimits, attributeText, attributeTypes, flattenAttributes, nestAttributes } from './attributes.ts'

const roundTrip = (value: { [key: string]: Json }, limits: AttributeLimits = LIMITS) => {
  const { attributes, objects } = flattenAttributes(value, limits)
  const entries = [...attributes].map(([name, value]) => [name, attributeText(value)] as const)
  return nestAttributes(entries, attributeTypes(attributes, objects))
}

/** Few letters and many dots, so that names collide often. */
const key = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[ab.]{0,4}$/) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', '') },
)
const object = fc.letrec<{ value: Json; object: { [key: string]: Json } }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).object

describe('attributes', () => {
  it('come back as they were sent, whatever the nesting and however names collide', () => {
    fc.assert(
      fc.property(object, (value) => {
        expect(JSON.stringify(sorted(roundTrip(value)))).toBe(JSON.stringify(sorted(value)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('are found by dotted names, with names of several levels and names with dots kept apart', () => {
    const { attributes, objects } = flattenAttributes(
      { 'order.id': 1, order: 'x', http: { status: 200, headers: { host: 'a' } }, list: [1, 'a'], none: {} },
      LIMITS,
    )
    expect([...attributes]).toEqual([
      ['order.id', 1],
      ['order', 'x'],
      ['http.status', 200],
      ['http.headers.host', 'a'],
      ['list', new JsonText('[1,"a"]')],
      ['none', new JsonText('{}')],
    ])
    expect([...objects]).toEqual(['http', 'http.headers'])
  })

  it('keep a nested object as JSON text where its names would collide with dotted ones', () => {
    const sent = { http: { status: 200 }, 'http.method': 'GET', other: { a: 1 } }
    expect([...flattenAttributes(sent, LIMITS).attributes.keys()]).toEqual(['http', 'http.method', 'other.a'])
    expect(roundTrip(sent)).toEqual(sent)
  })

  it('count what was shortened or left out', () => {
    const limits = { attributes: 2, attributeDepth: 2, attributeKey: 8, attributeValue: 5 }
    const { attributes, cut } = flattenAttributes({ long: '1234567', 'a-very-long-name': 1, third: 1 }, limits)
    expect([...attributes]).toEqual([
      ['long', '1234…'],
      ['a-very-…', 1],
    ])
    expect(cut).toBe(3)
  })

  it('keep what is nested too deep as JSON text', () => {
    const sent = { a: { b: { c: { d: 1 } } } }
    const limits = { ...LIMITS, attributeDepth: 2 }
    expect([...flattenAttributes(sent, limits).attributes.keys()]).toEqual(['a.b'])
    expect(roundTrip(sent, limits)).toEqual(sent)
  })
})

const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.keys(value)
    .sort()
    .map((name) => [name, sorted(value[name] ?? null)] as const)
  return Object.fromEntries(entries)
}
