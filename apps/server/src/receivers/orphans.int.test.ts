import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { IngestAnswer } from '@heartwood/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { registerRawBody } from '../http/body.ts'
import { createOrphans, hasLeft, type Orphans } from './orphans.ts'

let app: FastifyInstance
let clock: number
/** Entries as they were stored. */
let stored: string[]
/** Requests that wait until `letStore` is called. */
let waiting: (() => void)[]
let arrived: (() => void)[]
let isSlow: boolean
let failing: boolean

beforeEach(async () => {
  clock = 1_000_000
  stored = []
  waiting = []
  arrived = []
  isSlow = false
  failing = false
  const orphans: Orphans = createOrphans({ now: () => clock, limit: 3 })
  app = fastify()
  registerRawBody(app)
  app.post('/take/:sender', async (request, reply) => {
    const body = request.body as Uint8Array
    const text = Buffer.from(body).toString()
    const { sender } = request.params as { sender: string }
    return orphans.take(
      { sender, body, ttlMs: 600_000, grows: true, hasLeft: () => hasLeft(reply) },
      async ({ entries: skip }): Promise<IngestAnswer> => {
        if (isSlow) {
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
            for (const tell of arrived.splice(0)) tell()
          })
          clock += 30_000
        }
        if (failing) throw new Error('not durable')
        const entries = (JSON.parse(text) as { logs: string[] }).logs
        stored.push(...entries.slice(skip))
        return { accepted: entries.length - skip, rejected: [], rejectedCount: 0, batchId: 'b' }
      },
    )
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
})
afterEach(() => app.close())

const bodyOf = (...entries: string[]): string => JSON.stringify({ logs: entries })

async function post(body: string, sender = 'k'): Promise<IngestAnswer> {
  const { port } = app.server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/take/${sender}`, { method: 'POST', body })
  return (await answer.json()) as IngestAnswer
}

/** Sends and gives up when the request has arrived, as clients do that time out. */
async function giveUp(body: string, sender = 'k', letStore = true): Promise<void> {
  isSlow = true
  const { port } = app.server.address() as AddressInfo
  const closed = new Promise<void>((resolve) => app.server.once('connection', (socket: Socket) => socket.once('close', () => resolve())))
  const here = new Promise<void>((resolve) => arrived.push(resolve))
  const client = connect(port, '127.0.0.1')
  client.write(`POST /take/${sender} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  await here
  client.destroy()
  await once(client, 'close')
  await closed
  isSlow = false
  if (letStore) await settle()
}

async function settle(): Promise<void> {
  for (const go of waiting.splice(0)) go()
  await new Promise((resolve) => setTimeout(resolve, 0))
  await new Promise((resolve) => setImmediate(resolve))
}

it('stores what a client sends again after it gave up once', async () => {
  await giveUp(bodyOf('a', 'b'))
  expect(await post(bodyOf('a', 'b'))).toMatchObject({ accepted: 2 })
  expect(stored).toEqual(['a', 'b'])
})

it('stores only what is new when the batch comes again with more behind it', async () => {
  await giveUp(bodyOf('a', 'b'))
  expect(await post(bodyOf('a', 'b', 'c'))).toMatchObject({ accepted: 3 })
  expect(stored).toEqual(['a', 'b', 'c'])
})

it('knows a batch again that was given up twice, and grew in between', async () => {
  await giveUp(bodyOf('a'))
  await giveUp(bodyOf('a', 'b'))
  expect(await post(bodyOf('a', 'b', 'c'))).toMatchObject({ accepted: 3 })
  expect(stored).toEqual(['a', 'b', 'c'])
})

it('waits for the first try when the second comes before it is durable', async () => {
  await giveUp(bodyOf('a'), 'k', false)
  const again = post(bodyOf('a'))
  await settle()
  expect(await again).toMatchObject({ accepted: 1 })
  expect(stored).toEqual(['a'])
})

it('stores once what was given up several times before the server came to it', async () => {
  isSlow = true
  const bodies = [bodyOf('a'), bodyOf('a'), bodyOf('a', 'b'), bodyOf('a', 'b')]
  const { port } = app.server.address() as AddressInfo
  const here = new Promise<void>((resolve) => arrived.push(resolve))
  // All of it is in the sockets' buffers before the server reads any: as after a pause of the whole process.
  const clients = bodies.map((body) => {
    const client = connect(port, '127.0.0.1')
    client.end(`POST /take/k HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
    return client
  })
  await here
  await Promise.all(clients.map((client) => client.destroy() && once(client, 'close')))
  while (stored.length < 2) await settle()
  isSlow = false
  await settle()
  expect(await post(bodyOf('a', 'b', 'c'))).toMatchObject({ accepted: 3 })
  expect(stored).toEqual(['a', 'b', 'c'])
})

it('takes an orphan off the list with its first repeat, and stores all equal batches after it', async () => {
  await giveUp(bodyOf('a'))
  for (let round = 0; round < 3; round++) await post(bodyOf('a'))
  expect(stored).toEqual(['a', 'a', 'a'])
})

it('stores equal batches of clients that got their answers', async () => {
  for (let round = 0; round < 3; round++) await post(bodyOf('beat'))
  await Promise.all([post(bodyOf('beat')), post(bodyOf('beat'))])
  expect(stored).toHaveLength(5)
})

it('stores the equal batch of another sender, one that begins in the middle of an entry, and one that comes too late', async () => {
  await giveUp(bodyOf('a'))
  await post(bodyOf('a'), 'other')
  await post('{"logs":["ab"]}')
  clock += 600_000
  await post(bodyOf('a'))
  expect(stored).toEqual(['a', 'a', 'ab', 'a'])
})

it('stores what a client gave up before it could become durable', async () => {
  failing = true
  await giveUp(bodyOf('a'))
  failing = false
  await post(bodyOf('a'))
  expect(stored).toEqual(['a'])
})

it('remembers an orphan when storing what grew behind it fails', async () => {
  await giveUp(bodyOf('a'))
  failing = true
  await post(bodyOf('a', 'b'))
  failing = false
  expect(await post(bodyOf('a', 'b'))).toMatchObject({ accepted: 2 })
  expect(stored).toEqual(['a', 'b'])
})

it('remembers an orphan for as long as its repeats are refused', async () => {
  await giveUp(bodyOf('a'))
  failing = true
  for (let round = 0; round < 3; round++) {
    clock += 400_000
    await post(bodyOf('a', 'b'))
  }
  failing = false
  clock += 400_000
  expect(await post(bodyOf('a', 'b'))).toMatchObject({ accepted: 2 })
  expect(stored).toEqual(['a', 'b'])
})

it('knows a large batch again by its bytes', async () => {
  const large = 'x'.repeat(9 * 1024 * 1024)
  await giveUp(bodyOf('a', large))
  expect(await post(bodyOf('a', large, 'b'))).toMatchObject({ accepted: 3 })
  await post(bodyOf('a', large.replace(/x$/, 'y'), 'b'))
  expect(stored).toHaveLength(6)
})

it('keeps no more orphans than its limit', async () => {
  for (const sender of ['1', '2', '3', '4']) await giveUp(bodyOf('a'), sender)
  await post(bodyOf('a'), '1')
  await post(bodyOf('a'), '4')
  expect(stored).toHaveLength(5)
})
