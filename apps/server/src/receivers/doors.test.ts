import zlib from 'node:zlib'
import { FORMATS, type IngestAnswer } from '@heartwood/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HeartwoodError } from '../errors.ts'
import { createDoorUnderTest, type DoorUnderTest } from './testing/door-under-test.ts'

let door: DoorUnderTest
beforeEach(async () => {
  door = await createDoorUnderTest()
})
afterEach(() => door.app.close())

async function post(url: string, payload: string | Buffer | undefined, headers: { [name: string]: string } = {}) {
  const answer = await door.app.inject({ method: 'POST', url, headers, ...(payload === undefined ? {} : { payload }) })
  return { status: answer.statusCode, body: answer.json() as IngestAnswer & { error?: { code: string } }, headers: answer.headers }
}

describe('POST /ingest', () => {
  it('takes an object, a list, and lines', async () => {
    expect(await post('/ingest', '{"message":"a"}')).toMatchObject({ status: 202, body: { accepted: 1, rejected: [], rejectedCount: 0 } })
    expect((await post('/ingest', '[{"message":"b"},{"message":"c"}]')).body.accepted).toBe(2)
    expect((await post('/ingest', '{"message":"d"}\n{"message":"e"}\n')).body.accepted).toBe(2)
    expect(door.events.map((event) => event.message)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('takes the good entries of a batch and names the bad ones', async () => {
    const { status, body } = await post(
      '/ingest',
      '{"message":"a"}\n42\n{broken\n{"message":"b","timestamp":"2020-01-01T00:00:00Z"}\n{"message":"c"}',
    )
    expect(status).toBe(202)
    expect(body).toMatchObject({ accepted: 2, rejectedCount: 3 })
    expect(body.rejected.map(({ index, code }) => [index, code])).toEqual([
      [1, 'not-an-object'],
      [2, 'malformed'],
      [3, 'expired'],
    ])
  })

  it('counts all refusals by their reason where it does not list them all', async () => {
    const { body } = await post('/ingest', `{"message":"a"}\n${'42\n'.repeat(120)}${'{broken\n'.repeat(7)}`)
    expect(body.rejected).toHaveLength(100)
    expect(body).toMatchObject({ accepted: 1, rejectedCount: 127, rejectedByReason: { 'not-an-object': 120, malformed: 7 } })
  })

  it('tells the sample rates of the project from when they are first set, and that they were cleared', async () => {
    const told = async (body = '{"message":"a"}') => (await post('/ingest', body)).headers['x-heartwood-sample-rates']
    expect(await told()).toBeUndefined()
    door.rates = { sampleRates: { debug: 0.1 }, sampleRatesAt: 1 }
    expect(await told()).toBe('{"debug":0.1}')
    expect(await told('[1]')).toBe('{"debug":0.1}')
    door.rates = { sampleRates: {}, sampleRatesAt: 2 }
    expect(await told()).toBe('{}')
  })

  it('leaves no event out by those rates, and weighs none that does not say one itself', async () => {
    door.rates = { sampleRates: { info: 0 }, sampleRatesAt: 1 }
    await post('/ingest', '[{"message":"a"},{"message":"b","attributes":{"sample_rate":0.5}}]')
    expect(door.events.map(({ attributes }) => attributes?.sample_rate)).toEqual([undefined, 0.5])
  })

  it('answers 400 with the same body when nothing could be taken', async () => {
    const { status, body } = await post('/ingest', '[1,2]')
    expect(status).toBe(400)
    expect(body).toMatchObject({ accepted: 0, rejectedCount: 2, error: { code: 'nothing-accepted' } })
  })

  it('takes nothing from nothing', async () => {
    expect(await post('/ingest', undefined)).toMatchObject({ status: 202, body: { accepted: 0, rejectedCount: 0 } })
    expect(await post('/ingest', '', { 'content-type': 'application/json' })).toMatchObject({ status: 202, body: { accepted: 0 } })
    expect(await post('/ingest', '[]')).toMatchObject({ status: 202, body: { accepted: 0 } })
  })

  it('fills what entries lack from the query', async () => {
    await post('/ingest?service=api&environment=dev&level=warn&host=h&dataset=d&release=1.2', '[{"message":"a"},{"message":"b","service":"own"}]')
    expect(door.events[0]).toMatchObject({ service: 'api', environment: 'dev', level: 'warn', host: 'h', dataset: 'd', release: '1.2' })
    expect(door.events[1]).toMatchObject({ service: 'own', environment: 'dev' })
  })

  it.each(['timezone=Mars/Base', 'timezone=%2B99:99', 'year=last', 'after=then', 'level=loud'])(
    'refuses ?%s, which would spoil every entry',
    async (query) => {
      expect(await post(`/ingest?${query}`, '{"message":"a"}')).toMatchObject({ status: 400, body: { error: { code: 'validation-failed' } } })
      expect(door.events).toEqual([])
    },
  )

  it.each([
    (entry: string) => entry,
    (entry: string) => `[${entry},{}]`,
    (entry: string) => `{}\n${entry}\n{}`,
    (entry: string) => entry.replaceAll(',', ',\n'),
  ])('keeps every digit of whole numbers that are too large for a double', async (wrap) => {
    const entry =
      '{"message":"9007199254740993","userId":-9007199254740993,"a":{"id":123456789012345678},"b":[12345678901234567890,1.5],"c":1e300,"d":7}'
    await post('/ingest', wrap(entry))
    const event = door.events.find((one) => one.message !== '')
    expect(event).toMatchObject({ message: '9007199254740993', userId: '-9007199254740993' })
    expect(event?.attributes).toEqual({ a: { id: '123456789012345678' }, b: ['12345678901234567890', 1.5], c: 1e300, d: 7 })
  })

  it('keeps old events when they are imported', async () => {
    const old = '{"message":"a","timestamp":"2009-06-01T00:00:00Z"}'
    expect((await post('/ingest', old)).body.rejected[0]?.code).toBe('expired')
    expect((await post('/ingest?import=1', old)).body).toMatchObject({ accepted: 1, lastTimestamp: '2009-06-01T00:00:00.000000Z' })
  })
})

describe('batches', () => {
  it('stores a batch once, however often and at once it is sent', async () => {
    const send = () => post('/ingest', '[{"message":"a"},7]', { 'x-heartwood-batch': 'b-1' })
    const answers = await Promise.all([send(), send(), send()])
    answers.push(await send())
    expect(door.queue.batches).toHaveLength(1)
    for (const { status, body } of answers) expect([status, body.accepted, body.rejectedCount, body.batchId]).toEqual([202, 1, 1, 'b-1'])
    expect(answers.filter(({ body }) => body.duplicate)).toHaveLength(3)
  })

  it('says where a repeated piece of a file ended, for the piece after it', async () => {
    const send = () => post('/ingest/text?import=1&year=2019', 'Dec 31 23:59:59 a b: old\nJan  1 00:00:01 a b: new', { 'x-heartwood-batch': 'b-3' })
    await send()
    const { body } = await send()
    expect([body.duplicate, body.lastTimestamp]).toEqual([true, '2020-01-01T00:00:01.000000Z'])
    expect(door.queue.batches).toHaveLength(1)
  })

  it('takes a batch that failed before', async () => {
    const send = () => post('/ingest', '{"message":"a"}', { 'x-heartwood-batch': 'b-2' })
    door.queue.failure = new HeartwoodError('queue-full', 'Full.', { retryAfterSeconds: 3 })
    const failed = await send()
    expect([failed.status, failed.headers['retry-after']]).toEqual([503, '3'])
    door.queue.failure = undefined
    expect((await send()).body).toMatchObject({ accepted: 1 })
    expect(door.ledger.snapshot()[0]).toMatchObject({ received: 2, queued: 1, refused: { 'queue-full': 1 } })
  })

  it('never takes equal entries for repeats', async () => {
    for (let round = 0; round < 3; round++) await post('/ingest', '[{"message":"same"},{"message":"same"}]')
    expect(door.events).toHaveLength(6)
  })

  it('takes any batch id', async () => {
    for (const id of ['x'.repeat(5_000), ' ', '☃'.normalize('NFC').replace(/[^ -~]/g, '%')]) {
      expect((await post('/ingest', '{"message":"a"}', { 'x-heartwood-batch': id })).status).toBe(202)
    }
  })
})

describe('who brings it', () => {
  it('lets people and the local administrator name the project', async () => {
    door.caller = { kind: 'local' }
    expect((await post('/ingest', '{"message":"a"}')).body.error?.code).toBe('validation-failed')
    expect((await post('/ingest?project=nowhere', '{"message":"a"}')).status).toBe(404)
    expect((await post('/ingest?project=shop', '{"message":"a"}')).status).toBe(202)
    expect(door.queue.batches[0]).toMatchObject({ projectId: 1, keyId: '', door: 'native' })
  })

  it('refuses a key that names another project', async () => {
    expect((await post('/ingest?project=shop', '{"message":"a"}')).status).toBe(202)
    expect((await post('/ingest?project=other', '{"message":"a"}')).body.error?.code).toBe('project-forbidden')
  })
})

describe('live tails', () => {
  it('get what they ask for once it is durable', async () => {
    door.tails.push({ id: 7, q: 'level:error' }, { id: 8, q: 'nothing' }, { id: 9, q: 'level:(' })
    await post('/ingest', '[{"message":"a","level":"error"},{"message":"b"}]')
    expect(door.tailed).toMatchObject([{ id: 7, events: [{ message: 'a' }], dropped: 0 }])
    await post('/ingest', Array.from({ length: 150 }, () => '{"level":"error"}').join('\n'))
    expect(door.tailed[1]).toMatchObject({ id: 7, dropped: 50 })
  })
})

describe('hostile bodies', () => {
  const cases: [string, () => Buffer][] = [
    ['deep nesting', () => Buffer.from(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)],
    ['deep objects', () => Buffer.from(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
    ['100,000 keys', () => Buffer.from(JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]))))],
    ['one endless line', () => Buffer.alloc(8_000_000, 'a')],
    ['binary', () => Buffer.from(Array.from({ length: 10_000 }, (_, index) => (index * 7_919) % 256))],
    ['prototype games', () => Buffer.from('{"__proto__":{"x":1},"constructor":{"prototype":1},"toString":1,"hasOwnProperty":null,"message":"a"}')],
    ['NaN and lone surrogates', () => Buffer.from('{"a":NaN,"b":-Infinity,"message":"\\ud800\\u0000"}')],
    ['a truncated body', () => Buffer.from('[{"message":"a"},{"message":"b"')],
  ]
  it.each(cases)(
    '%s: an answer below 500 that adds up',
    async (_name, make) => {
      for (const format of FORMATS) {
        const { status, body } = await post(`/ingest/${format}`, make())
        expect(status).toBeLessThan(500)
        expect(body.rejected.length).toBeLessThanOrEqual(body.rejectedCount)
      }
      expect(door.defects).toEqual([])
      expect(({} as { x?: number }).x).toBeUndefined()
    },
    30_000,
  )

  it('reads a body that is larger than the limit to its end and says so', async () => {
    const { status, body } = await post('/ingest', Buffer.alloc(33 * 1024 * 1024, 32))
    expect([status, body.error?.code]).toEqual([413, 'body-too-large'])
  })

  it('ends a bomb early', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const { status, body } = await post('/ingest', bomb, { 'content-encoding': 'gzip' })
    expect([status, body.error?.code]).toEqual([413, 'body-too-large'])
  })

  it('refuses a format that there is not', async () => {
    expect((await post('/ingest/xml', '<a/>')).status).toBe(400)
  })
})

