import { readdirSync, readFileSync } from 'node:fs'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { registerRawBody } from '../../http/body.ts'
import { registerErrors } from '../../http/errors.ts'
import { createOrphans } from '../orphans.ts'
import { CHANCE_CASES, CHANCE_TIMEOUT_MS } from '../testing/chance.ts'
import { createDoorUnderTest, type DoorUnderTest } from '../testing/door-under-test.ts'
import { takeTraceHub, traceHubError } from './take.ts'

const WIRE = new URL('../../../../../fixtures/wire/tracehub/', import.meta.url)

interface Recorded {
  path: string
  headers: { [name: string]: string }
  body_text?: string
  body_base64?: string
}

/** The requests of a recorded call, as they went over the wire. */
function recorded(name: string): { headers: { [name: string]: string }; payload: Buffer }[] {
  const file = JSON.parse(readFileSync(new URL(`${name}.json`, WIRE), 'utf8')) as { request?: Recorded; requests?: Recorded[] }
  return (file.requests ?? (file.request ? [file.request] : [])).map(({ headers, body_text, body_base64 }) => {
    const { 'Content-Length': _length, ...rest } = headers
    return { headers: rest, payload: body_base64 === undefined ? Buffer.from(body_text ?? '') : Buffer.from(body_base64, 'base64') }
  })
}

const CALLS = readdirSync(WIRE)
  .map((file) => file.replace('.json', ''))
  .filter((name) => recorded(name).length > 0)

let door: DoorUnderTest
beforeEach(async () => {
  door = await createDoorUnderTest()
  const orphans = createOrphans({ now: Date.now })
  await door.app.register(async (scope) => {
    registerRawBody(scope)
    registerErrors(scope, traceHubError)
    scope.post('/api/v1/ingest', (request, reply) => takeTraceHub({ ingest: door.ingest, projects: door.projects, orphans }, request, reply))
  })
})
afterEach(() => door.app.close())

async function send(payload: Buffer | string, headers: { [name: string]: string } = {}) {
  const answer = await door.app.inject({ method: 'POST', url: '/api/v1/ingest', headers, payload })
  return { status: answer.statusCode, body: answer.json() as { accepted?: number; rejected?: { index: number; error: string }[]; detail?: string } }
}

const entry = (over: object = {}): object => ({
  level: 'INFO',
  message: 'm',
  timestamp: '2026-11-21T10:00:00.000+00:00',
  service: 'billing',
  environment: 'production',
  host: 'web-1',
  pid: 7,
  thread_id: 'MainThread',
  sdk_version: '1.2.0',
  ...over,
})

describe('requests of the real clients', () => {
  it.each(CALLS)('are taken whole: %s', async (name) => {
    for (const { headers, payload } of recorded(name)) {
      const { status, body } = await send(payload, headers)
      expect([status, body.rejected]).toEqual([202, undefined])
    }
    expect(door.defects).toEqual([])
  })

  it('keep all that they say', async () => {
    const [first] = recorded('py-error-exception-object')
    await send(first?.payload ?? '', first?.headers)
    expect(door.events[0]).toMatchObject({
      level: 'error',
      service: 'billing',
      environment: 'production',
      host: 'web-1',
      error: { type: 'RuntimeError', stack: expect.stringContaining('Traceback (most recent call last)') },
      attributes: { 'process.pid': expect.any(Number), thread: 'MainThread', sdk: '1.2.0' },
    })
  })

  it('lose the frames of the client itself, which stand at the end of a stack without an exception', async () => {
    const [first] = recorded('py-error-caller-stack')
    await send(first?.payload ?? '', first?.headers)
    const stack = door.events[0]?.error?.stack ?? ''
    expect(stack).toContain('in check_balance')
    expect(stack).not.toContain('tracehub')
  })

  it('are stored every time: equal batches are no repeats', async () => {
    const [first] = recorded('py-twin-batches')
    for (let round = 0; round < 3; round++) await send(first?.payload ?? '', first?.headers)
    expect(door.events).toHaveLength(15)
  })
})

