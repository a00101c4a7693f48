import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import { Readable, Writable } from 'node:stream'
import compress from '@fastify/compress'
import { type FastifyInstance, fastify, LogController } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HeartwoodError } from '../errors.ts'
import { abortOnClose } from './abort-on-close.ts'
import { passOverCancelledRequests } from './cancelled-requests.ts'
import { registerErrors } from './errors.ts'

/** Of pino. */
const DEBUG = 20

let app: FastifyInstance
let log: Writable
let lines: { level: number; code?: string; route?: string }[]
beforeEach(async () => {
  const mine: typeof lines = []
  lines = mine
  log = new Writable({
    write(chunk, _, done) {
      mine.push(JSON.parse(String(chunk)))
      log.emit('line')
      done()
    },
  })
  app = fastify({ logger: { level: 'debug', stream: log }, logController: new LogController({ disableRequestLogging: true }) })
  registerErrors(app)
  passOverCancelledRequests(app)
  await app.register(compress)
})
afterEach(() => app.close())

const address = async (path: string): Promise<string> => (await app.listen({ port: 0, host: '127.0.0.1' })) + path
const told = () => lines.filter(({ level, code }) => level > 30 || code !== undefined)

it('says at debug level that a client left while its question was asked', async () => {
  let asked = (): void => undefined
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  app.get('/ask', async (_, reply) => {
    const signal = abortOnClose(reply)
    asked()
    await once(signal, 'abort')
    throw new HeartwoodError('request-cancelled', 'The client left.')
  })
  const request = get(await address('/ask')).on('error', () => undefined)
  await isAsked
  const line = once(log, 'line')
  request.destroy()
  await line
  await app.close()
  expect(told()).toMatchObject([{ level: DEBUG, code: 'request-cancelled', route: '/ask' }])
})

it('says no more of one that left while it was sent a compressed answer', async () => {
  const source = new Readable({
    read() {
      this.push(randomBytes(65_536))
    },
  })
  app.get('/long', async (_, reply) => reply.type('application/json').send(source))
  const request = get(await address('/long'), { headers: { 'accept-encoding': 'gzip' } }).on('error', () => undefined)
  const [response] = await once(request, 'response')
  await once(response, 'data')
  request.destroy()
  if (!source.destroyed) await once(source, 'close')
  await app.close()
  expect(told()).toMatchObject([{ level: DEBUG, code: 'request-cancelled', route: '/long' }])
})
