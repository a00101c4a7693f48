import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, NODES, preparePeers, type ReceivedEvent, type RunningProgram, startFakeServer, startProgram } from './harness.ts'

interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface HttpProgram {
  server: FakeServer
  port: number
  send(path: string, options?: { method?: string; headers?: { [name: string]: string }; body?: string; agent?: Agent }): Promise<Answered>
  /** Begins and does not wait for an answer. */
  open(path: string): ClientRequest
  /** The first event that fits, when it has arrived. */
  event(fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>
  /** All events that carry the request id, in the order in which they were made; when there are so many of them. */
  eventsOf(requestId: string, atLeast?: number): Promise<ReceivedEvent[]>
  /** The event of kind `request` with this request id. */
  requestOf(requestId: string): Promise<ReceivedEvent>
  end(): Promise<void>
}

/** Starts a program of programs/http with a server that takes what it captures. */
export async function startHttpProgram(file: string, args: string[] = [], node = process.execPath): Promise<HttpProgram> {
  const server = await startFakeServer()
  const program: RunningProgram = startProgram(`http/${file}`, { env: server.env, args, node })
  const port = Number((await program.line(/^LISTENING (\d+)$/))[1])
  const open: HttpProgram['open'] = (path) => {
    const opened = request({ host: '127.0.0.1', port, path })
    opened.on('error', () => {})
    opened.end()
    return opened
  }
  const event: HttpProgram['event'] = async (fits) => {
    await server.until(() => server.events().some(fits))
    return server.events().find(fits) as ReceivedEvent
  }
  return {
    server,
    port,
    open,
    event,
    send: (path, { method = 'GET', headers = {}, body, agent } = {}) =>
      new Promise((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, method, headers, ...(agent === undefined ? {} : { agent }) }, (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (chunk) => {
            text += chunk
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
        })
        sent.on('error', reject)
        sent.end(body)
      }),
    async eventsOf(requestId, atLeast = 1) {
      const found = (): ReceivedEvent[] => server.events().filter((candidate) => candidate.requestId === requestId)
      await server.until(() => found().length >= atLeast)
      // Batches may overtake each other.
      return found().sort((one, other) => (one.id < other.id ? -1 : 1))
    },
    requestOf: (requestId) => event((candidate) => candidate.kind === 'request' && candidate.requestId === requestId),
    async end() {
      program.signal('SIGTERM')
      await program.ended
      await server.close()
    },
  }
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const isError = (event: ReceivedEvent): boolean => event.kind === 'log' && event.level === 'error'

export interface Framework {
  name: string
  program: string
  args?: string[]
  /** Where the body of `POST /echo` is read. */
  bodyRoutes: string[]
}

/** What holds whatever framework serves. */
export function describeHttp(framework: Framework): void {
  for (const { name, node } of NODES) describeOn(`${framework.name} on ${name}`, node, framework)
}

function describeOn(name: string, node: string, { program: file, args = [], bodyRoutes }: Framework): void {
  describe.runIf(preparePeers())(name, () => {
    let program: HttpProgram
    beforeAll(async () => {
      program = await startHttpProgram(file, args, node)
    })
    afterAll(() => program.end())

    it('makes one event of a request, with what is known of it', async () => {
      const answer = await program.send('/users/7?secret=1', { headers: { 'x-request-id': 'whole', 'user-agent': 'suite/1' } })
      expect(answer).toMatchObject({ status: 200, body: '{"id":"7"}' })
      const event = await program.requestOf('whole')
      expect(event).toMatchObject({ level: 'info', message: 'GET /users/:id 200', userId: '7', traceId: answer.headers['x-trace-id'] })
      expect(event.request).toMatchObject({ method: 'GET', route: '/users/:id', path: '/users/7', status: 200, userAgent: 'suite/1' })
      expect(event.request?.ip).toMatch(/127\.0\.0\.1$/)
      expect(event.request?.durationMs).toBeGreaterThan(3)
      expect(JSON.stringify(event)).not.toContain('secret')
      expect((await program.eventsOf('whole', 6)).filter(({ kind }) => kind === 'request')).toHaveLength(1)
    })

    it('keeps 200 requests at a time apart', async () => {
      const ids = Array.from({ length: 200 }, (_, n) => `u-${n}`)
      await Promise.all(ids.map((id) => program.send(`/users/${id}`, { headers: { 'x-request-id': `apart-${id}`, 'x-trace-id': `trace-${id}` } })))
      for (const id of ids) {
        const steps = (await program.eventsOf(`apart-${id}`, 6)).filter(({ message }) => message === 'step')
        expect(steps.map(({ attributes }) => attributes?.after)).toEqual(['nothing', 'await', 'timer', 'callbacks', 'promises'])
        for (const step of steps) expect(step).toMatchObject({ userId: id, traceId: `trace-${id}`, attributes: { mine: id } })
      }
    })

    it('leaves nothing of a request to the next one on its connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      await program.send('/users/first', { agent, headers: { 'x-request-id': 'first' } })
      await program.send('/orgs/things/1', { agent, headers: { 'x-request-id': 'second' } })
      agent.destroy()
      const second = await program.requestOf('second')
      expect(second.userId).toBeUndefined()
      expect(second.traceId).not.toBe((await program.requestOf('first')).traceId)
    })

    it('goes on with a trace and tells the caller its ids', async () => {
      const traced = await program.send('/users/1', { headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, 'x-request-id': 'traced' } })
      expect(traced.headers).toMatchObject({ 'x-trace-id': TRACE, 'x-request-id': 'traced' })
      for (const event of await program.eventsOf('traced', 6)) {
        expect(event.traceId).toBe(TRACE)
        expect(event.spanId).toMatch(/^[0-9a-f]{16}$/)
        expect(event.spanId).not.toBe('00f067aa0ba902b7')
      }
      const named = await program.send('/boom/1', { headers: { 'x-trace-id': 'from-caller-1' } })
      expect(named.headers['x-trace-id']).toBe('from-caller-1')
    })

    it('makes ids of its own where the given ones are none', async () => {
      const answer = await program.send('/users/1', {
        headers: { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'x-request-id': 'no id <>' },
      })
      expect(answer.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/)
      expect(answer.headers['x-trace-id']).not.toBe('0'.repeat(32))
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    })

    it('makes all events of a request steps of the flow that it came with', async () => {
      await program.send('/users/1', { headers: { 'x-heartwood-flow': 'checkout-1;step=4', 'x-request-id': 'flowing' } })
      const events = await program.eventsOf('flowing', 6)
      expect(events.map(({ flowId }) => flowId)).toEqual(events.map(() => 'checkout-1'))
      expect(events.map(({ stepIndex }) => stepIndex)).toEqual(events.map((_, at) => 4 + at))
    })

    it('captures what a handler throws once, with the request', async () => {
      for (const [path, route] of [
        ['/boom/3', '/boom/:id'],
        ['/orgs/boom/3', '/orgs/boom/:id'],
      ] as const) {
        const id = `threw-${route.length}`
        const answer = await program.send(path, { headers: { 'x-request-id': id } })
        expect(answer).toMatchObject({ status: 500, headers: { 'x-request-id': id } })
        const event = await program.requestOf(id)
        expect(event).toMatchObject({ level: 'error', message: `GET ${route} 500`, attributes: { error: { message: 'TypeError: boom' } } })
        const errors = (await program.eventsOf(id, 2)).filter(isError)
        expect(errors).toHaveLength(1)
        expect(errors[0]).toMatchObject({
          error: { type: 'TypeError', message: 'boom' },
          request: { method: 'GET', route, path },
          traceId: event.traceId,
        })
        expect(errors[0]?.error?.stack).toContain('shared.mjs')
        expect(event.error?.stack).toBeUndefined()
      }
    })

    it('captures a thrown text as an error', async () => {
      await program.send('/text', { headers: { 'x-request-id': 'text' } }).catch(() => {})
      await program.event((event) => event.requestId === 'text' && isError(event) && event.message.includes('a text'))
    })

    it('takes an error that blames the caller as no error of the program', async () => {
      expect((await program.send('/teapot', { headers: { 'x-request-id': 'teapot' } })).status).toBe(418)
      const event = await program.requestOf('teapot')
      expect(event).toMatchObject({ level: 'warn', request: { status: 418 } })
      expect(JSON.stringify(event.attributes?.error)).toContain('short and stout')
      expect((await program.eventsOf('teapot')).filter(isError)).toEqual([])
    })

    it('says nothing of ignored routes and serves them with their ids', async () => {
      for (const path of ['/health', '/static/app.js']) {
        const answer = await program.send(path, { headers: { 'x-request-id': 'ignored' } })
        expect(answer).toMatchObject({ status: 200, body: 'ok', headers: { 'x-request-id': 'ignored' } })
      }
      await program.send('/users/1', { headers: { 'x-request-id': 'after-ignored' } })
      await program.requestOf('after-ignored')
      expect(program.server.events().filter(({ requestId }) => requestId === 'ignored')).toEqual([])
    })

    it('gives a path that no route has as a path', async () => {
      await program.send('/no/such/page', { headers: { 'x-request-id': 'unknown' } })
      const event = await program.requestOf('unknown')
      expect(event).toMatchObject({ level: 'warn', message: 'GET /no/such/page 404', request: { path: '/no/such/page', status: 404 } })
      expect(event.request?.route).toBeUndefined()
    })

    it('follows a request through its body', async () => {
      for (const path of bodyRoutes) {
        const body = JSON.stringify({ text: 'x'.repeat(100_000) })
        const headers = { 'content-type': path === '/echo' ? 'application/json' : 'text/plain', 'x-request-id': `body-${path.slice(1)}` }
        expect((await program.send(path, { method: 'POST', body, headers })).status).toBe(200)
        expect((await program.eventsOf(`body-${path.slice(1)}`, 2)).map(({ message }) => message)).toEqual(['body', `POST ${path} 200`])
      }
    })

    it('follows an answer in pieces to its end', async () => {
      expect((await program.send('/stream', { headers: { 'x-request-id': 'stream' } })).body).toBe('chunk 0\nchunk 1\nchunk 2\n')
      const event = await program.requestOf('stream')
      expect(event.request?.durationMs).toBeGreaterThan(12)
      expect((await program.eventsOf('stream', 4)).filter(({ message }) => message === 'chunk')).toHaveLength(3)
    })

    it('takes HEAD and OPTIONS as requests', async () => {
      for (const method of ['HEAD', 'OPTIONS']) {
        const { status } = await program.send('/users/1', { method, headers: { 'x-request-id': method } })
        expect((await program.requestOf(method)).request).toMatchObject({ method, status })
      }
    })

    it('tells of callers that went before there was an answer, and in the middle of one', async () => {
      const never = program.open('/never')
      const half = program.open('/half')
      half.on('response', () => half.destroy())
      // A later request that was answered shows that this one has reached its handler.
      await program.send('/users/1')
      never.destroy()
      const gone = await program.event(({ kind, request: info }) => kind === 'request' && info?.path === '/never')
      expect(gone).toMatchObject({ level: 'warn', attributes: { aborted: true }, request: { route: '/never', status: 499 } })
      const cut = await program.event(({ kind, request: info }) => kind === 'request' && info?.path === '/half')
      expect(cut).toMatchObject({ attributes: { aborted: true }, request: { status: 200 } })
    })
  })

  describe.runIf(preparePeers())(`${name} behind a proxy`, () => {
    it('takes the address from X-Forwarded-For, and nothing is lost at its end', async () => {
      const program = await startHttpProgram(file, [...args, 'trust-proxy'], node)
      await program.send('/users/1', { headers: { 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'x-request-id': 'proxied' } })
      expect((await program.requestOf('proxied')).request?.ip).toBe('203.0.113.7')
      await program.end()
    })
  })
}
