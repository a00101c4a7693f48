import { type Event, JsonText, LIMITS, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import type { PipelineContextOptions } from '../context.ts'
import { SAMPLE_NOW, sampleContext } from '../testing/sample-context.ts'
import { normalise } from './normalise.ts'

const read = (record: { [key: string]: unknown }, options: Partial<PipelineContextOptions> = {}): Event =>
  normalise(record, undefined, sampleContext(options))
const attributes = (record: { [key: string]: unknown }): { [key: string]: unknown } => Object.fromEntries(read(record).attributes)
const back = (record: { [key: string]: unknown }) => eventToJson(read(record), '01930000-0000-7000-8000-000000000000')

describe('names', () => {
  it('reads every field under our own name', () => {
    const sent = {
      kind: 'request',
      timestamp: '2026-11-21T09:30:12.123Z',
      level: 'error',
      message: 'payment failed',
      service: 'checkout',
      environment: 'production',
      release: '2.4.1',
      host: 'web-3',
      dataset: 'shop',
      tags: ['card'],
      attributes: { 'order.id': 'A-1', attempt: 2 },
      traceId: 't',
      spanId: 's',
      sessionId: 'se',
      userId: 'u',
      requestId: 'r',
      flowId: 'f',
      stepIndex: 3,
      request: { method: 'POST', route: '/pay/:id', path: '/pay/7', status: 500, durationMs: 31.25 },
    }
    expect(back(sent)).toMatchObject({ ...sent, timestamp: '2026-11-21T09:30:12.123000Z' })
  })

  it('keeps the query of a path apart, whatever the path is called', () => {
    const request = { method: 'GET', status: 200 }
    for (const sent of [
      { request: { ...request, path: '/orders?page=2' } },
      { http: { request: { method: 'GET' }, response: { status_code: 200 } }, url: { path: '/orders', query: 'page=2' } },
      { req: { method: 'GET', url: '/orders?page=2' }, res: { statusCode: 200 } },
      { method: 'GET', status: 200, path: '/orders?page=2' },
      { method: 'GET', status: 200, 'http.target': '/orders?page=2' },
    ]) {
      expect(read(sent)).toMatchObject({ path: '/orders', method: 'GET', status: 200 })
      expect(attributes(sent)).toEqual({ 'url.query': 'page=2' })
    }
    expect(back({ path: '/a?' })).toMatchObject({ request: { path: '/a' }, attributes: { 'url.query': '' } })
  })

  it('keeps whole addresses, and every one of several paths, as they were sent', () => {
    const address = 'https://shop.example/orders?page=2'
    expect(back({ request: { method: 'GET', url: address } })).toMatchObject({
      request: { path: '/orders' },
      attributes: { request: { url: address } },
    })
    expect(back({ path: '/a?x=1', url: '/b?y=2' })).toMatchObject({ request: { path: '/a' }, attributes: { 'url.query': 'x=1', url: '/b?y=2' } })
    expect(back({ url: '/b?y=2', path: '/a?x=1' })).toMatchObject({ request: { path: '/a' }, attributes: { 'url.query': 'x=1', url: '/b?y=2' } })
  })

  it('takes the names that other loggers use', () => {
    const event = read({
      '@timestamp': '2026-11-20T00:00:00Z',
      severity: 'WARNING',
      msg: 'hi',
      svc: 'api',
      env: 'dev',
      hostname: 'h',
      trace_id: 't',
      'span.id': 's',
      user_id: 7,
      req_id: 'r',
      session_id: 'x',
      flow_id: 'f',
      step: '4',
    })
    expect(event).toMatchObject({
      level: 'warn',
      message: 'hi',
      service: 'api',
      environment: 'dev',
      host: 'h',
      traceId: 't',
      spanId: 's',
      userId: '7',
    })
    expect(event).toMatchObject({ requestId: 'r', sessionId: 'x', flowId: 'f', stepIndex: 4, timestamp: Date.UTC(2026, 10, 20) * 1000 })
    expect(event.attributes.size).toBe(0)
  })

  it('takes the names of the Elastic Common Schema, flat or nested, and of Serilog', () => {
    const nested = read({
      service: { name: 'api', version: '1' },
      host: { name: 'h' },
      log: { level: 'error', logger: 'a.b' },
      trace: { id: 't' },
      user: { id: 'u', name: 'bo' },
    })
    expect(nested).toMatchObject({ service: 'api', release: '1', host: 'h', level: 'error', traceId: 't', userId: 'u' })
    expect(Object.fromEntries(nested.attributes)).toEqual({ 'log.logger': 'a.b', 'user.name': 'bo' })
    expect(read({ Timestamp: '2026-11-20T00:00:00Z', Level: 'Fatal', Message: 'x', '@l': 'Debug' })).toMatchObject({ level: 'fatal', message: 'x' })
  })

  it('prefers our own name to an alias, in whatever order they come, and keeps the other', () => {
    for (const record of [
      { message: 'ours', msg: 'theirs' },
      { msg: 'theirs', message: 'ours' },
    ]) {
      expect(read(record).message).toBe('ours')
      expect(attributes(record)).toEqual({ msg: 'theirs' })
    }
  })

  it('keeps a client’s own id and every unknown name as attributes', () => {
    expect(attributes({ message: 'x', id: 'mine', tenant: 't', __proto__x: 1 })).toEqual({ id: 'mine', tenant: 't', __proto__x: 1 })
    expect(attributes(JSON.parse('{"__proto__":{"a":1},"constructor":"c"}'))).toEqual(
      Object.fromEntries([
        ['__proto__.a', 1],
        ['constructor', 'c'],
      ]),
    )
  })
})

describe('attributes', () => {
  it('gives nested attributes back as they were sent', () => {
    const extra = { tenant: 'a', cache: { hit: true, size: 2, none: null, list: [1, { b: 2 }], empty: {} } }
    expect(back({ message: 'x', extra, 'dotted.name': 1 }).attributes).toEqual({ extra, 'dotted.name': 1 })
  })

  it('tells a dotted name from nesting even where both stand in one entry', () => {
    const sent = { 'a.b': 1, a: { c: 2 } }
    expect(back({ message: 'x', ...sent }).attributes).toEqual(sent)
  })

  it('keeps objects searchable beside one whose names collide', () => {
    expect(attributes({ 'a.b': 1, a: { c: 2 }, other: { d: 3 } })).toMatchObject({ 'other.d': 3 })
  })

  it('merges `attributes` at the top and keeps other objects under their name', () => {
    expect(attributes({ attributes: { a: 1, service: 'no column' }, data: { a: 2 }, labels: { a: 3 } })).toEqual({
      a: 1,
      service: 'no column',
      'data.a': 2,
      'labels.a': 3,
    })
  })

  it('gives any JSON back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 }), (sent) => {
        const plain = JSON.parse(JSON.stringify(sent).toWellFormed()) as { [key: string]: unknown }
        expect(back({ message: 'x', attributes: { k: plain } }).attributes).toEqual({ k: plain })
      }),
      { numRuns: 300 },
    )
  })

  it('leaves out what is beyond the limit and says so', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]))
    const event = read({ message: 'x', many })
    expect(event.attributes.size).toBeLessThanOrEqual(LIMITS.attributes + 1)
    expect(event.attributes.get('heartwood.truncated')).toBe(`attributes[+${100_000 - LIMITS.attributes}]`)
  })

  it('survives any depth', () => {
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = { a: deep }
    expect(read({ message: 'x', deep }).attributes.size).toBe(1)
  })
})

