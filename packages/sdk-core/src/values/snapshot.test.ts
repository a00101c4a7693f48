import fc from 'fast-check'
import { expect, it } from 'vitest'
import { finishCuts } from './cut-text.ts'
import { createSnapshots } from './snapshot.ts'

const snapshots = createSnapshots()
const copy = (value: unknown) => snapshots.value(value)
const cut = (text: string) => finishCuts(String(copy(text)))

class Order {
  id = 7
  get total(): number {
    return 12
  }
}

it.each<[string, unknown, unknown]>([
  ['a big integer', 12345678901234567890n, '12345678901234567890'],
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', -Infinity, '-Infinity'],
  ['nothing', undefined, '[undefined]'],
  ['a symbol', Symbol('seat'), 'Symbol(seat)'],
  ['a function', function pay() {}, '[Function: pay]'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a broken date', new Date(Number.NaN), 'Invalid Date'],
  ['a buffer', Buffer.from('hello'), '[Buffer: 5 bytes, 68656c6c6f]'],
  ['a buffer whose text is nobody’s business', Buffer.from('4111111111111111'), '[Buffer: 16 bytes, 3431313131313131…]'],
  ['numbers of one type', new Float64Array([1.5, 2]), '[Float64Array: 2 numbers, 1.5, 2]'],
  ['bare bytes', new Uint8Array([1, 255]).buffer, '[ArrayBuffer: 2 bytes, 01ff]'],
  ['a map with texts as keys', new Map([['a', 1]]), { a: 1 }],
  ['a map with other keys', new Map<unknown, unknown>([[{ x: 1 }, 2n]]), [[{ x: 1 }, '2']]],
  ['a set', new Set([1, new Set(['a'])]), [1, ['a']]],
  ['an address', new URL('http://h/p?q=1'), 'http://h/p?q=1'],
  ['an expression', /a+/gi, '/a+/gi'],
  ['headers', new Headers({ accept: 'x' }), { accept: 'x' }],
  ['a promise', Promise.resolve(1), '[Promise]'],
  ['a weak map', new WeakMap(), '[WeakMap]'],
  ['boxed scalars', [Object(1), Object('a'), Object(2n)], [1, 'a', '2']],
  ['an instance of a class', new Order(), { id: 7 }],
  ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['what says itself how it looks', { toJSON: () => ({ shown: true }) }, { shown: true }],
  [
    'a toJSON that throws',
    {
      toJSON: () => {
        throw new Error('no')
      },
    },
    '[Throws: no]',
  ],
  [
    'a getter that throws',
    {
      a: 1,
      get b() {
        throw new TypeError('gone')
      },
    },
    { a: 1, b: '[Throws: gone]' },
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap')
        },
      },
    ),
    '[Throws: trap]',
  ],
  ['a list with a hole', Object.assign([1], { length: 2 }), [1, '[undefined]']],
])('makes something readable of %s', (_, value, expected) => {
  expect(copy(value)).toEqual(expected)
  expect(snapshots.attributes({ value })).toEqual({ value: expected })
})

it('shows an error with its causes, its parts and its own members', () => {
  const error = Object.assign(new AggregateError([new Error('one')], 'all', { cause: new TypeError('root') }), { code: 'E_ALL' })
  expect(copy(error)).toMatchObject({
    type: 'AggregateError',
    message: 'all',
    stack: expect.stringContaining('snapshot.test.ts'),
    cause: { type: 'TypeError', message: 'root' },
    errors: [{ type: 'Error', message: 'one' }],
    code: 'E_ALL',
  })
})

it('marks a cycle and copies what merely stands twice', () => {
  const seat = { row: 1 }
  const ring: { [name: string]: unknown } = { first: seat, second: seat }
  ring.self = ring
  const shown = { first: { row: 1 }, second: { row: 1 }, self: '[Circular]' }
  expect([copy(ring), snapshots.attributes(ring)]).toEqual([shown, shown])
  const wide: { [name: string]: unknown } = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, index]))
  wide.self = wide
  expect(snapshots.attributes(wide).self).toBe('[Circular]')
})

it('keeps a member called __proto__ a member', () => {
  const copied = snapshots.attributes(JSON.parse('{"__proto__":{"admin":true},"list":[{"__proto__":1}]}'))
  expect(JSON.stringify(copied)).toBe('{"__proto__":{"admin":true},"list":[{"__proto__":1}]}')
  expect('admin' in copied).toBe(false)
})

