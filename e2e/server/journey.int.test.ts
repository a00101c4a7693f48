import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createShop, findEvents, follow, ingest, type Shop } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer
let shop: Shop

beforeAll(async () => {
  server = await startServer()
  shop = await createShop(server)
})
afterAll(() => server.stop())

const sent = {
  level: 'error',
  message: 'payment failed für Jürgen',
  service: 'checkout',
  environment: 'production',
  release: '2.4.1',
  host: 'web-3',
  tags: ['card'],
  attributes: { 'order.id': 'A-1', attempt: 2, ok: false, none: null, nested: { list: [1, 'two', { three: 3 }], empty: {}, deep: { er: 1.5 } } },
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  userId: 'u-7',
  flowId: 'checkout-7f3a',
  stepIndex: 3,
  error: { type: 'TypeError', message: 'x is not a function', stack: 'TypeError: x is not a function\n    at pay (pay.js:1:2)' },
  request: { method: 'POST', route: '/pay/:id', path: '/pay/7', status: 500, durationMs: 31.25 },
}

describe('an event', () => {
  it('comes back as it was sent, found by words, fields, comparisons and time', async () => {
    const timestamp = new Date(Date.now() - 60_000).toISOString().replace('Z', '456Z')
    const { status, body } = await ingest(server, shop.ingestKey, JSON.stringify({ ...sent, timestamp }))
    expect(status).toBe(202)
    expect(body).toMatchObject({ accepted: 1, rejected: [] })
    const [found] = await findEvents(server, shop.project, 'payment failed', 1)
    const { kind: _, ...expected } = { kind: 'log', ...sent, timestamp }
    const whole = await server.client.event({ params: { id: found?.id ?? '' }, query: { project: shop.project, timestamp: found?.timestamp } })
    expect(whole).toMatchObject({ ...expected, dataset: 'default' })
    expect(whole.attributes).toMatchObject(sent.attributes)
    const queries = [
      '"payment failed"',
      'jürgen',
      'level:>=error',
      'service:checkout order.id:A-1',
      'attempt:>1 attempt:<3',
      'status:500 durationMs:>31',
      'nested.deep.er:1.5',
      'traceId:4bf92f3577b34da6a3ce929d0e0e4736',
      'NOT level:info AND (host:web-3 OR host:web-4)',
      'service:check*',
      'error.type:TypeError',
    ]
    for (const q of queries) {
      expect({ q, found: (await findEvents(server, shop.project, q, 1)).length }).toEqual({ q, found: 1 })
    }
    for (const q of ['refund', 'level:fatal', 'attempt:>2', '-service:checkout']) {
      expect({ q, found: (await server.client.search({ query: { project: shop.project, q } })).events.length }).toEqual({ q, found: 0 })
    }
  })

  it('stands in the histogram, the facets and the fields', async () => {
    const query = { project: shop.project, from: '-1h' }
    expect((await server.client.histogram({ query })).total).toBe(1)
    const { facets } = await server.client.facets({ query })
    expect(facets.find((facet) => facet.field === 'service')?.values).toEqual([{ value: 'checkout', count: 1 }])
    const names = (await server.client.fields({ query })).fields.map((field) => field.name)
    expect(names).toEqual(expect.arrayContaining(['level', 'service', 'order.id', 'attempt']))
  })

  it('is pushed to a live tail whose query it fits, and to no other', async () => {
    const stop = new AbortController()
    const tail = follow(server, shop.project, 'service:mailer level:warn', stop.signal)
    const first = tail.next()
    const send = setInterval(() => {
      void ingest(
        server,
        shop.ingestKey,
        JSON.stringify([
          { message: 'not this', service: 'mailer' },
          { message: 'this', service: 'mailer', level: 'warn' },
        ]),
      )
    }, 200)
    const { value } = await first
    clearInterval(send)
    stop.abort()
    expect(value).toMatchObject({ message: 'this', level: 'warn', service: 'mailer' })
  })
})