describe('levels', () => {
  it.each([
    ['WARNING', 'warn'],
    ['Notice', 'info'],
    ['crit', 'fatal'],
    ['emerg', 'fatal'],
    ['verbose', 'trace'],
    ['E', 'error'],
    ['[Error]', 'error'],
    [10, 'trace'],
    [30, 'info'],
    ['50', 'error'],
    [60, 'fatal'],
    [35, 'info'],
    [3, 'error'],
    [7, 'debug'],
  ])('reads %j as %s', (level, expected) => {
    expect(read({ level, message: 'x' }).level).toBe(expected)
    expect(attributes({ level, message: 'x' })).toEqual({})
  })

  it('takes unknown words for info and keeps them', () => {
    expect(read({ level: 'fancy' }).level).toBe('info')
    expect(attributes({ level: 'fancy' })).toEqual({ level: 'fancy' })
  })

  it('tells Python’s numbers and syslog’s from pino’s by their names', () => {
    expect(read({ levelno: 30 }).level).toBe('warn')
    expect(read({ PRIORITY: '3' }).level).toBe('error')
  })

  it('falls back to the level of the request, and to error where there is one', () => {
    expect(read({ message: 'x' }, { defaults: { level: 'warn' } }).level).toBe('warn')
    expect(read({ err: { message: 'broken' } }, { defaults: { level: 'warn' } }).level).toBe('error')
    expect(read({ level: 'info', err: { message: 'retried' } }).level).toBe('info')
  })
})

