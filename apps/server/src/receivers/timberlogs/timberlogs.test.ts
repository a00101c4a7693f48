import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TimberlogsLog } from '../../compat/timberlogs/log.ts'
import { HeartwoodError } from '../../errors.ts'
import { flowName } from '../../features/flows/model.ts'
import { CHANCE_CASES, CHANCE_TIMEOUT_MS } from '../testing/chance.ts'
import type { DoorUnderTest } from '../testing/door-under-test.ts'
import { newFlowId } from './flows.ts'
import { createTimberlogsDoor, NOW, type TimberlogsDoor } from './testing/timberlogs-door.ts'

const WIRE = new URL('../../../../../fixtures/wire/timberlogs/', import.meta.url)
let door: DoorUnderTest
let post: TimberlogsDoor['post']
let send: TimberlogsDoor['send']
let logs: TimberlogsDoor['logs']
beforeEach(async () => {
  ;({ door, post, send, logs } = await createTimberlogsDoor())
})
afterEach(() => door.app.close())

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
    for (const taken of [
      { 'client.name': 'x', 'heartwood.x': 1 },
      { client: { country: 'DE', address: '10.0.0.1' }, heartwood: { a: 2 } },
    ]) {
      expect(await roundTrip({ message: 'm', data: taken })).toMatchObject({ data: taken, country: null, ipAddress: null })
      expect(await roundTrip({ message: 'm', ...taken, country: 'FR', ipAddress: '::1', errorStack: 'E: x' })).toMatchObject({
        data: taken,
        country: 'FR',
        ipAddress: '::1',
      })
    }
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

  it.each(['{"logs":[', '[', '{"v":1,"logs":[ '])('say that %j breaks off', async (payload) => {
    const { status, body } = await post(payload, '', { 'content-type': 'application/json' })
    expect([status, body.code, body.error]).toEqual([400, 'PARSE_ERROR', expect.not.stringContaining('Validation')])
  })

  it.each(['bad \xff\xfe\nworse \xe9', '{"message":"bad \xff\xfe"}\n{"message":"worse \xe9"}'])('mark bytes that are no UTF-8: %j', async (text) => {
    await post(Buffer.from(text, 'latin1'))
    expect(logs().map(({ message }) => message)).toEqual(['bad \ufffd\ufffd', 'worse \ufffd'])
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

describe('what waited for the end of an outage', () => {
  const LARGE_TEXT = 'x'.repeat(33 * 1024 * 1024)
  const many = (count: number): object[] => Array.from({ length: count }, (_, i) => ({ message: `${i}`, data: { text: 'x'.repeat(10_000) } }))

  it('is taken in one body, in order, and a bad entry is named by its place in the whole', async () => {
    const { status, body } = await send([...many(4_000), 7])
    expect([status, body.count, body.rejected, body.errors]).toEqual([200, 4_000, 1, [expect.objectContaining({ index: 4_000 })]])
    expect(logs().map(({ message }) => Number(message))).toEqual(Array.from({ length: 4_000 }, (_, i) => i))
    expect(door.queue.batches.length).toBeGreaterThan(5)
  })

  /** The queue takes so many batches, and refuses until the next is set. */
  function takeOnly(batches: number): () => void {
    const { publish } = door.queue
    door.queue.publish = async (batch) => {
      door.queue.failure = door.queue.batches.length === batches ? new HeartwoodError('queue-full', 'Full.') : undefined
      await publish(batch)
    }
    return () => {
      door.queue.publish = publish
      door.queue.failure = undefined
    }
  }
  const rows = (): number => door.queue.batches.reduce((sum, batch) => sum + batch.rows, 0)

  it('is stored once when only its beginning could be stored the first time, whatever was added since', async () => {
    const takeAll = takeOnly(2)
    expect((await send(many(3_500))).status).toBe(503)
    takeAll()
    expect(rows()).toBeGreaterThan(0)
    expect((await send(many(3_501))).body.count).toBe(3_501)
    expect(rows()).toBe(3_501)
    expect((await send(many(3_501))).body.count).toBe(3_501)
    expect(rows()).toBe(7_002)
  })

  it('loses nothing on its second try where two entries stand without a comma between them', async () => {
    const text = JSON.stringify({ logs: many(3_500) })
      .replace('},{"message":"7"', '}{"message":"7"')
      .replace('},{"message":"8"', '}{"message":"8"')
    const takeAll = takeOnly(2)
    expect((await post(text)).status).toBe(503)
    takeAll()
    expect((await post(text)).body.count).toBe(3_500)
    expect(rows()).toBe(3_500)
  })

  it('is one batch up to 32 MiB, of which a restart of the server repeats no part', async () => {
    expect((await send(many(3_000))).body.count).toBe(3_000)
    expect(door.queue.batches).toHaveLength(1)
  })

  it.each([
    ['an entry', `{"logs":[{"message":"a"},{"message":"${LARGE_TEXT}"},{"message":"b"}]}`, ['a', 'b'], 1],
    ['a text that does not end', `{"logs":[{"message":"a"},{"message":"${LARGE_TEXT}`, ['a'], 1],
    ['what stands behind the list', `{"logs":[],"x":["${LARGE_TEXT}`, [], 0],
  ])('is taken but for what no piece can hold, which is counted: %s', async (_, text, messages, index) => {
    const { status, body } = await post(text)
    const errors = [expect.objectContaining({ index, code: 'too-large', message: expect.stringContaining('32 MiB') })]
    expect({ status, body }).toMatchObject({ status: 200, body: { count: messages.length, rejected: 1, errors } })
    expect(logs().map(({ message }) => message)).toEqual(messages)
  })

  it('is refused above 32 MiB where it is no list of the clients', async () => {
    const text = Buffer.alloc(33 * 1024 * 1024, 'word\n')
    expect(await post(text, '?format=text')).toMatchObject({ status: 413, body: { error: expect.stringContaining('32 MiB') } })
    expect(door.queue.batches).toEqual([])
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

  it('gives ids that are runs of the flow of that name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const flowId = newFlowId(name)
        expect(flowName(flowId)).toBe(flowId.slice(0, -'-a1b2c3d4'.length))
      }),
      { numRuns: 2_000 },
    )
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

  it('is answered below 500, counts what was taken, and reads back as the tool wants it', { timeout: CHANCE_TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(body, query, type, async (payload, asked, contentType) => {
        const before = door.events.length
        const answer = await post(payload, asked, { 'content-type': contentType })
        expect([200, 400]).toContain(answer.status)
        if (answer.status === 400) expect(typeof answer.body.error).toBe('string')
        expect(answer.body.count ?? 0).toBe(door.events.length - before)
      }),
      { numRuns: CHANCE_CASES },
    )
    expect(door.defects).toEqual([])
    for (const log of logs()) {
      expect(log.data === null || (typeof log.data === 'object' && !Array.isArray(log.data))).toBe(true)
      expect(log.tags === null || log.tags.every((tag) => typeof tag === 'string')).toBe(true)
    }
  })
})
