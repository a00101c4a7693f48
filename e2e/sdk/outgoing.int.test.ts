import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { NODES, preparePeers, type ReceivedEvent, runProgram, startProgram, useFakeServer } from './harness.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`

const server = useFakeServer()

/** A port at which nobody listens, and that fetch does not refuse by itself. */
const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const address = listener.address()
      listener.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

interface Crumb {
  message: string
  level: string
  data: { [name: string]: unknown }
}

describe.skipIf(!preparePeers()).each(NODES)('two services on $name', ({ node }) => {
  it('share trace and flow over every client, and the caller’s errors tell its calls', async () => {
    const callee = startProgram('loggers/outgoing-callee.mjs', { env: server.env, node })
    const port = (await callee.line(/^LISTENING (\d+)$/))[1]
    const [url, closed] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${await closedPort()}`]
    const result = await runProgram('loggers/outgoing-calls.mjs', { env: server.env, node, args: [url, closed] })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    callee.signal('SIGTERM')
    await callee.ended

    const [began, failed] = server.events().filter(({ service }) => service === 'caller') as [ReceivedEvent, ReceivedEvent]
    expect([began.stepIndex, failed.flowId, failed.traceId]).toEqual([0, began.flowId, TRACE_ID])
    const calls = server.events().filter(({ message }) => message.startsWith('called '))
    const callOf = (path: string): ReceivedEvent => calls.find(({ message }) => message === `called ${path}`) as ReceivedEvent
    const sentTo = (path: string): unknown => callOf(path).attributes?.sent

    const paths = ['/fetch', '/undici-fetch', '/undici-request', '/http-get', '/named-get', '/named-request', '/broken']
    for (const path of paths) {
      expect([path, sentTo(path)]).toEqual([path, { traceparent: TRACEPARENT, 'x-trace-id': TRACE_ID, 'x-heartwood-flow': `${began.flowId};step=1` }])
      expect(callOf(path)).toMatchObject({ traceId: TRACE_ID, flowId: began.flowId, stepIndex: 1 })
    }
    // What the program sets stands, and nothing beside it that says otherwise.
    const ownTraceparent = '00-11111111111111111111111111111111-2222222222222222-01'
    expect(sentTo('/own-trace')).toEqual({ traceparent: ownTraceparent, 'x-heartwood-flow': `${began.flowId};step=1` })
    expect(sentTo('/own-flow')).toEqual({ traceparent: TRACEPARENT, 'x-trace-id': TRACE_ID, 'x-heartwood-flow': 'mine' })
    // Not in `propagateTo`.
    expect(sentTo('/elsewhere')).toEqual({})

    const crumbs = failed.detail?.breadcrumbs as Crumb[]
    expect(crumbs.map(({ message, level }) => [message, level])).toEqual([
      [`GET ${url}/fetch 200`, 'info'],
      [`GET ${url}/undici-fetch 200`, 'info'],
      [`POST ${url}/undici-request 200`, 'info'],
      [`GET ${url}/http-get 200`, 'info'],
      [`GET ${url}/named-get 200`, 'info'],
      [`PUT ${url}/named-request 200`, 'info'],
      [`GET ${url}/own-trace 200`, 'info'],
      [`GET ${url}/own-flow 200`, 'info'],
      [`GET http://localhost:${port}/elsewhere 200`, 'info'],
      [`GET ${url}/broken 503`, 'error'],
      [`GET ${closed}/refused failed`, 'error'],
      [`GET ${closed.replace('http', 'https')}/refused-https failed`, 'error'],
      [`GET ${url}/slow failed`, 'error'],
      [`GET ${url}/slow-http failed`, 'error'],
    ])
    expect(crumbs[0]?.data).toMatchObject({ method: 'GET', status: 200, url: `${url}/fetch?token=[redacted]&page=2`, durationMs: expect.any(Number) })
    expect(crumbs[10]?.data.error).toContain('ECONNREFUSED')
    // The caller's requests to Heartwood are no calls of the program.
    expect(JSON.stringify(crumbs)).not.toContain(server.url)
  })
})
