import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, preparePeers, type ReceivedEvent, runProgram, startFakeServer } from './harness.ts'

interface Seen {
  path: string
  traceparents: number
  traceparent?: string
  xTraceId?: string
  traceId: string
}

describe.runIf(preparePeers())('OpenTelemetry', () => {
  let server: FakeServer
  let span: { traceId: string; spanId: string }
  let seen: Seen[]
  let spans: string[]

  beforeAll(async () => {
    server = await startFakeServer()
    const { code, stdout, stderr } = await runProgram('opentelemetry.mjs', { env: { HEARTWOOD_ENDPOINT: server.url, HEARTWOOD_API_KEY: 'key' } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const said = (name: string): unknown[] =>
      stdout
        .split('\n')
        .filter((line) => line.startsWith(`${name} `))
        .map((line) => JSON.parse(line.slice(name.length + 1)))
    span = said('SPAN')[0] as typeof span
    seen = said('SEEN') as Seen[]
    spans = said('SPANS')[0] as string[]
  })
  afterAll(() => server.close())

  const event = (message: string): ReceivedEvent | undefined => server.events().find((candidate) => candidate.message === message)

  it('gives events the trace and the span that are active', () => {
    expect(event('inside')).toMatchObject({ traceId: span.traceId, spanId: span.spanId, service: 'shop' })
    expect(event('outside')?.traceId).toBeUndefined()
  })

  it('gives a request the trace of the span that it is served in', () => {
    for (const { path, traceId } of seen) {
      const request = event(`GET ${path} 200`)
      expect(request).toMatchObject({ kind: 'request', traceId })
    }
    expect(server.events().filter(({ message }) => message === 'served')).toHaveLength(3)
  })

  it('keeps its own header on outgoing requests, once', () => {
    const byFetch = seen.find(({ path }) => path === '/by-fetch')
    expect(byFetch).toMatchObject({ traceparents: 1, traceparent: expect.stringContaining(span.traceId) })
    expect(seen.find(({ path }) => path === '/outside')).toMatchObject({ traceparents: 1 })
    // Here nobody else writes one: Node's own client is only patched by OpenTelemetry's loader.
    expect(seen.find(({ path }) => path === '/by-http')).toMatchObject({ xTraceId: span.traceId })
  })

  it('has no spans of what the SDK sends', () => {
    expect(spans.filter((name) => name.includes('/ingest') || name.startsWith('POST'))).toEqual([])
    expect(spans.some((name) => name.startsWith('GET'))).toBe(true)
  })

  it('hands its log records over as events, with span, service and exception', () => {
    expect(event('payment failed')).toMatchObject({
      level: 'error',
      traceId: span.traceId,
      spanId: span.spanId,
      service: 'otel-shop',
      error: { type: 'CardError', message: 'declined', stack: 'CardError: declined\n    at pay (/app/pay.js:3:9)' },
      attributes: { 'order.id': 'A-1', 'otel.scope.name': 'orders', 'deployment.environment.name': 'live' },
    })
  })
})
