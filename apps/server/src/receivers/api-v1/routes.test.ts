import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HeartwoodError } from '../../errors.ts'
import { registerRawBody } from '../../http/body.ts'
import { registerApiV1, type SharedDoor } from './routes.ts'

/** Says who took a body; one with `full` in it is refused, after it was handed over. */
const doorOf = (product: string): SharedDoor => ({
  async take(request) {
    const { body } = request as { body: Uint8Array<ArrayBuffer> }
    const full = Buffer.from(body).includes('full')
    const broken = Buffer.from(body).includes('broken')
    structuredClone(body.buffer, { transfer: [body.buffer] })
    if (full) throw new HeartwoodError('queue-full', 'full')
    if (broken) throw new HeartwoodError('body-invalid', `no body of ${product}`)
    return { product }
  },
  error: ({ status, code }) => ({ status, body: { [product]: code } }),
})

const app = fastify()
beforeAll(async () => {
  registerRawBody(app)
  // As the hook that checks keys: it refuses before a body is read.
  app.addHook('onRequest', async (request) => {
    const { headers } = request
    // As much of the body as the hook saw while it threw it away.
    if (headers['x-discarded'] !== undefined) request.discarded = Buffer.from(String(headers['x-discarded']), 'latin1')
    if (headers['x-api-key'] === '') throw new HeartwoodError('key-missing', 'none')
    if (String(headers['x-api-key']).endsWith('wrong')) throw new HeartwoodError('key-invalid', 'wrong')
  })
  registerApiV1(app, { lognitor: doorOf('lognitor'), tracehub: doorOf('tracehub') })
  await app.ready()
})
afterAll(() => app.close())

const send = async (payload: string | Buffer, key: string, headers = {}) =>
  (await app.inject({ method: 'POST', url: '/api/v1/ingest', headers: { 'x-api-key': key, ...headers }, payload })).json() as unknown

it.each([
  ['[{"level":"INFO"}]', 'lgn_1', 'tracehub'],
  ['{"batch_id":"b","logs":[]}', 'th_1', 'lognitor'],
  [' \r\n\t[]', 'lgn_1', 'tracehub'],
  ['\ufeff{}', 'th_1', 'lognitor'],
  [Buffer.from('\ufeff[]', 'utf16le'), 'lgn_1', 'tracehub'],
  ['null', 'th_1', 'tracehub'],
  ['nonsense', 'lgn_1', 'lognitor'],
  ['', 'th_1', 'tracehub'],
])('gives %j with the key %s to %s', async (payload, key, product) => {
  expect(await send(payload, key)).toEqual({ product })
})

it('answers errors as the clients of the product expect them, also before a body was read and after it was handed on', async () => {
  expect(await send('[]', 'th_wrong')).toEqual({ tracehub: 'key-invalid' })
  expect(await send('{}', 'lgn_wrong')).toEqual({ lognitor: 'key-invalid' })
  expect(await send('["full"]', 'lgn_1')).toEqual({ tracehub: 'queue-full' })
  expect(await send('{"logs":"full"}', 'th_1')).toEqual({ lognitor: 'queue-full' })
})

it.each([
  ['[broken', 'th_1', 'tracehub'],
  ['[broken', 'lgn_1', 'lognitor'],
  ['{broken', 'th_1', 'tracehub'],
  ['{broken', 'lgn_1', 'lognitor'],
])('answers the body %j, which is none, by the key %s', async (payload, key, product) => {
  expect(await send(payload, key)).toEqual({ [product]: 'body-invalid' })
})

it.each([
  [' [{"level"', 'tracehub'],
  ['{"logs"', 'lognitor'],
  ['\x1f\x8b\b', 'tracehub'],
])('answers a request without a key by its body: %j', async (discarded, product) => {
  expect(await send('', '', { 'x-discarded': discarded })).toEqual({ [product]: 'key-missing' })
})

it('answers a request without a key and a body in the words of both', async () => {
  expect(await send('', '')).toEqual({ tracehub: 'key-missing', lognitor: 'key-missing' })
})

it.each([
  ['GET', '/api/v1/issues/7/nothing', 'th_1', 'tracehub'],
  ['DELETE', '/api/v1/logs', 'lgn_1', 'tracehub'],
  ['GET', '/api/v1/heartbeat', 'th_1', 'lognitor'],
  ['PUT', '/api/v1/feedback?x=1', 'th_1', 'lognitor'],
  ['GET', '/api/v1/ingest/requests', 'th_1', 'lognitor'],
  ['GET', '/api/v1/ingest', 'th_1', 'tracehub'],
  ['PUT', '/api/v1/ingest', 'lgn_1', 'lognitor'],
] as const)('answers %s %s, which nobody takes, as the product does whose path it is', async (method, url, key, product) => {
  const answer = await app.inject({ method, url, headers: { 'x-api-key': key } })
  expect([answer.statusCode, answer.json()]).toEqual([404, { [product]: 'not-found' }])
})
