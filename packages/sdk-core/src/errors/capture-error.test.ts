import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { finishCuts } from '../values/cut-text.ts'
import { captureError } from './capture-error.ts'

const all = (value: unknown) => {
  const { type, message, read } = captureError(value)
  return { type, message, ...read() }
}

describe('what was thrown', () => {
  it('has the class it was made by, whether or not that set a name', () => {
    class PaymentDeclined extends Error {}
    class Named extends Error {
      override name = 'ValidationFailed'
    }
    class BadInput extends TypeError {}
    const ofNode = (() => {
      try {
        return Buffer.alloc('x' as unknown as number)
      } catch (error) {
        return error
      }
    })()
    const seen = [new PaymentDeclined('a'), new Named('b'), new BadInput('c'), new RangeError('d'), ofNode, new DOMException('gone', 'AbortError')]
    expect(seen.map((error) => captureError(error).type)).toEqual([
      'PaymentDeclined',
      'ValidationFailed',
      'BadInput',
      'RangeError',
      'TypeError',
      'AbortError',
    ])
    expect(all(seen[0]).stack).toMatch(/^PaymentDeclined: a\n\s+at /)
    expect(all(ofNode).attributes).toMatchObject({ 'error.code': 'ERR_INVALID_ARG_TYPE' })
  })

  it('may come from another realm', () => {
    const error: unknown = runInNewContext('const e = new TypeError("far"); e.code = "E_FAR"; e.context = { deep: [1] }; e')
    expect(error instanceof Error).toBe(false)
    expect(all(error)).toMatchObject({
      type: 'TypeError',
      message: 'far',
      stack: expect.stringContaining('TypeError: far\n'),
      attributes: { 'error.code': 'E_FAR', 'error.context': { deep: [1] } },
    })
  })

  it.each([
    ['a text', 'boom', 'string', 'boom'],
    ['nothing', undefined, 'undefined', 'undefined was thrown'],
    ['null', null, 'null', 'null was thrown'],
    ['a number', 404, 'number', '404'],
    ['a bigint', 5n, 'bigint', '5'],
    ['a symbol', Symbol('s'), 'symbol', 'Symbol(s)'],
    ['a function', () => 1, 'Function', 'a function was thrown'],
    ['an object with a message', { message: 'no stock', code: 7 }, 'Object', 'no stock'],
    ['an object with a name', { name: 'StockError', message: 'none' }, 'StockError', 'none'],
    ['an answer of an API', { error: 'invalid_grant', status: 400 }, 'Object', 'invalid_grant'],
    ['an answer with an error inside', { error: { message: 'deep' } }, 'Object', 'deep'],
    ['an object that says nothing', { a: 1, b: { c: 2 } }, 'Object', '{ a: 1, b: … }'],
    ['an empty object', {}, 'Object', 'an empty Object was thrown'],
    ['an empty list', [], 'Array', 'an empty list was thrown'],
    ['an error without a message', new Error(), 'Error', ''],
  ])('may be %s', (_, value, type, message) => {
    expect(captureError(value)).toMatchObject({ type, message })
    expect(() => captureError(value).read()).not.toThrow()
  })

  it('keeps the properties of plain objects, and what is wrapped in them', () => {
    expect(all({ message: 'no stock', code: 7 }).attributes).toEqual({ 'error.code': 7 })
    const wrapped = all({ error: new RangeError('inner'), status: 500 })
    expect(wrapped).toMatchObject({
      message: 'inner',
      attributes: { 'error.status': 500 },
      detail: { causes: [{ type: 'RangeError', message: 'inner' }] },
    })
    expect(wrapped.stack).toMatch(/^Object: inner\nCaused by: RangeError: inner\n\s+at /)
  })

  it('never throws, however hostile the value', () => {
    const trap = () => {
      throw new Error('trap')
    }
    const thorny = new Error('thorny')
    const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, trap]))
    // V8 asks for the message when the stack is replaced.
    for (const name of ['stack', 'message', 'cause', 'code']) Object.defineProperty(thorny, name, { get: trap, enumerable: true })
    const odd = Object.assign(new Error('odd'), { name: 5, constructor: null, cause: () => 1, errors: [1, null] })
    Object.defineProperty(odd, 'stack', { value: [{}] })
    for (const value of [new Proxy({}, traps), new Proxy(() => 1, traps), thorny, odd, Object.create(null), Object.freeze(new Error('frozen'))]) {
      expect(() => all(value)).not.toThrow()
      expect(typeof captureError(value).type).toBe('string')
    }
    expect(all(Object.freeze(new Error('frozen')))).toMatchObject({ message: 'frozen', stack: expect.stringContaining('frozen') })
    expect(all(odd)).toMatchObject({ message: 'odd', stack: undefined })
  })
})

it('reads a message of many empty lines in linear time', () => {
  // By trial and error from each line to the end it would take half a minute.
  const message = `no answer${'\n'.repeat(200_000)}`
  expect(all(new Error(message)).stack).toMatch(/^Error: no answer\n/)
})