describe('a batch', () => {
  it('keeps its good entries when others are bad, and names those', async () => {
    const { status, body } = await ingest(
      server,
      shop.ingestKey,
      '{"message":"good one","service":"partial"}\n[broken\n42\n{"message":"good two","service":"partial"}\n',
    )
    expect(status).toBe(202)
    expect(body).toMatchObject({
      accepted: 2,
      rejectedCount: 2,
      rejected: [
        { index: 1, code: 'malformed' },
        { index: 2, code: 'not-an-object' },
      ],
    })
    expect(await findEvents(server, shop.project, 'service:partial', 2)).toHaveLength(2)
  })

  it('is refused with reasons when nothing in it is an event', async () => {
    const { status, body } = await ingest(server, shop.ingestKey, '[1, null]')
    expect(status).toBe(400)
    expect(body).toMatchObject({ accepted: 0, rejected: [{ index: 0 }, { index: 1 }] })
  })

  it('with an id is stored once, however often and however concurrently it is sent', async () => {
    const send = () => ingest(server, shop.ingestKey, '{"message":"once","service":"repeat"}', '/ingest', { 'x-heartwood-batch': 'batch-1' })
    const answers = await Promise.all(Array.from({ length: 8 }, send))
    answers.push(await send())
    expect(answers.map((answer) => [answer.status, answer.body.accepted])).toEqual(answers.map(() => [202, 1]))
    expect(await findEvents(server, shop.project, 'service:repeat', 1)).toHaveLength(1)
  })

  it('keeps the order of entries with equal times', async () => {
    const timestamp = new Date().toISOString()
    const lines = Array.from({ length: 500 }, (_, i) => JSON.stringify({ timestamp, message: `step ${i}`, service: 'ordered' }))
    await ingest(server, shop.ingestKey, lines.join('\n'))
    const events = await findEvents(server, shop.project, 'service:ordered', 500)
    expect(events.map((event) => event.message)).toEqual(lines.map((_, i) => `step ${499 - i}`))
  })
})

describe('a key', () => {
  it('opens only what its scope and project allow', async () => {
    const other = await createShop(server, 'Other')
    const search = (key: string, project: string) =>
      fetch(`${server.url}/api/search?project=${project}`, { headers: { 'x-api-key': key } }).then((response) => response.status)
    expect(await search(shop.readKey, shop.project)).toBe(200)
    expect(await search(shop.readKey, other.project)).toBe(403)
    expect(await search(shop.ingestKey, shop.project)).toBe(403)
    expect(await search('hw_unknown', shop.project)).toBe(401)
    expect((await ingest(server, shop.readKey, '{"message":"no"}')).status).toBe(403)
  })
})

describe('the server', () => {
  it('answers its own questions', async () => {
    expect(await fetch(`${server.url}/healthz`).then((r) => r.status)).toBe(200)
    expect(await fetch(`${server.url}/readyz`).then((r) => r.json())).toMatchObject({ status: 'ready' })
    const metrics = await fetch(`${server.url}/metrics`).then((r) => r.text())
    expect(metrics).toMatch(/^heartwood_events_stored_total\{door="native"\} \d+/m)
    expect(await fetch(`${server.url}/api/openapi.json`).then((r) => r.json())).toMatchObject({ openapi: '3.1.0' })
    const page = await fetch(`${server.url}/logs`, { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(await page.text()).toContain('<div id="root"')
  })

  it('accounts for everything that it received', async () => {
    const { rows } = await server.client.ledger({ query: {} })
    for (const row of rows) {
      const refused = Object.values(row.refused).reduce((sum, count) => sum + (count ?? 0), 0)
      expect(row.stored + row.queued + row.deadLettered + refused).toBe(row.received)
    }
    expect(rows.reduce((sum, row) => sum + row.received, 0)).toBeGreaterThan(500)
  })

  it('ends on SIGTERM with nothing lost, and finds all again', async () => {
    const before = await findEvents(server, shop.project, 'service:ordered', 500)
    const { status } = await ingest(server, shop.ingestKey, '{"message":"last words","service":"late"}')
    expect(status).toBe(202)
    const started = Date.now()
    expect(await server.stop()).toBe(0)
    expect(Date.now() - started).toBeLessThan(15_000)
    server = await startServer({ dataFolder: server.dataFolder })
    expect(await findEvents(server, shop.project, 'service:late', 1)).toHaveLength(1)
    expect(await findEvents(server, shop.project, 'service:ordered', 500)).toEqual(before)
  })
})
