import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import { createPinoLines } from './pino-line.ts'

const read = (line: object, options = {}) => createPinoLines(options).read(`${JSON.stringify(line)}\n`)

it('reads level, time and message, and leaves out the name of this machine', () => {
  const line = { level: 40, time: 1_700_000_000_123, pid: 7, hostname: hostname(), msg: 'slow', tenant: 'acme' }
  expect(read(line)).toEqual({ level: 'warn', message: 'slow', timestamp: 1_700_000_000_123, attributes: { pid: 7, tenant: 'acme' } })
  expect(read({ level: 'info', time: '2023-11-14T22:13:20.123Z', hostname: 'other', msg: 'x' })).toMatchObject({
    timestamp: 1_700_000_000_123,
    attributes: { hostname: 'other' },
  })
})

it.each([
  [10, 'trace', undefined],
  [30, 'info', undefined],
  [35, 'info', 35],
  [70, 'fatal', 70],
  ['DEBUG', 'debug', undefined],
  ['audit', 'info', 'audit'],
])('takes the level %s for %s', (sent, level, name) => {
  const event = read({ level: sent, msg: 'x' })
  expect([event.level, event.attributes]).toEqual([level, name === undefined ? {} : { level: name }])
})

it.each([
  [
    '',
    '{"level":30,"time":1700000000123,"pid":1,"time":35,"level":"gold","v":3,"msg":"x"}',
    1_700_000_000_123,
    { pid: 1, time: 35, level: 'gold', v: 3 },
  ],
  ['of an own level', '{"level":35,"time":1700000000123,"level":1,"msg":"x"}', 1_700_000_000_123, { level: 1 }],
  ['without a time', '{"level":30,"pid":1,"time":1700000000123,"msg":"x"}', undefined, { pid: 1, time: 1_700_000_000_123 }],
  ['without time and process', '{"level":30,"time":35,"msg":"x"}', undefined, { time: 35 }],
  [
    'with another name for the level',
    '{"severity":"INFO","time":1700000000123,"level":{"a":1},"msg":"x"}',
    1_700_000_000_123,
    { severity: 'INFO', level: { a: 1 } },
  ],
])('keeps fields named time and level apart from those that pino writes, in a line %s', (_, line, timestamp, attributes) => {
  const event = createPinoLines({}).read(`${line}\n`)
  expect([event.level, event.timestamp, event.attributes]).toEqual(['info', timestamp, attributes])
})

it('reads a line with a field of many megabytes', () => {
  const body = 'x'.repeat(20_000_000)
  const event = createPinoLines({}).read(`{"level":40,"time":1700000000123,"body":"${body}","time":35,"msg":"x"}`)
  expect(event).toMatchObject({ level: 'warn', timestamp: 1_700_000_000_123, attributes: { body, time: 35 } })
})

it('knows the names of a logger’s own levels once pino has told them', () => {
  const lines = createPinoLines({ levelNames: { audit: 'warn' } })
  lines.configure({ levels: { labels: { 30: 'info', 35: 'audit', 37: 'http' } } })
  expect(lines.read('{"level":35,"msg":"x"}')).toMatchObject({ level: 'warn', attributes: { level: 'audit' } })
  expect(lines.read('{"level":37,"msg":"x"}')).toMatchObject({ level: 'info', attributes: { level: 'http' } })
  expect(lines.levelOf('{"level":35,"time":1}')).toBe('warn')
  expect(lines.levelOf('{"time":1,"level":35}')).toBeUndefined()
})

it('makes the serialised error an error again, with its members and causes', () => {
  const err = {
    type: 'DatabaseError',
    message: 'lost',
    stack: 'DatabaseError: lost\n    at q (/app/db.js:1:2)',
    code: 'E1',
    cause: { type: 'Error', message: 'reset' },
  }
  const event = read({ level: 50, msg: 'order failed', err })
  const error = event.error as Error
  expect([event.message, error.name, error.stack]).toEqual(['order failed', 'DatabaseError', err.stack])
  expect(error).toMatchObject({ message: 'lost', code: 'E1', cause: { message: 'reset' } })
  expect(read({ level: 50, err: 'no object' })).toMatchObject({ attributes: { err: 'no object' } })
  expect(read({ level: 50, err }).message).toBe('lost')
})

it('gives events the ids that a line carries', () => {
  const ids = { traceId: 't1', spanId: 's1', reqId: 'req-1', userId: 7, flowId: 'checkout-1', stepIndex: 3 }
  expect(read({ level: 30, msg: 'x', ...ids })).toMatchObject({
    attributes: {},
    trace: { traceId: 't1', spanId: 's1' },
    requestId: 'req-1',
    user: { id: '7' },
    flow: { id: 'checkout-1', step: 3 },
  })
})

it('reads the request that pino-http writes', () => {
  const req = { id: 4, method: 'GET', url: '/a?b=1', query: { b: '1' }, headers: { 'user-agent': 'curl' }, remoteAddress: '10.0.0.1' }
  const event = read({ level: 30, msg: 'request completed', req, res: { statusCode: 200, headers: {} }, responseTime: 12 })
  expect(event.request).toEqual({ method: 'GET', url: '/a?b=1', path: '/a', status: 200, durationMs: 12, ip: '10.0.0.1', userAgent: 'curl' })
  expect(event.requestId).toBe('4')
  expect(event.attributes).toEqual({ req: { query: { b: '1' }, headers: { 'user-agent': 'curl' } }, res: { headers: {} } })
})

it('keeps a line that is no JSON as a message', () => {
  expect(createPinoLines({}).read('plain words\n')).toEqual({ level: 'info', message: 'plain words' })
})