describe('causes', () => {
  it('follow the error, each once, in the stack and in the detail', () => {
    const root = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' })
    const middle = new Error('query failed', { cause: root })
    const top = new Error('page failed', { cause: middle })
    ;(root as Error).cause = top
    const { stack, detail } = all(top)
    expect(stack?.match(/^(?:Caused by: )?\w+: .*$/gm)).toEqual([
      'Error: page failed',
      'Caused by: Error: query failed',
      'Caused by: TypeError: refused',
    ])
    expect(detail).toEqual({
      causes: [
        { relation: 'cause', type: 'Error', message: 'query failed' },
        { relation: 'cause', type: 'TypeError', message: 'refused', code: 'ECONNREFUSED' },
      ],
    })
  })

  it('may be texts, members of an AggregateError or what a SuppressedError holds', () => {
    expect(all(new Error('a', { cause: 'the disk' })).detail).toEqual({ causes: [{ relation: 'cause', type: 'string', message: 'the disk' }] })
    const some = new AggregateError([new Error('::1'), new Error('127.0.0.1')], '')
    expect(all(some)).toMatchObject({
      type: 'AggregateError',
      message: '::1 (and 1 more)',
      detail: { causes: [{ relation: 'errors' }, { message: '127.0.0.1' }] },
    })
    const inner = new AggregateError([new Error('c'), new Error('d')], 'b')
    const members = all(new AggregateError([new Error('a', { cause: inner }), new Error('e')], '')).detail?.causes
    // What an entry belongs to stands there unless it is the one before it: 0 is the error itself.
    expect((members as { message: string; of?: number }[]).map(({ message, of }) => [message, of])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
      ['d', 2],
      ['e', 0],
    ])
    // What was rejected need not be an error; a list that is an attribute is not said twice.
    const mixed = new AggregateError(['timed out', undefined, { code: 7, reason: 'no route' }, new Error('refused')], 'all failed')
    expect(all(mixed).detail?.causes).toMatchObject([
      { relation: 'errors', type: 'string', message: 'timed out' },
      { type: 'undefined', message: 'undefined was thrown' },
      { type: 'Object', message: 'no route', code: 7 },
      { type: 'Error', message: 'refused' },
    ])
    const invalid = Object.assign(new Error('invalid'), { errors: [{ path: 'name' }, 'age'] })
    expect(all(invalid)).toMatchObject({ detail: undefined, attributes: { 'error.errors': [{ path: 'name' }, 'age'] } })
    const suppressed = Object.assign(new Error('both'), { name: 'SuppressedError', error: new Error('close'), suppressed: new Error('body') })
    expect(all(suppressed).detail).toMatchObject({
      causes: [
        { relation: 'error', message: 'close' },
        { relation: 'suppressed', message: 'body' },
      ],
    })
  })

  it('begin where they begin, though a message says “Caused by: ” on a line of its own', () => {
    const { stack } = all(new Error('import failed\nCaused by: a bad row', { cause: new TypeError('bad\nCaused by: nothing') }))
    expect(stack?.match(/^Caused by: .*$/gm)).toEqual(['Caused by: TypeError: bad'])
    expect(stack).toContain('a bad row')
  })

  it('end after ten, however many there are', () => {
    let error = new Error('0')
    for (let depth = 1; depth < 5_000; depth++) error = new Error(String(depth), { cause: error })
    expect(all(error).detail?.causes).toHaveLength(10)
  })
})

describe('what hangs on an error', () => {
  it('becomes attributes: scalars as they were at the call, plain objects bounded, no connections', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      errno: -2,
      sql: 'INSERT …',
      type: 'entity.parse.failed',
      config: { headers: { authorization: 'x' } },
      response: { status: 503, data: 'long' },
      at: new Date(0),
      socket: { fd: 1 },
      buffer: new Map([[1, 2]]),
      meta: { target: ['email'] },
      run: () => 1,
    })
    const captured = captureError(error)
    error.code = 'changed'
    expect(captured.read().attributes).toEqual({
      'error.code': '23505',
      'error.errno': -2,
      'error.sql': 'INSERT …',
      'error.own.type': 'entity.parse.failed',
      'error.response': { status: 503 },
      'error.at': '1970-01-01T00:00:00.000Z',
      'error.meta': { target: ['email'] },
    })
  })

  it('is bounded in number, depth and length', () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, { x: Array(500).fill(n) }]))
    const size = JSON.stringify(all(Object.assign(new Error('m'), { cyclic, many, text: 'x'.repeat(1e6) })).attributes).length
    expect(size).toBeLessThan(12_000)
    const scalars = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n]))
    expect(Object.keys(all(Object.assign(new Error('m'), scalars)).attributes ?? {})).toHaveLength(30)
  })
})

describe('the stack', () => {
  it('is formatted when it is read, not when the error is captured, and is kept', () => {
    let formatted = 0
    const error = new Error('x')
    Object.defineProperty(error, 'stack', { get: () => `Error: x\n    at f (/a.js:${++formatted}:1)` })
    const captured = captureError(error)
    expect(formatted).toBe(0)
    const { stack } = captured.read()
    expect(captured.read().stack).toBe(stack)
  })

  it('keeps its frames however long the message, and says what the error says now', () => {
    const long = new Error('m'.repeat(1_000_000))
    const { message, stack } = all(long)
    expect(finishCuts(message).length).toBeLessThan(32_020)
    expect(stack?.length).toBeLessThan(42_000)
    expect(stack).toMatch(/\n\s+at .*capture-error\.test/)
    const changed = new Error('before')
    changed.message = 'after'
    expect(all(changed).stack).toMatch(/^Error: after\n\s+at /)
  })

  it('that source maps have rewritten is used as it is', () => {
    const mapped = '/app/src/pay.ts:4\n  throw new PaymentError("no")\n        ^\n\nError: no\n    at pay (/app/src/pay.ts:4:9)'
    const error = Object.assign(new Error('no'), { stack: mapped })
    expect(all(error).stack).toBe(mapped)
  })
})
