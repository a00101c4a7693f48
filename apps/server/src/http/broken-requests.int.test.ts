import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokenRequestOptions, passOverExpectations } from './broken-requests.ts'
import { registerErrors } from './errors.ts'

let app: FastifyInstance

beforeEach(async () => {
  // As in app.ts.
  app = fastify(brokenRequestOptions) as unknown as FastifyInstance
  registerErrors(app)
  passOverExpectations(app)
  app.get('/*', async (request) => ({ length: request.url.length }))
  await app.listen({ port: 0, host: '127.0.0.1' })
})
afterEach(() => app.close())

async function answerTo(request: string): Promise<{ status: number; body: { error?: { code: string; message: string }; length?: number } }> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.on('data', (data: Buffer) => {
    text += data.toString()
  })
  socket.write(request)
  await once(socket, 'close')
  const [head = '', body = ''] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) }
}
const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`

describe('requests that reach no route', () => {
  it.each([
    ['no HTTP', 'HELO there\r\n\r\n', 400],
    ['a length that is none', get('/', 'Content-Length: many\r\n'), 400],
    ['an address that cannot be read', get('/%ff'), 404],
    ['an address without end', get(`/${'a'.repeat(70_000)}`), 431],
  ])('are answered in our shape: %s', async (_, request, status) => {
    const answer = await answerTo(request)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ code: expect.any(String), message: expect.any(String) })
  })
})

describe('requests that Node would refuse', () => {
  it('may have an address as long as the longest search', async () => {
    expect(await answerTo(get(`/?q=${'%20'.repeat(10_000)}`))).toMatchObject({ status: 200, body: { length: 30_004 } })
  })

  it('may expect what nobody knows', async () => {
    expect((await answerTo(get('/', 'Expect: the-unexpected\r\n'))).status).toBe(200)
  })
})
