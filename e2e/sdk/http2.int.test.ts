import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NODES, preparePeers } from './harness.ts'
import { type HttpProgram, startHttpProgram } from './http-suite.ts'

for (const { name, node } of NODES) {
  describe.runIf(preparePeers())(`Fastify over HTTP/2 on ${name}`, () => {
    let program: HttpProgram
    let session: ClientHttp2Session
    beforeAll(async () => {
      program = await startHttpProgram('fastify.mjs', ['http2'], node)
      session = connect(`http://127.0.0.1:${program.port}`)
    })
    afterAll(async () => {
      session.close()
      await program.end()
    })

    const open = (headers: OutgoingHttpHeaders): ClientHttp2Stream => session.request(headers).on('error', () => {})
    const answerOf = (stream: ClientHttp2Stream): Promise<{ headers: IncomingHttpHeaders; body: string }> =>
      new Promise((resolve) => {
        let headers: IncomingHttpHeaders = {}
        let body = ''
        stream.on('response', (given) => {
          headers = given
        })
        stream.setEncoding('utf8').on('data', (chunk) => {
          body += chunk
        })
        stream.on('close', () => resolve({ headers, body }))
      })

    it('makes one event of a request and tells its ids', async () => {
      const { headers, body } = await answerOf(open({ ':path': '/users/7?secret=1', 'x-request-id': 'whole', 'user-agent': 'suite/2' }))
      expect(headers).toMatchObject({ ':status': 200, 'x-request-id': 'whole', 'x-trace-id': expect.stringMatching(/^[0-9a-f]{32}$/) })
      expect(body).toBe('{"id":"7"}')
      const events = await program.eventsOf('whole', 6)
      for (const event of events) expect(event).toMatchObject({ userId: '7', traceId: headers['x-trace-id'] })
      const requests = events.filter(({ kind }) => kind === 'request')
      expect(requests).toMatchObject([
        {
          level: 'info',
          message: 'GET /users/:id 200',
          request: { method: 'GET', route: '/users/:id', path: '/users/7', status: 200, ip: '127.0.0.1', userAgent: 'suite/2' },
        },
      ])
      expect(requests[0]?.attributes?.aborted).toBeUndefined()
    })

    it.each([
      ['/boom/1', '/boom/:id', 500],
      ['/no/such/page', undefined, 404],
    ])('gives the status of %s', async (path, route, status) => {
      const requestId = `status-${status}`
      expect((await answerOf(open({ ':path': path, 'x-request-id': requestId }))).headers[':status']).toBe(status)
      const { request } = await program.requestOf(requestId)
      expect(request).toMatchObject({ path, status })
      expect(request?.route).toBe(route)
    })

    it('follows a request through its body, which no header announces', async () => {
      const stream = open({ ':method': 'POST', ':path': '/listen', 'content-type': 'text/plain', 'x-request-id': 'body' })
      // Without a pause the body would come with the headers, and who listens to it would be called inside the request anyway.
      stream.write('one ')
      await program.server.until(() => program.server.events().some(({ requestId, message }) => requestId === 'body' && message === 'chunk'))
      stream.end('two')
      const { headers, body } = await answerOf(stream)
      expect(body).toBe('one two')
      const events = await program.eventsOf('body', 4)
      expect(events.map(({ message }) => message)).toEqual(['chunk', 'chunk', 'body', 'POST /listen 200'])
      for (const { traceId } of events) expect(traceId).toBe(headers['x-trace-id'])
    })

    it('tells of callers that went before there was an answer, and in the middle of one', async () => {
      const never = open({ ':path': '/never' })
      const half = open({ ':path': '/half' })
      half.on('response', () => half.close(constants.NGHTTP2_CANCEL))
      // A later request that was answered shows that this one has reached its handler.
      await answerOf(open({ ':path': '/users/1' }))
      never.close(constants.NGHTTP2_CANCEL)
      const gone = await program.event(({ kind, request }) => kind === 'request' && request?.path === '/never')
      expect(gone).toMatchObject({ level: 'warn', attributes: { aborted: true }, request: { route: '/never', status: 499 } })
      const cut = await program.event(({ kind, request }) => kind === 'request' && request?.path === '/half')
      expect(cut).toMatchObject({ level: 'info', attributes: { aborted: true }, request: { route: '/half', status: 200 } })
    })
  })
}