it('shares nothing with the original', () => {
  const given = { a: 1, deep: { list: [{ b: 2 }] } }
  const copied = snapshots.attributes(given)
  given.a = 9
  ;(given.deep.list[0] as { b: number }).b = 9
  expect(copied).toEqual({ a: 1, deep: { list: [{ b: 2 }] } })
})

it('does bounded work on what is long, wide, deep or everything at once, and says what is missing', () => {
  expect(cut('ab'.repeat(40_000))).toBe(`${'ab'.repeat(16_384)}…[+47232]`)
  expect(cut(`${'a'.repeat(32_767)}😀`)).toBe(`${'a'.repeat(32_767)}…[+2]`)
  const list = copy(new Array(5_000_000)) as unknown[]
  expect([list.length, list.at(-1)]).toEqual([1_001, '…[+4999000]'])
  const long = copy({ ['n'.repeat(2_000)]: 1, a: 2 })
  expect(Object.keys(long as object).map(finishCuts)).toEqual([`${'n'.repeat(1_024)}…[+976]`, 'a'])
  const wide = copy(Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`n${index}`, index]))) as { [name: string]: unknown }
  expect([Object.keys(wide).length, wide['…']]).toEqual([1_001, '[+2000]'])
  let deep: unknown = 'bottom'
  for (let level = 0; level < 100_000; level++) deep = { deep }
  expect(JSON.stringify(copy(deep))).toMatch(/^(\{"deep":){12}"\[Object\]"\}{12}$/)
  // A lattice of 100 levels: 2^100 paths.
  let lattice: unknown = 1
  for (let level = 0; level < 100; level++) lattice = [lattice, lattice]
  expect(JSON.stringify(copy(lattice)).length).toBeLessThan(200_000)
  class Endless extends Set<number> {
    override *[Symbol.iterator](): SetIterator<number> {
      for (;;) yield 1
    }
  }
  expect(copy(new Endless())).toHaveLength(1_001)
  const texts = copy(Array.from({ length: 900 }, () => 'x'.repeat(30_000)))
  expect(JSON.stringify(texts).length).toBeLessThan(1_200_000)
})

it('reads no more of an object, a list, a map or an error than it keeps', () => {
  let reads = 0
  const count = 5_000
  const wide = (): object => {
    const made = {}
    for (let index = 0; index < count; index++) {
      Object.defineProperty(made, `n${index}`, { enumerable: true, get: () => reads++ })
    }
    return made
  }
  const attributes = snapshots.attributes(wide())
  expect([reads, Object.keys(attributes).length, attributes['…']]).toEqual([1_000, 1_001, '[+4000]'])
  const failed = Object.defineProperties(new Error('failed'), Object.getOwnPropertyDescriptors(wide()))
  reads = 0
  expect([copy(failed), reads]).toEqual([expect.objectContaining({ message: 'failed', '…': '[+4000]' }), 1_000])

  let keys = 0
  class Endless extends Map<string, number> {
    override *keys(): MapIterator<string> {
      for (;;) yield `k${keys++}`
    }
  }
  expect(copy(new Endless([['a', 1]]))).toEqual({ a: 1 })
  expect(keys).toBe(1_000)
})

it('takes attributes that are no object under a name', () => {
  expect(snapshots.attributes('text')).toEqual({ value: 'text' })
  expect(snapshots.attributes([1])).toEqual({ value: [1] })
  expect(snapshots.attributes(new Map([['a', 1]]))).toEqual({ a: 1 })
})

it('says about how large the last copy was', () => {
  snapshots.attributes({ a: 'x'.repeat(1_000), b: [1, 'y'.repeat(500)] })
  expect(snapshots.lastBytes).toBeGreaterThan(1_500)
  expect(snapshots.lastBytes).toBeLessThan(1_700)
  snapshots.attributes({ a: 'x'.repeat(1_000) })
  expect(snapshots.lastBytes).toBeLessThan(1_100)
})

it('makes JSON of anything', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
  fc.assert(
    fc.property(anything, (value) => {
      const text = JSON.stringify(copy(value))
      expect(JSON.stringify(JSON.parse(text))).toBe(text)
      // What JSON holds already stays as it is.
      const attributes = snapshots.attributes({ value })
      expect(JSON.stringify(attributes)).toBe(`{"value":${text}}`)
    }),
    { numRuns: 10_000 },
  )
})

it('leaves plain JSON as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      expect(JSON.stringify(copy(value))).toBe(JSON.stringify(value))
    }),
  )
})
