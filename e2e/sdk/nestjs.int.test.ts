import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, preparePeers, type ReceivedEvent, runProgram, startFakeServer, useFakeServer } from './harness.ts'

interface NestAnswer {
  name: 'plain' | 'watched'
  method: string
  path: string
  status: number
  text: string
  headers: [string, string][]
  traced: boolean
}

describe.runIf(preparePeers()).each(['express', 'fastify'])('Nest on %s', (platform) => {
  let server: FakeServer
  let answers: NestAnswer[]

  beforeAll(async () => {
    server = await startFakeServer()
    const { code, stdout, stderr } = await runProgram('nestjs.mjs', {
      args: [platform],
      env: { HEARTWOOD_ENDPOINT: server.url, HEARTWOOD_API_KEY: 'key' },
    })
    expect({ code, stderr: stderr.includes('HEARTWOOD') }).toEqual({ code: 0, stderr: false })
    answers = stdout
      .split('\n')
      .filter((line) => line.startsWith('ANSWER '))
      .map((line) => JSON.parse(line.slice(7)) as NestAnswer)
  })
  afterAll(() => server.close())

  /** What a request was told to be found by: see the program. */
  const eventsOf = (id: string): ReceivedEvent[] => server.events().filter(({ requestId }) => requestId === id)
  const requestOf = (id: string): ReceivedEvent | undefined => eventsOf(id).find(({ kind }) => kind === 'request')
  const errorsOf = (id: string): ReceivedEvent[] => eventsOf(id).filter(({ kind, error }) => kind === 'log' && error !== undefined)

  it('answers exactly as it does without the SDK, and with the trace in a header', () => {
    const [plain, watched] = (['plain', 'watched'] as const).map((name) => answers.filter((answer) => answer.name === name))
    expect(watched).toHaveLength(12)
    const { headers: _headers, ...rest } = watched?.[0] ?? ({} as NestAnswer)
    expect(rest).toMatchObject({ status: 200, text: '{"id":"7"}', traced: true })
    const asPlain = watched?.map((answer) => ({ ...answer, name: 'plain', traced: false }))
    expect(asPlain).toEqual(plain)
  })

  it.each([
    ['GET-api-orders-7-secret-1', '/api/orders/:id', 200],
    ['POST-api-orders', '/api/orders', 201],
    ['GET-api-orders-broken', '/api/orders/broken', 500],
    ['GET-api-orders-missing', '/api/orders/missing', 404],
    ['GET-api-orders-away', '/api/orders/away', 302],
    ['GET-api-nowhere', undefined, 404],
  ])('tells of the request %s: route %s, status %i', (id, route, status) => {
    const event = requestOf(id)
    expect(event?.request).toMatchObject({ status, ip: '127.0.0.1' })
    expect(event?.request?.route).toBe(route)
  })

  it('gives middleware, services and its own logger the scope of the request', () => {
    const read = eventsOf('GET-api-orders-7-secret-1')
    expect(read.map(({ message, userId }) => [message, userId])).toEqual([
      ['in a middleware', undefined],
      ['order read', 'user-7'],
      ['GET /api/orders/:id 200', 'user-7'],
    ])
    expect(new Set(read.map(({ traceId }) => traceId)).size).toBe(1)
    expect(eventsOf('POST-api-orders').find(({ message }) => message === 'order placed')?.attributes).toMatchObject({
      item: 'tea',
      context: 'Orders',
    })
  })

  it.each([
    ['GET-api-orders-broken', 'TypeError', 'no database'],
    ['GET-api-orders-upstream', 'BadGatewayException', 'upstream is gone'],
    ['GET-api-orders-guarded', 'RangeError', 'guard broke'],
    ['GET-api-orders-slow', 'Error', 'slow trouble'],
  ])('captures once what %s throws: %s', (id, type, message) => {
    expect(errorsOf(id).map(({ error }) => [error?.type, error?.message])).toEqual([[type, message]])
    expect(requestOf(id)?.attributes?.error).toMatchObject({ eventId: errorsOf(id)[0]?.id })
  })

  it.each(['GET-api-orders-missing', 'GET-api-orders-conflict', 'GET-api-orders-quiet', 'GET-api-nowhere'])(
    'makes no error of an exception that is answered below 500: %s',
    (id) => {
      expect(errorsOf(id)).toEqual([])
      expect(requestOf(id)).toMatchObject({ level: 'warn', attributes: { error: { message: expect.any(String) } } })
    },
  )

  it('leaves out ignored requests', () => {
    expect(eventsOf('GET-health')).toEqual([])
  })

  it('sends what Nest itself says', () => {
    expect(server.events()).toContainEqual(
      expect.objectContaining({ message: 'Nest application successfully started', level: 'info', attributes: { context: 'NestApplication' } }),
    )
  })
})

describe.runIf(preparePeers())('a hybrid Nest app', () => {
  const server = useFakeServer()

  it.each(['quiet', 'logger'])('captures once what handlers of messages throw, and answers as before (%s)', async (logger) => {
    const { code, stdout, stderr } = await runProgram('nestjs-messages.mjs', { args: [logger], env: server.env })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'ANSWERS [3,"Internal server error","no such order"]\n', stderr: '' })
    const events = server.events().filter(({ kind, level }) => kind === 'request' || level === 'error')
    expect(events.map(({ message, error, request }) => [message, error?.type, request?.route])).toEqual([
      ['GET /orders 200', undefined, '/orders'],
      ['no such parcel', 'RangeError', undefined],
      ['no database', 'TypeError', undefined],
    ])
  })
})