describe.each(['/ingest', ...FORMATS.map((format) => `/ingest/${format}`)])('any request to %s', (url) => {
  const json = fc.oneof(
    fc.json(),
    fc.array(fc.json(), { maxLength: 5 }).map((lines) => lines.join('\n')),
  )
  const entry = fc.dictionary(
    fc.constantFrom('message', 'level', 'time', 'timestamp', 'err', 'http', 'tags', 'attributes', 'x.y', 'x'),
    fc.jsonValue(),
  )
  const logText = fc
    .array(
      fc.constantFrom(
        '<34>1 2026-11-21T11:00:00Z h a - - - m',
        'Nov 21 11:00:00 h sshd[1]: x',
        '2026-11-21 ERROR a',
        '\tat b',
        'a=b c="d',
        '"x,y',
        '',
      ),
    )
    .map((lines) => lines.join('\n'))
  const body = fc.oneof(
    json.map((text) => Buffer.from(text)),
    fc.array(entry).map((entries) => Buffer.from(JSON.stringify(entries))),
    logText.map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  )
  const headerText = fc.string({ maxLength: 30 }).map((text) => text.replace(/[^ -~]/g, ''))
  const headers = fc.record(
    {
      'content-type': headerText,
      'content-encoding': fc.constantFrom('identity', '', 'gzip'),
      'x-heartwood-batch': headerText,
      'user-agent': headerText,
    },
    { requiredKeys: [] },
  )
  const query = fc.record(
    { timezone: headerText, year: headerText, after: headerText, level: headerText, service: headerText, import: fc.constantFrom('1', '0') },
    { requiredKeys: [] },
  )

  it('gets an answer below 500 whose numbers agree with what was stored', async () => {
    await fc.assert(
      fc.asyncProperty(body, headers, query, async (payload, head, asked) => {
        const before = door.events.length
        const answer = await post(`${url}?${new URLSearchParams(asked)}`, payload, head)
        expect(answer.status).toBeLessThan(500)
        if (answer.body.error !== undefined && answer.body.accepted === undefined) return
        expect(answer.body.duplicate ? 0 : answer.body.accepted).toBe(door.events.length - before)
        expect(answer.body.rejected.length).toBe(answer.body.duplicate ? 0 : Math.min(100, answer.body.rejectedCount))
      }),
      { numRuns: 80 },
    )
    expect(door.defects).toEqual([])
    for (const row of door.ledger.snapshot()) expect(row.queued).toBe(door.events.length)
  })
})