describe('errors', () => {
  it('reads error objects, whatever they are called', () => {
    for (const name of ['error', 'err', 'exception']) {
      const event = read({
        message: 'x',
        [name]: { name: 'TypeError', message: 'no', stack: 'TypeError: no\n  at a', code: 'E1', cause: { message: 'why' } },
      })
      expect(Object.fromEntries(event.attributes)).toEqual({ 'error.type': 'TypeError', 'error.message': 'no', 'error.code': 'E1' })
      expect(event.detail).toEqual({ stack: 'TypeError: no\n  at a', cause: { message: 'why' } })
    }
  })

  it.each([
    ['java.io.IOException: closed\n\tat a.B.c(B.java:1)\n', 'java.io.IOException', 'closed'],
    ['Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: \'x\'', 'KeyError', "'x'"],
    ['main.main\n\t/a/b.go:1', undefined, undefined],
  ])('names the error of a stack that comes alone: %j', (stack, type, message) => {
    const event = read({ message: 'm', stack_trace: stack })
    expect([event.attributes.get('error.type'), event.attributes.get('error.message')]).toEqual([type, message])
  })

  it('reads errors of many empty lines in linear time', () => {
    // By trial and error from each line to the end it would take half a minute.
    expect(read({ error: `no answer${'\n'.repeat(200_000)}` }).attributes.get('error.message')).toBe('no answer')
  })

  it('reads errors that are text, with their stack or without', () => {
    expect(back({ error: 'RangeError: too far\n    at f (a.js:1:2)' })).toMatchObject({
      level: 'error',
      message: 'too far',
      error: { type: 'RangeError', message: 'too far', stack: 'RangeError: too far\n    at f (a.js:1:2)' },
    })
    expect(back({ message: 'm', exc_info: 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: bad' }).error).toMatchObject({
      type: 'ValueError',
      message: 'bad',
    })
    expect(back({ message: 'm', err: 'it broke' }).error).toEqual({ message: 'it broke' })
  })

  it('does not take `error: false` for an error', () => {
    expect(read({ message: 'ok', error: false })).toMatchObject({ level: 'info' })
    expect(attributes({ error: false, err: null })).toEqual({ error: false })
  })
})

describe('requests', () => {
  it('reads http objects and keeps what has no column', () => {
    const event = read({ http: { method: 'get', route: '/a/:id', path: '/a/1', status_code: '404', duration_ms: 1.5, bytes: 9 } })
    expect(event).toMatchObject({ method: 'GET', route: '/a/:id', path: '/a/1', status: 404, durationMs: 1.5 })
    expect(Object.fromEntries(event.attributes)).toEqual({ 'http.bytes': 9 })
  })

  it('keeps a route that was sent, also one that looks like an id, and makes one where there is none', () => {
    const routeOf = (request: object) => read({ kind: 'request', request }).route
    expect(routeOf({ route: '/2024', path: '/2024?tab=1' })).toBe('/2024')
    expect(routeOf({ route: 'users#show', path: '/users/7' })).toBe('users#show')
    expect(routeOf({ path: '/users/7?tab=1' })).toBe('/users/:id')
  })

  it('reads what pino-http writes', () => {
    const event = read({
      level: 30,
      time: 1_795_000_000_000,
      pid: 1,
      hostname: 'h',
      name: 'shop',
      req: { id: 4, method: 'GET', url: '/cart', headers: { host: 'x', 'user-agent': 'curl/8' }, remoteAddress: '203.0.113.7' },
      res: { statusCode: 200 },
      responseTime: 12,
      msg: 'request completed',
    })
    expect(event).toMatchObject({ service: 'shop', host: 'h', method: 'GET', path: '/cart', status: 200, durationMs: 12, requestId: '4' })
    expect(Object.fromEntries(event.attributes)).toEqual({
      pid: 1,
      'req.headers.host': 'x',
      'client.address': '203.0.113.7',
      'client.user_agent': 'curl/8',
    })
  })

  it('keeps values that do not fit where they were', () => {
    expect(attributes({ status: 'ok', method: 'Foo.bar()', path: 'relative', durationMs: 'long', stepIndex: -1 })).toEqual({
      status: 'ok',
      method: 'Foo.bar()',
      path: 'relative',
      durationMs: 'long',
      stepIndex: -1,
    })
  })

  it('takes an address for a client’s only where a request is told of', () => {
    expect(attributes({ message: 'Failed password', ip: '203.0.113.7' })).toEqual({ ip: '203.0.113.7' })
    expect(attributes({ method: 'GET', status: 200, ip: '203.0.113.7' })).toEqual({ 'client.address': '203.0.113.7' })
  })
})

describe('coercion', () => {
  it('takes numbers for texts, and null, [] and {} for nothing', () => {
    const event = read({ message: 12, service: null, host: [], environment: {}, tags: null, level: null, timestamp: null, error: [], request: [] })
    expect(event).toMatchObject({ message: '12', service: '', host: '', environment: '', tags: [], level: 'info', timestamp: SAMPLE_NOW })
    expect(event.attributes.size).toBe(0)
  })

  it('takes tags as a list or as text', () => {
    expect(read({ tags: 'a, b;c,' }).tags).toEqual(['a', 'b', 'c'])
    expect(read({ tags: ['a', 1, '', null] }).tags).toEqual(['a', '1'])
  })

  it('cuts and marks what is too long', () => {
    const event = read({ message: 'm'.repeat(LIMITS.message + 10), service: 's'.repeat(1_000), a: '😀'.repeat(LIMITS.attributeValue) })
    expect(event.message.length).toBe(LIMITS.message)
    expect(event.message).toMatch(/m…\[\+16\]$/)
    expect(event.service).toHaveLength(LIMITS.name)
    expect((event.attributes.get('a') as string).isWellFormed()).toBe(true)
    expect(event.attributes.get('heartwood.truncated')).toBe('message, service, a')
  })

  it('replaces lone surrogates and leaves out NUL', () => {
    const event = read({ message: 'a\ud800b\0', service: '\udc00', k: '\ud800', '\ud800\0': 1, tags: ['\ud800\0', '\0'] })
    expect(event).toMatchObject({ message: 'a\ufffdb', service: '\ufffd', tags: ['\ufffd'] })
    expect(Object.fromEntries(event.attributes)).toEqual({ k: '\ufffd', '\ufffd': 1 })
  })

  it('keeps names apart that are too long and begin alike, also those of objects', () => {
    const long = 'n'.repeat(LIMITS.attributeKey)
    const sent = { attributes: { [`${long}a`]: 1, [`${long}b`]: 2, [`${long}c`]: { x: 3 }, [`${long}d`]: { x: 4 } } }
    const { attributes: kept } = read(sent)
    expect([...kept.values()]).toEqual([1, 2, 3, 4])
    for (const name of kept.keys()) expect(name).toMatch(/^n{191}…[0-9a-f]{8}$|^n{181,191}…/)
    expect([...kept.keys()].every((name) => name.length <= LIMITS.attributeKey)).toBe(true)
    expect([...read(sent).attributes.keys()]).toEqual([...kept.keys()])
  })

  it('never throws, and leaves only values that the store can take', () => {
    const anything = fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom('message', 'level', 'time', 'error', 'err', 'http', 'req', 'tags', 'attributes', 'detail', 'kind', 'service', 'user', 'ip'),
      ),
      fc.anything({ withBigInt: true, withSparseArray: true, maxDepth: 4 }),
      { maxKeys: 10 },
    )
    fc.assert(
      fc.property(anything, (record) => {
        const event = read(record)
        expect(Number.isFinite(event.timestamp)).toBe(true)
        for (const value of event.attributes.values()) {
          expect(value === null || value instanceof JsonText || ['string', 'number', 'boolean'].includes(typeof value)).toBe(true)
        }
        expect(() => JSON.stringify(eventToJson(event, ''))).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})

describe('the clock', () => {
  it('replaces times that cannot be, and says so', () => {
    expect(read({ timestamp: 'yesterday-ish' }).timestamp).toBe(SAMPLE_NOW)
    expect(attributes({ timestamp: 'yesterday-ish' })).toEqual({ 'heartwood.clock': 'unreadable', 'heartwood.sent_timestamp': 'yesterday-ish' })
    expect(attributes({ time: -5_000_000 })).toMatchObject({ 'heartwood.clock': 'before 1970' })
    expect(read({ timestamp: 0 }).timestamp).toBe(SAMPLE_NOW)
    const ahead = read({ timestamp: '2026-11-23T00:00:00Z' })
    expect(ahead.timestamp).toBe(SAMPLE_NOW)
    expect(Object.fromEntries(ahead.attributes)).toEqual({
      'heartwood.clock': 'ahead',
      'heartwood.sent_timestamp': '2026-11-23T00:00:00.000000Z',
    })
  })

  it('takes the time of the decoder before any field', () => {
    const stamp = unixMicros(Date.UTC(2026, 10, 1) * 1000)
    const event = normalise({ time: '2026-11-01T00:00:00Z', ts: '2026-11-02T00:00:00Z' }, stamp, sampleContext())
    expect(event.timestamp).toBe(stamp)
    expect(Object.fromEntries(event.attributes)).toEqual({ ts: '2026-11-02T00:00:00Z' })
  })
})
