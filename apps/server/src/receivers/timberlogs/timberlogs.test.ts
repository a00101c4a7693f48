import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TimberlogsLog, toLog } from '../../compat/timberlogs/log.ts'
import { HeartwoodError } from '../../errors.ts'
import { registerRawBody } from '../../http/body.ts'
import { createOrphans } from '../orphans.ts'
import { createDoorUnderTest, type DoorUnderTest } from '../testing/door-under-test.ts'
import { registerTimberlogsReceiver } from './routes.ts'

const WIRE = new URL('../../../../../fixtures/wire/timberlogs/', import.meta.url)
const NOW = Date.UTC(2026, 10, 21, 12)

let door: DoorUnderTest
beforeEach(async () => {
  door = await createDoorUnderTest()
  await door.app.register(async (scope) => {
    registerRawBody(scope)
    await registerTimberlogsReceiver(scope, {
      ingest: door.ingest,
      projects: door.projects,
      orphans: createOrphans({ now: Date.now }),
      now: () => NOW,
    })
  })
})
afterEach(() => door.app.close())

interface Answer {
  success?: boolean
  count?: number
  rejected?: number
  error?: string
  code?: string
  errors?: { index?: number; line?: number; code: string; message: string }[]
  flowId?: string
  name?: string
}

async function post(payload: string | Buffer, query = '', headers: { [name: string]: string } = {}, path = '/v1/logs') {
  const answer = await door.app.inject({ method: 'POST', url: `${path}${query}`, headers, payload })
  return { status: answer.statusCode, body: answer.json() as Answer }
}
const send = (logs: unknown, query = '') => post(JSON.stringify({ logs }), query, { 'content-type': 'application/json' })
/** What was taken, as the reading half gives it. */
const logs = (): TimberlogsLog[] => door.events.map(toLog)
/** Of one entry: what it reads back as. */
async function roundTrip(entry: object): Promise<TimberlogsLog> {
  const { body } = await send([entry])
  expect(body).toMatchObject({ success: true, count: 1 })
  const log = logs().at(-1)
  if (log === undefined) throw new Error('nothing was taken')
  return log
}

interface Recorded {
  path: string
  query_string?: string
  headers: { [name: string]: string }
  body_text?: string
  body_json?: { logs?: unknown[] }
}
function recorded(file: string): Recorded[] {
  const { request, requests } = JSON.parse(readFileSync(new URL(file, WIRE), 'utf8')) as { request?: Recorded; requests?: Recorded[] }
  return requests ?? (request ? [request] : [])
}

describe('what the clients were recorded to send', () => {
  it.each(readdirSync(WIRE).filter((file) => !file.startsWith('cli-')))('%s is taken whole', async (file) => {
    for (const { path, query_string, headers, body_text = '', body_json } of recorded(file)) {
      const { 'Content-Length': _length, 'content-length': _other, ...rest } = headers
      const before = door.events.length
      const { status, body } = await post(body_text, query_string ? `?${query_string}` : '', rest, path)
      expect(status).toBe(200)
      if (path === '/v1/flows') expect(body.name).toBe('checkout')
      else {
        expect(body).toMatchObject({ success: true, count: door.events.length - before })
        expect(body.rejected).toBeUndefined()
        if (body_json?.logs) expect(body.count).toBe(body_json.logs.length)
      }
    }
    for (const log of logs()) expect(Object.keys(log)).toHaveLength(19)
  })

  it('keeps what the options of a raw body say, however they were encoded', async () => {
    const [broken, percent, encoded] = ['broken', 'percent', 'encoded'].map((name) => recorded(`py-raw-options-${name}.json`)[0])
    for (const one of [broken, percent, encoded]) await post(one?.body_text ?? '', `?${one?.query_string}`)
    expect(logs().map(({ source, dataset, level }) => [source, dataset, level])).toEqual([
      ['a', 'default', 'info'],
      ['50% off', 'a b', 'info'],
      ['my api é', 'd1', 'warn'],
    ])
  })
})

