import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registerRawBody } from './body.ts'
import { registerErrors } from './errors.ts'

let app: FastifyInstance
let socket: Socket
let received = ''
let answering: Promise<void>
let answer: () => void
const LIMIT = 100_000
const LARGE = LIMIT * 3

beforeEach(async () => {
  answering = new Promise((resolve) => {
    answer = resolve
  })
  app = fastify()
  registerErrors(app)
  await app.register(async (doors) => {
    registerRawBody(doors, { limitBytes: LIMIT, heldBytes: LIMIT })
    doors.post('/', async (request) => {
      if (request.headers['x-wait']) await answering
      return { bytes: (request.body as Uint8Array).byteLength }
    })
  })
  await app.register(async (doors) => {
    registerRawBody(doors, { limitBytes: LIMIT, heldBytes: LARGE * 2 })
    doors.post('/large', { config: { bodyBytes: ({ url }) => (url.endsWith('?small') ? undefined : LARGE) } }, async (request) => {
      if (request.headers['x-wait']) await answering
      return { bytes: (request.body as Uint8Array).byteLength }
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  received = ''
  await open()
})
afterEach(async () => {
  socket.destroy()
  await app.close()
})

async function open(): Promise<void> {
  socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('data', (data: Buffer) => {
    received += data.toString()
  })
  await once(socket, 'connect')
}
const head = (length: number, more = '', path = '/'): string => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n${more}\r\n`
const arrives = (text: string) => vi.waitFor(() => expect(received).toContain(text), 5_000)

describe('bodies over a socket', () => {
  it('are asked for when the client waits for that', async () => {
    socket.write(head(5, 'Expect: 100-continue\r\n'))
    await arrives('100 Continue')
    socket.write('hello')
    await arrives('{"bytes":5}')
  })

  it('are read to their end before they are refused', async () => {
    const length = LIMIT * 4
    socket.write(head(length))
    socket.write(Buffer.alloc(length - 1, 32))
    await new Promise((resolve) => setImmediate(resolve))
    expect(received).toBe('')
    socket.write(' ')
    await arrives('413')
    expect(received).toContain('body-too-large')
    received = ''
    socket.write(`${head(5)}hello`)
    await arrives('{"bytes":5}')
  })

  it('take no room while they are only announced', async () => {
    socket.write(head(LIMIT, 'Expect: 100-continue\r\n'))
    await arrives('100 Continue')
    expect((await app.inject({ method: 'POST', url: '/', payload: Buffer.alloc(LIMIT, 32) })).statusCode).toBe(200)
  })

  it('that break off leave room for others', async () => {
    for (let round = 0; round < 4; round++) {
      socket.write(head(LIMIT))
      socket.write(Buffer.alloc(LIMIT / 2, 32))
      await new Promise((resolve) => setImmediate(resolve))
      socket.destroy()
      await once(socket, 'close')
      await open()
    }
    await vi.waitFor(async () => {
      const answer = await app.inject({ method: 'POST', url: '/', payload: Buffer.alloc(LIMIT, 32) })
      expect(answer.statusCode).toBe(200)
    })
  })

  it('whose sender leaves before the answer leave room for others, once they are dealt with', async () => {
    const full = () => app.inject({ method: 'POST', url: '/', payload: Buffer.alloc(LIMIT, 32) })
    socket.write(head(LIMIT, 'X-Wait: 1\r\n'))
    socket.write(Buffer.alloc(LIMIT, 32))
    await vi.waitFor(async () => expect((await full()).statusCode).toBe(503))
    socket.destroy()
    await once(socket, 'close')
    expect((await full()).statusCode).toBe(503)
    answer()
    await vi.waitFor(async () => expect((await full()).statusCode).toBe(200))
  })
})

describe('large bodies of a route that takes them', () => {
  const send = (bytes: number, headers: { [name: string]: string } = {}, url = '/large') =>
    app.inject({ method: 'POST', url, headers, payload: Buffer.alloc(bytes, 32) })

  it('are taken one at a time, while all others have room', async () => {
    socket.write(head(LARGE, 'X-Wait: 1\r\nExpect: 100-continue\r\n', '/large'))
    await arrives('100 Continue')
    const refused = await send(LARGE)
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1'])
    expect((await send(LIMIT)).statusCode).toBe(200)
    socket.write(Buffer.alloc(LARGE, 32))
    answer()
    await arrives(`{"bytes":${LARGE}}`)
    expect((await send(LARGE)).statusCode).toBe(200)
  })

  it('leave their place when they break off', async () => {
    socket.write(head(LARGE, 'Expect: 100-continue\r\n', '/large'))
    await arrives('100 Continue')
    expect((await send(LARGE)).statusCode).toBe(503)
    socket.destroy()
    await vi.waitFor(async () => expect((await send(LARGE)).statusCode).toBe(200))
  })

  it('end at the limit of all where they are compressed, come without a length, or the request is another', async () => {
    expect((await send(LARGE, { 'content-encoding': 'gzip' })).statusCode).toBe(413)
    expect((await send(LARGE, {}, '/large?small')).statusCode).toBe(413)
    socket.write('POST /large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    socket.write(`${LARGE.toString(16)}\r\n${' '.repeat(LARGE)}\r\n0\r\n\r\n`)
    await arrives('413')
  })
})