describe('entries', () => {
  it('keep the types inside extra, under their own names', async () => {
    const extra = { order: { id: 'A-1', lines: [1, 'two', { three: null }] }, n: 1.5, big: 2 ** 60, yes: true, none: null, empty: {} }
    await send(JSON.stringify([entry({ extra })]))
    expect(door.events[0]?.attributes).toMatchObject({ ...extra, big: '1152921504606847000' })
  })

  it('keep members of extra apart from names of ours', async () => {
    await send(JSON.stringify([entry({ module: 'api', extra: { module: 'mine', error: { type: 'T' }, 'process.pid': 1, a: 2 }, later_field: 3 })]))
    expect(door.events[0]?.attributes).toMatchObject({ module: 'api', 'process.pid': 7, a: 2, later_field: 3 })
    expect(door.events[0]?.attributes?.extra).toEqual({ module: 'mine', error: { type: 'T' }, 'process.pid': 1 })
    expect(door.events[0]?.error).toBeUndefined()
  })

  it('may be odd in every field', async () => {
    const odd = [
      entry({ message: null, error_message: 'instead' }),
      entry({ message: undefined }),
      entry({ message: 12 }),
      entry({ level: 'Chatty' }),
      entry({ level: 'warning', timestamp: '2026-11-21T10:00:00Z', extra: [1, 2] }),
      entry({ timestamp: '', extra: 'text', trace_id: null, module: null }),
      entry({ timestamp: '2019-02-03T04:05:06', extra: null, trace_id: 'ä/…'.repeat(200) }),
      {},
    ]
    const { status, body } = await send(JSON.stringify(odd))
    expect([status, body]).toEqual([202, { accepted: odd.length }])
    const [a, b, c, d, e, f, g] = door.events
    expect([a?.message, b?.message, c?.message]).toEqual(['instead', '', '12'])
    expect([d?.level, d?.attributes?.level, e?.level]).toEqual(['info', 'Chatty', 'warn'])
    await send(JSON.stringify([entry({ level: 3, pid: '77', extra: { level: 'own' } })]))
    expect(door.events.at(-1)).toMatchObject({ level: 'info', attributes: { level: 'own', 'extra.level': 3, 'process.pid': 77 } })
    expect([e?.attributes?.value, f?.attributes?.value]).toEqual([[1, 2], 'text'])
    expect(e?.timestamp).toBe('2026-11-21T10:00:00.000000Z')
    expect(f?.timestamp).toBe('2026-11-21T12:00:00.000000Z')
    expect(g?.timestamp).toBe('2019-02-03T04:05:06.000000Z')
    expect(g?.traceId).toMatch(/^ä\/….*…\[\+\d+\]$/)
    expect(g?.traceId).toHaveLength(512)
  })

  it('are refused alone', async () => {
    const text = `[${JSON.stringify(entry())}, null, {"message": broken}, "text", [1], ${JSON.stringify(entry({ message: 'last' }))},]`
    const { status, body } = await send(text)
    expect(status).toBe(202)
    expect(body.accepted).toBe(2)
    expect(body.rejected?.map(({ index }) => index)).toEqual([1, 2, 3, 4])
    expect(door.events.map(({ message }) => message)).toEqual(['m', 'last'])
  })

  it('may hold what JSON has no word for, and lose NUL', async () => {
    const { body } = await send('[{"level":"INFO","message":"a\\u0000b","extra":{"x":NaN,"y":-Infinity,"k\\u0000":"\\u0000v"}}]')
    expect(body).toEqual({ accepted: 1 })
    expect(door.events[0]).toMatchObject({ message: 'ab', attributes: { x: null, k: 'v' } })
  })
})

describe('answers', () => {
  it('take nothing from an empty array', async () => {
    expect(await send('[]')).toEqual({ status: 202, body: { accepted: 0 } })
  })

  it.each(['', 'nonsense', '[', '{"logs":[]}', '[{"message":"cut', '[broken]', 'null'])('are 400 where nothing can be read: %j', async (body) => {
    expect(await send(body)).toEqual({ status: 400, body: { detail: expect.any(String) } })
    expect(door.events).toEqual([])
  })

  it('are 400 for gzip that is none, and 202 for an encoding in capitals', async () => {
    expect((await send('[]', { 'content-encoding': 'gzip' })).status).toBe(400)
    expect((await send(zlib.gzipSync('[]'), { 'content-encoding': 'GZIP' })).status).toBe(202)
  })

  it('ask for a key in their own shape', async () => {
    door.caller = { kind: 'anonymous' }
    expect(await send('[]')).toEqual({ status: 401, body: { detail: 'Missing API key' } })
  })
})

it('no body makes an error of ours', { timeout: CHANCE_TIMEOUT_MS }, async () => {
  const names = fc.constantFrom(...Object.keys(entry()), 'stack_trace', 'error_type', 'error_message', 'trace_id', 'module', 'extra', '__proto__')
  const anyEntry = fc.dictionary(fc.oneof(names, fc.string()), fc.jsonValue(), { noNullPrototype: true })
  const text = fc.oneof(
    fc.array(anyEntry, { maxLength: 4 }).map((entries) => JSON.stringify(entries)),
    fc.json().map((json) => `[${json}]`),
    fc.string({ unit: 'binary' }).map((string) => `[${string}]`),
    fc.tuple(fc.array(anyEntry, { maxLength: 3 }), fc.nat()).map(([entries, at]) => JSON.stringify(entries).slice(0, at)),
  )
  await fc.assert(
    fc.asyncProperty(text, async (body) => {
      const { status } = await send(body)
      expect([202, 400]).toContain(status)
      expect(door.defects).toEqual([])
    }),
    { numRuns: CHANCE_CASES },
  )
})