describe('entries', () => {
  it.each([
    ['Warning', 'warn'],
    ['FATAL', 'error'],
    ['emergency', 'error'],
    ['trace', 'debug'],
    ['notice', 'info'],
    [null, 'info'],
  ])('read level %s as %s', async (level, expected) => {
    const log = await roundTrip({ level, message: 'm' })
    expect([log.level, log.data]).toEqual([expected, null])
  })

  it('keep a level that nobody knows among the data', async () => {
    expect(await roundTrip({ level: 'loud', message: 'm' })).toMatchObject({ level: 'info', data: { level: 'loud' } })
  })

  it('take messages of any type', async () => {
    await send([42, true, { a: 1 }, [1], '', null, undefined].map((message) => ({ message })))
    expect(logs().map(({ message }) => message)).toEqual(['42', 'true', '{"a":1}', '[1]', '', '', ''])
    expect((await roundTrip({ message: null, errorName: 'Boom' })).message).toBe('Boom')
  })

  it('give data back with its types, also where its names are those of fields', async () => {
    const data = {
      n: 1,
      f: 1.5,
      t: true,
      z: null,
      list: [1, 'a', { b: null }],
      deep: { a: { b: [] }, empty: {} },
      'dotted.name': 1,
      message: 'm',
      status: 500,
      userId: 7,
      timestamp: 'soon',
      error: { type: 'T', message: 'x', more: 1 },
      ipAddress: '10.0.0.1',
      country: 'DE',
      __proto__: undefined,
    }
    expect((await roundTrip({ message: 'm', data })).data).toEqual(data)
    const failed = await roundTrip({ message: 'm', data: { error: { type: 'inner' } }, errorName: 'Outer' })
    expect([failed.errorName, failed.data]).toEqual(['Outer', { error: { type: 'inner' } }])
    expect(await roundTrip({ message: 'm', data: 'text' })).toMatchObject({ data: { value: 'text' } })
    expect(await roundTrip({ message: 'm', data: [1, 2] })).toMatchObject({ data: { value: [1, 2] } })
  })

  it('become errors by a name or a stack, of which data says what was thrown', async () => {
    const log = await roundTrip({ level: 'error', message: 'failed', data: { message: 'bad' }, errorName: 'ValueError', errorStack: 'Traceback…' })
    expect(log).toMatchObject({ data: { message: 'bad' }, errorName: 'ValueError', errorStack: 'Traceback…' })
    expect(door.events.at(-1)?.error).toEqual({ type: 'ValueError', message: 'bad', stack: 'Traceback…' })
  })

  it('put names that the protocol does not have into data, where those of data win', async () => {
    const log = await roundTrip({ message: 'm', status: 500, path: '/x', a: 1, data: { a: 2 }, source: { odd: 1 }, stepIndex: -4 })
    expect(log.data).toEqual({ status: 500, path: '/x', a: 2, source: { odd: 1 }, stepIndex: -4 })
    expect(log.stepIndex).toBeNull()
  })

  it('read tags, steps and ids leniently', async () => {
    const log = await roundTrip({ message: 'm', tags: 'a, b;c', stepIndex: '5', userId: 7, sessionId: '', flowId: null, requestId: 'r' })
    expect(log).toMatchObject({ tags: ['a', 'b', 'c'], stepIndex: 5, userId: '7', sessionId: null, flowId: null, requestId: 'r' })
    expect((await roundTrip({ message: 'm', tags: ['x', '', null, 3] })).tags).toEqual(['x', '3'])
  })

  it.each([
    [1_767_225_600, 1_767_225_600_000],
    [1_767_225_600_000, 1_767_225_600_000],
    ['1767225600000', 1_767_225_600_000],
    [1_767_225_600_000_000, 1_767_225_600_000],
    ['2026-01-01T00:00:00', 1_767_225_600_000],
    ['2026-01-01T01:00:00+01:00', 1_767_225_600_000],
    ['whenever', NOW],
    [null, NOW],
  ])('read time %s', async (timestamp, expected) => {
    const log = await roundTrip({ message: 'm', timestamp })
    expect([log.timestamp, log.data]).toEqual([expected, null])
  })

  it('take their source and environment from the query, or none', async () => {
    await send([{ message: 'a' }, { message: 'b', source: 'own', environment: '' }], '?source=s&environment=e&dataset=d')
    await send([{ message: 'c' }])
    expect(logs().map(({ source, environment, dataset }) => [source, environment, dataset])).toEqual([
      ['s', 'e', 'd'],
      ['own', 'e', 'd'],
      ['unknown', null, 'default'],
    ])
  })

  it('keep their order, of which ids tell within one millisecond', async () => {
    await send(Array.from({ length: 3_000 }, (_, i) => ({ message: `${i}` })))
    const byId = logs().sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(byId.map(({ message }) => Number(message))).toEqual(Array.from({ length: 3_000 }, (_, i) => i))
  })

  it('are taken although they are years old', async () => {
    expect((await roundTrip({ message: 'm', timestamp: '2001-02-03T04:05:06Z' })).timestamp).toBe(Date.UTC(2001, 1, 3, 4, 5, 6))
  })
})

