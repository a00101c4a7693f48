import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, peers, preparePeers, type ReceivedEvent, type RunningProgram, startFakeServer, startProgram } from './harness.ts'

const NEXT = '../node_modules/next/dist/bin/next'
/** Events wait for others for a second before they are sent. */
const PATIENT = { timeout: 20_000 }

/** One small app, built once: `next build` takes most of the time. */
describe.runIf(preparePeers())('Next 16', () => {
  let server: FakeServer
  let next: RunningProgram
  let url: string

  const run = (...args: string[]): RunningProgram =>
    startProgram(NEXT, {
      args,
      cwd: `${peers}/programs/nextjs`,
      timeout: 100_000,
      env: { HEARTWOOD_ENDPOINT: server.url, HEARTWOOD_API_KEY: 'key', NEXT_TELEMETRY_DISABLED: '1' },
    })

  beforeAll(async () => {
    server = await startFakeServer()
    const built = await run('build', '.').ended
    if (built.code !== 0) throw new Error(`next build failed:\n${built.stdout}${built.stderr}`)
    expect(server.requests()).toEqual([])
    next = run('start', '.', '-p', '0', '-H', '127.0.0.1')
    const [address] = await next.line(/http:\/\/127\.0\.0\.1:\d+/)
    url = address
    await next.line(/Ready/)
  }, 110_000)

  afterAll(async () => {
    next?.signal('SIGTERM')
    await next?.ended
    await server?.close()
  })

  const eventsOf = (id: string): ReceivedEvent[] => server.events().filter(({ requestId }) => requestId === id)
  const requestOf = async (id: string): Promise<ReceivedEvent | undefined> =>
    await expect
      .poll(() => eventsOf(id).find(({ kind }) => kind === 'request'), PATIENT)
      .toBeDefined()
      .then(() => eventsOf(id).find(({ kind }) => kind === 'request'))

  const ask = (path: string, id: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, { redirect: 'manual', ...init, headers: { 'x-request-id': id, ...init.headers } })

  it('tells of a route handler with its pattern, in a scope of its own, with the trace on the answer', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const answer = await ask('/api/orders/7?x=1', 'read', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } })
    expect([answer.status, await answer.json(), answer.headers.get('x-trace-id')]).toEqual([200, { id: '7' }, traceId])
    expect(await requestOf('read')).toMatchObject({
      message: 'GET /api/orders/[id] 200',
      traceId,
      userId: 'user-7',
      service: 'shop',
      request: { method: 'GET', path: '/api/orders/7', route: '/api/orders/[id]', status: 200 },
    })
    expect(eventsOf('read').find(({ message }) => message === 'order read')).toMatchObject({ traceId, userId: 'user-7', attributes: { id: '7' } })
  })

  it('reads a body as before', async () => {
    const answer = await ask('/api/orders/8', 'place', { method: 'POST', body: '{"item":"tea"}', headers: { 'content-type': 'application/json' } })
    expect([answer.status, await answer.json()]).toEqual([201, { item: 'tea' }])
    expect((await requestOf('place'))?.message).toBe('POST /api/orders/[id] 201')
  })

  it('captures once what a route handler throws, and Next answers as before', async () => {
    expect((await ask('/api/orders/broken', 'broken')).status).toBe(500)
    const request = await requestOf('broken')
    expect(request).toMatchObject({ level: 'error', request: { status: 500, route: '/api/orders/[id]' } })
    const errors = server.events().filter(({ error }) => error?.message === 'no database')
    expect(errors.map(({ id, requestId, error }) => [id, requestId, error?.type])).toEqual([
      [(request?.attributes?.error as { eventId?: string } | undefined)?.eventId, 'broken', 'TypeError'],
    ])
  })

  it('knows redirects and not-founds, thrown or returned, from errors', async () => {
    expect((await ask('/api/orders/missing', 'missing')).status).toBe(404)
    expect((await ask('/api/away?thrown=1', 'thrown')).headers.get('location')).toBe('/elsewhere')
    const returned = await ask('/api/away', 'returned')
    expect([returned.status, returned.headers.get('location'), returned.headers.has('x-trace-id')]).toEqual([308, 'http://localhost/elsewhere', true])
    expect((await requestOf('missing'))?.request).toMatchObject({ status: 404, route: '/api/orders/[id]' })
    expect((await requestOf('thrown'))?.request).toMatchObject({ status: 307, route: '/api/away' })
    expect((await requestOf('returned'))?.request?.status).toBe(308)
    expect([...eventsOf('missing'), ...eventsOf('thrown')].filter(({ error }) => error !== undefined)).toEqual([])
  })

  it('finds the pattern of a list of segments', async () => {
    await ask('/api/docs/a/b%20c/a', 'docs')
    expect((await requestOf('docs'))?.request?.route).toBe('/api/docs/[...path]')
  })

  it('captures what a page throws while it is rendered, with the digest that its user sees', async () => {
    expect((await ask('/broken', 'page')).status).toBe(500)
    await expect.poll(() => eventsOf('page'), PATIENT).toHaveLength(1)
    expect(eventsOf('page')[0]).toMatchObject({
      error: { type: 'RangeError', message: 'no such page of the book' },
      request: { method: 'GET', path: '/broken', route: '/broken' },
      attributes: { next: { routeType: 'render' }, 'error.digest': expect.stringMatching(/^\d+$/) },
    })
  })

  it('captures what a server action throws, under its name', async () => {
    const page = await (await ask('/form', 'form')).text()
    const form = new FormData()
    form.set(/\$ACTION_ID_[0-9a-f]+/.exec(page)?.[0] ?? 'no action', '')
    form.set('item', 'cake')
    await ask('/form', 'action', { method: 'POST', body: form, headers: { origin: url } })
    const failed = () => server.events().filter(({ error }) => error?.message === 'cannot order cake')
    await expect.poll(failed, PATIENT).toHaveLength(1)
    expect(failed()[0]).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), attributes: { action: 'placeOrder' } })
  })

  it('builds and runs where there is no Node: in the edge runtime and in a client component', async () => {
    expect(await (await ask('/api/edge', 'edge')).text()).toBe('from the edge')
    expect(await (await ask('/', 'home')).text()).toContain('function')
    expect(eventsOf('edge')).toEqual([])
  })
})
