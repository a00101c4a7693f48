import { promisify } from 'node:util'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { type BodyOptions, registerRawBody } from './body.ts'
import { registerErrors } from './errors.ts'

const gzip = promisify(zlib.gzip)
let app: FastifyInstance | undefined
afterEach(async () => {
  await app?.close()
})

/** Answers how many bytes arrived and whether the buffer can be given away. */
async function echo(options: BodyOptions = {}): Promise<FastifyInstance> {
  app = fastify()
  registerErrors(app)
  await app.register(async (doors) => {
    registerRawBody(doors, options)
    doors.post('/', async (request) => {
      const body = request.body as Uint8Array | undefined
      const own = body === undefined || (body.byteOffset === 0 && body.buffer.byteLength === body.byteLength)
      return { text: body === undefined ? null : Buffer.from(body).toString(), own, type: request.sentContentType }
    })
  })
  return app
}

const TEXT = '{"message":"grüße"}'
// What `zstd` 1.5 makes of TEXT, in one frame that says its size and in one that does not.
const ZSTD = [
  Buffer.from('28b52ffd2015a900007b226d657373616765223a226772c3bcc39f65227d', 'hex'),
  Buffer.from('28b52ffd0058a900007b226d657373616765223a226772c3bcc39f65227d', 'hex'),
]

describe('bodies of doors', () => {
  it.each([
    ['identity', Buffer.from(TEXT)],
    ['gzip', zlib.gzipSync(TEXT)],
    ['X-GZIP', zlib.gzipSync(TEXT)],
    ['deflate', zlib.deflateSync(TEXT)],
    ['deflate', zlib.deflateRawSync(TEXT)],
    ['BR', zlib.brotliCompressSync(TEXT)],
    ['zstd', ZSTD[0]],
    ['zstd', ZSTD[1]],
    ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
    ['', zlib.gzipSync(TEXT)],
  ])('undoes “%s”', async (encoding, payload) => {
    const answer = await (await echo()).inject({ method: 'POST', url: '/', headers: { 'content-encoding': encoding }, payload: payload ?? '' })
    expect(answer.json()).toMatchObject({ text: TEXT, own: true })
  })

  it.each(['application/json', 'text/plain', 'nonsense', 'a/b; charset="', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'takes any content type: %s',
    async (type) => {
      const answer = await (await echo()).inject({ method: 'POST', url: '/', headers: { 'content-type': type }, payload: TEXT })
      expect(answer.json()).toMatchObject({ text: TEXT, type })
    },
  )

  it('takes an empty body, with a content type and without', async () => {
    const doors = await echo()
    expect((await doors.inject({ method: 'POST', url: '/' })).statusCode).toBe(200)
    expect((await doors.inject({ method: 'POST', url: '/', headers: { 'content-type': 'application/json' } })).statusCode).toBe(200)
    const encoded = await doors.inject({ method: 'POST', url: '/', headers: { 'content-encoding': 'gzip' }, payload: '' })
    expect(encoded.statusCode).toBe(200)
  })

  it('says what is wrong with a body that does not decompress', async () => {
    const doors = await echo()
    const send = async (encoding: string, payload: Buffer) => {
      const answer = await doors.inject({ method: 'POST', url: '/', headers: { 'content-encoding': encoding }, payload })
      return [answer.statusCode, answer.json().error.code]
    }
    const whole = zlib.gzipSync(TEXT)
    expect(await send('gzip', whole.subarray(0, whole.length - 6))).toEqual([400, 'encoding-broken'])
    expect(await send('gzip', Buffer.from(TEXT))).toEqual([400, 'encoding-broken'])
    expect(await send('br', Buffer.from(TEXT))).toEqual([400, 'encoding-broken'])
    for (const frame of ZSTD) expect(await send('zstd', frame.subarray(0, frame.length - 3))).toEqual([400, 'encoding-broken'])
    // Two gigabytes of window, asked for by a few bytes.
    expect(await send('zstd', Buffer.from('28b52ffd00a80100000000', 'hex'))).toEqual([400, 'encoding-broken'])
    expect(await send('snappy', Buffer.from(TEXT))).toEqual([415, 'encoding-unsupported'])
    expect(await send('gzip,gzip,gzip,gzip,gzip', Buffer.from(TEXT))).toEqual([415, 'encoding-unsupported'])
  })

  it('stops bombs of any encoding at the limit', async () => {
    const refused: string[] = []
    const doors = await echo({ limitBytes: 1024 * 1024, onRefused: (_, reason) => refused.push(reason) })
    const zeros = Buffer.alloc(64 * 1024 * 1024)
    const block = Buffer.from([...[0x02 | ((0x20000 << 3) & 0xff), (0x20000 >> 5) & 0xff, 0x20000 >> 13], 0])
    const bombs: [string, Buffer][] = [
      ['gzip', zlib.gzipSync(zeros)],
      ['br', zlib.brotliCompressSync(zeros, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
      ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(zeros))],
      ['zstd', Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), ...Array.from({ length: 500 }, () => block), Buffer.from('010000', 'hex')])],
    ]
    for (const [encoding, payload] of bombs) {
      const answer = await doors.inject({ method: 'POST', url: '/', headers: { 'content-encoding': encoding }, payload })
      expect([encoding, answer.statusCode, answer.json().error.code]).toEqual([encoding, 413, 'body-too-large'])
    }
    expect(refused).toEqual(bombs.map(() => 'too-large'))
  })

  it('refuses when too many bytes are held at once, and takes again when they are gone', async () => {
    const doors = await echo({ heldBytes: 1000 })
    expect((await doors.inject({ method: 'POST', url: '/', payload: 'x'.repeat(2000) })).statusCode).toBe(503)
    for (let round = 0; round < 5; round++) {
      expect((await doors.inject({ method: 'POST', url: '/', headers: { 'content-encoding': 'br' }, payload: 'x'.repeat(600) })).statusCode).toBe(400)
      expect((await doors.inject({ method: 'POST', url: '/', payload: await gzip('x'.repeat(600)) })).statusCode).toBe(200)
    }
  })

  it('answers below 500 whatever is sent as whatever', async () => {
    const doors = await echo({ limitBytes: 10_000 })
    const encoding = fc.constantFrom('gzip', 'deflate', 'br', 'zstd', 'gzip, deflate', ' ,gzip', 'x', '')
    await fc.assert(
      fc.asyncProperty(encoding, fc.uint8Array({ maxLength: 200 }), fc.string({ maxLength: 20 }), async (name, bytes, type) => {
        const magic = name === 'zstd' ? Buffer.from('28b52ffd', 'hex') : Buffer.alloc(0)
        const headers = { 'content-encoding': name, 'content-type': type.replace(/[^ -~]/g, '') }
        const answer = await doors.inject({ method: 'POST', url: '/', headers, payload: Buffer.concat([magic, bytes]) })
        expect(answer.statusCode).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
  })
})