describe('batches', () => {
  it('take the good entries and count the bad ones', async () => {
    const { status, body } = await send([{ message: 'a' }, null, 7, { message: 'b' }])
    expect([status, body.count, body.rejected]).toEqual([200, 2, 2])
    expect(body.errors?.map(({ index }) => index)).toEqual([1, 2])
  })

  it('answer 200 to JSON without a log in it, which a refusal would bring back for ever', async () => {
    expect(await send([null])).toMatchObject({ status: 200, body: { success: true, count: 0, rejected: 1 } })
  })

  it.each(['', ' \n', '{"logs":[]}'])('refuse %j, which holds nothing', async (payload) => {
    expect(await post(payload)).toMatchObject({ status: 400, body: { error: 'Validation error' } })
  })

  it('refuse what claims to be JSON and is none', async () => {
    expect(await post('{"logs": oops', '', { 'content-type': 'application/json' })).toMatchObject({ status: 400, body: { code: 'PARSE_ERROR' } })
  })

  it('know the words that are no JSON', async () => {
    await post('{"logs":[{"message":"m","data":{"x":NaN,"y":-Infinity,"t":"NaN, [Infinity]"}}]}')
    expect(logs()[0]?.data).toEqual({ x: null, y: null, t: 'NaN, [Infinity]' })
  })

  it('find the list wherever it stands, and take a list or an entry alone', async () => {
    await post('{"v":1, "logs":[{"message":"a"},{"message":"b"}]}', '', { 'content-type': 'application/x-www-form-urlencoded' })
    await post('[{"message":"c"}]')
    await post('{"message":"d"}')
    expect(logs().map(({ message }) => message)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('are stored each time, however equal they look', async () => {
    for (let round = 0; round < 3; round++) await send([{ message: 'heartbeat' }])
    expect(door.events).toHaveLength(3)
  })

  it('say what is wrong as a text', async () => {
    door.queue.failure = new HeartwoodError('queue-full', 'Full.', { retryAfterSeconds: 3 })
    expect(await send([{ message: 'a' }])).toEqual({ status: 503, body: { error: 'Full.' } })
  })
})

describe('raw formats', () => {
  it.each([
    ['2024-01-15 10:30:00 ERROR Connection refused to database', 'error', 1705314600000, 'Connection refused to database'],
    ['2024-01-15T10:30:01.250+01:00 [warn] retrying', 'warn', 1705311001250, 'retrying'],
    ['01/15/2024 10:30:02 INFO up', 'info', 1705314602000, 'up'],
    ['2024-01-15 10:30:03,123 WARNING - slow', 'warn', 1705314603123, 'slow'],
    ['[2024-01-15T10:30:00Z] debug: x', 'debug', 1705314600000, 'x'],
    ['2024-01-15T10:30:00.000Z [INFO ] api: hello', 'info', 1705314600000, 'api: hello'],
    ['2024-01-15 10:30:00 main.py:12 ERROR boom', 'error', 1705314600000, 'main.py:12 ERROR boom'],
    ['ERROR in module X', 'error', NOW, 'ERROR in module X'],
    ['WARN: disk', 'warn', NOW, 'disk'],
    ['there were 0 errors, info follows', 'debug', NOW, 'there were 0 errors, info follows'],
    ['2024-13-45 99:99:99 x', 'debug', NOW, '2024-13-45 99:99:99 x'],
  ])('text: %s', async (line, level, timestamp, message) => {
    await post(line, '?format=text&level=debug')
    expect(logs()[0]).toMatchObject({ level, timestamp, message })
  })

  it('text: a line is a log, but for those that belong to the one before', async () => {
    await post(
      '2024-01-15 10:30:00 ERROR x\nTraceback (most recent call last):\n  File "a"\nValueError: y\nand on\n  more\nERROR z\n\n2024-01-15 10:30:01 a',
      '?format=TEXT',
    )
    expect(logs().map(({ message, errorName }) => [message, errorName])).toEqual([
      ['x', 'ValueError'],
      ['and on\n  more', null],
      ['ERROR z', null],
      ['a', null],
    ])
    expect(logs().map(({ timestamp }) => timestamp === NOW)).toEqual([false, true, true, false])
  })

  it.each([
    [
      '<165>1 2024-01-15T10:30:00.000Z myhost api 1234 - - Connection refused',
      'info',
      1705314600000,
      'api',
      'Connection refused',
      { hostname: 'myhost', procId: '1234', facility: 20 },
    ],
    [
      '<34>Jan 15 10:30:00 myhost api[1234]: Connection refused',
      'error',
      Date.UTC(2026, 0, 15, 10, 30),
      'api',
      'Connection refused',
      { hostname: 'myhost', procId: '1234', facility: 4 },
    ],
    ['<11>1 - - - - - -', 'error', NOW, 'q', '', { facility: 1 }],
    [
      '<14>1 2026-01-02T03:04:05.678901+02:00 h app - ID47 [ex@32473 k="a\\"b\\\\c\\]d"][m x="1"] hi',
      'info',
      1767315845678,
      'app',
      'hi',
      { hostname: 'h', msgId: 'ID47', facility: 1, structuredData: { 'ex@32473': { k: 'a"b\\c]d' }, m: { x: '1' } } },
    ],
    ["<13>Jan  2 03:04:06 su[77]: 'su root' failed", 'info', Date.UTC(2026, 0, 2, 3, 4, 6), 'su', "'su root' failed", { procId: '77', facility: 1 }],
    ['<13>2026-01-02T03:04:06Z web-1 app[9]: hi', 'info', 1767323046000, 'app', 'hi', { hostname: 'web-1', procId: '9', facility: 1 }],
    ['Jan  2 03:04:06 web-1 sshd[812]: Accepted', 'warn', Date.UTC(2026, 0, 2, 3, 4, 6), 'sshd', 'Accepted', { hostname: 'web-1', procId: '812' }],
    ['<192>x', 'warn', NOW, 'q', '<192>x', null],
    ['plain words', 'warn', NOW, 'q', 'plain words', null],
  ])('syslog: %s', async (line, level, timestamp, source, message, data) => {
    await post(line, '?format=syslog&source=q&level=warn')
    expect(logs()[0]).toMatchObject({ level, timestamp, source, message })
    expect(logs()[0]?.data).toEqual(data)
  })

  it('csv: names of the protocol are fields, all others data', async () => {
    await post('level,message,source,timestamp\nerror,Connection refused,api,1705312200000', '?format=csv')
    await post('level\tmessage\nwarn\ta,b', '?format=csv')
    await post('Message,order,status,errorName,data,tags,stepIndex,extra\n"said ""hi""",A-1,500,E,"{""n"":1}",a;b,3\n"two\nlines",', '?format=csv')
    const [first, second, third, fourth] = logs()
    expect(first).toMatchObject({ level: 'error', message: 'Connection refused', source: 'api', timestamp: 1705312200000, data: null })
    expect(second).toMatchObject({ level: 'warn', message: 'a,b' })
    expect(third).toMatchObject({ message: 'said "hi"', errorName: 'E', tags: ['a', 'b'], stepIndex: 3, data: { order: 'A-1', status: '500', n: 1 } })
    expect(fourth).toMatchObject({ message: 'two\nlines', data: null, level: 'info' })
    expect(await post('a,b\n1,2', '?format=csv')).toMatchObject({ status: 400, body: { code: 'PARSE_ERROR' } })
  })

  it('jsonl: bad lines are named, the others taken', async () => {
    const { status, body } = await post('{"message":"a"}\n{bad\n\n[1]\n{"message":"b","id":"old"}\r\n', '?format=jsonl')
    expect([status, body.count, body.rejected]).toEqual([200, 2, 2])
    expect(body.errors).toEqual([
      { line: 2, code: 'PARSE_ERROR', message: 'Failed to parse line 2: invalid JSON' },
      { line: 4, code: 'PARSE_ERROR', message: 'Failed to parse line 4: not an object' },
    ])
    expect(logs()[1]).toMatchObject({ message: 'b', data: null })
    expect(await post('{bad', '?format=jsonl')).toMatchObject({
      status: 400,
      body: { error: 'Failed to parse line 1: invalid JSON', code: 'PARSE_ERROR' },
    })
  })

  it('json: names of other loggers count after the own', async () => {
    await post('{"msg":"a","severity":"warning","time":1767225600000,"message":null,"service":"s","level":"","err":1}', '?format=json&source=q')
    expect(logs()[0]).toMatchObject({ message: 'a', level: 'warn', timestamp: 1767225600000, source: 's', data: { err: 1 } })
    await post('{"message":"own","msg":"other"}', '?format=json')
    expect(logs()[1]).toMatchObject({ message: 'own', data: { msg: 'other' } })
  })

  it('obl: keeps an anonymised file, which begins in 2000', async () => {
    const file = {
      format: 'open-board-log-0.1',
      anonymized: true,
      sessions: [{ id: 's', events: [{ timestamp: '2000-01-01T00:00:00Z', label: 'hi' }] }],
    }
    await post(`/* notice */ ${JSON.stringify(file)}`)
    expect(logs()[0]).toMatchObject({
      message: 'Button: hi',
      sessionId: 's',
      timestamp: Date.UTC(2000, 0, 1),
      data: { anonymized: true, session_id: 's' },
    })
  })

  it.each([
    ['{"message":"a"}\n{"message":"b"}', 'application/json', 2],
    ['{"message":"a"}\n{"message":"b"}', 'application/x-www-form-urlencoded', 2],
    ['<13>Jan  2 03:04:06 h a: m', '', 1],
    ['level,message\ninfo,a\ninfo,b', 'application/octet-stream', 2],
    ['a=b level=info msg=x\n[2024-01-15T10:30:00Z] y', '', 2],
    ['[main] x', 'text/plain; charset=utf-8', 1],
  ])('are told by what the body %j looks like (%s)', async (payload, type, count) => {
    expect((await post(payload, '', { 'content-type': type })).body.count).toBe(count)
  })

  it('leave OpenTelemetry, which has the same path, alone', async () => {
    expect((await post('{"resourceLogs":[]}', '', { 'content-type': 'application/json' })).status).toBe(400)
    expect((await post('\n\u0001x', '', { 'content-type': 'application/x-protobuf' })).status).toBe(400)
    expect(door.events).toEqual([])
  })

  it('refuse a format that there is not', async () => {
    expect(await post('<a/>', '?format=xml')).toMatchObject({ status: 400, body: { error: 'Unsupported format: xml', code: 'PARSE_ERROR' } })
  })
})

describe('POST /v1/flows', () => {
  it.each(['checkout', 'a b/ç', '', 'x'.repeat(200), '日本語'.repeat(20)])('gives flow %j an id of at most 50 bytes', async (name) => {
    const { status, body } = await post(JSON.stringify({ name }), '', {}, '/v1/flows')
    expect([status, body.name]).toEqual([200, name === '' ? 'flow' : name])
    expect(body.flowId).toMatch(/-[a-z0-9]{8}$/)
    expect(Buffer.byteLength(body.flowId ?? '')).toBeLessThanOrEqual(50)
    expect(body.flowId).not.toContain('�')
  })

  it.each(['', '{}', '{"name":7}', 'x', 'null'])('refuses %j', async (payload) => {
    expect(await post(payload, '', {}, '/v1/flows')).toMatchObject({ status: 400, body: { error: 'Validation error' } })
  })
})

describe('any request', () => {
  const value = fc.oneof(fc.jsonValue(), fc.double().map(String), fc.constantFrom('NaN', '1767225600000', '', '\ud800', '\u0000'))
  const entry = fc.dictionary(
    fc.constantFrom(
      'level',
      'message',
      'source',
      'data',
      'tags',
      'timestamp',
      'flowId',
      'stepIndex',
      'errorName',
      'errorStack',
      'userId',
      'x',
      '__proto__',
      'ipAddress',
    ),
    value,
  )
  const text = fc.array(
    fc.constantFrom(
      '<34>1 2026-11-21T11:00:00Z h a - - - m',
      '2026-11-21 ERROR a',
      '\tat b',
      'a,"b',
      'level,message',
      '{"message":1}',
      '{"logs":[',
      '',
      ']',
    ),
  )
  const body = fc.oneof(
    fc.array(fc.oneof(entry, fc.jsonValue())).map((entries) => JSON.stringify({ logs: entries })),
    fc.array(entry).map((entries) => entries.map((one) => JSON.stringify(one)).join('\n')),
    fc.json(),
    text.map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )
  const query = fc.constantFrom(
    '',
    '?format=json',
    '?format=jsonl',
    '?format=csv',
    '?format=text',
    '?format=syslog',
    '?format=obl',
    '?format=%zz',
    '?source=%E0%A4%A&level=x',
  )
  const type = fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'text/csv', 'x', ';')

  it('is answered below 500, counts what was taken, and reads back as the tool wants it', async () => {
    await fc.assert(
      fc.asyncProperty(body, query, type, async (payload, asked, contentType) => {
        const before = door.events.length
        const answer = await post(payload, asked, { 'content-type': contentType })
        expect([200, 400]).toContain(answer.status)
        if (answer.status === 400) expect(typeof answer.body.error).toBe('string')
        expect(answer.body.count ?? 0).toBe(door.events.length - before)
      }),
      { numRuns: 10_000 },
    )
    expect(door.defects).toEqual([])
    for (const log of logs()) {
      expect(log.data === null || (typeof log.data === 'object' && !Array.isArray(log.data))).toBe(true)
      expect(log.tags === null || log.tags.every((tag) => typeof tag === 'string')).toBe(true)
    }
  }, 120_000)
})
