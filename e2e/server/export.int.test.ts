import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventJson } from '@heartwood/protocol'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createShop, ingest } from '../support/events.ts'
import { heartwood } from '../support/heartwood.ts'
import { type RunningServer, startServer } from '../support/server.ts'

const RANGE = { from: '-30d', to: 'now' }
const at = (second: number): string => new Date(Date.now() - 600_000 + second * 1000).toISOString().replace('Z', '456Z')

const SENT = [
  { timestamp: at(1), level: 'info', message: 'plain words', service: 'api' },
  { timestamp: at(2), level: 'trace', message: 'quotes "and", commas; tabs\tand Grüße 🌲', service: 'web shop', host: 'web-1', tags: ['a;b', 'c,d'] },
  { timestamp: at(3), level: 'fatal', message: 'two lines\nof text ]\\', environment: 'production', release: '2.1.0', dataset: 'audit' },
  {
    timestamp: at(4),
    level: 'error',
    message: 'payment failed',
    service: 'checkout',
    error: {
      type: 'TypeError',
      message: 'x is not a function',
      stack: 'TypeError: x is not a function\n    at pay (pay.js:3:1)\n    at main (main.js:9:2)',
    },
  },
  {
    timestamp: at(5),
    level: 'warn',
    message: 'types',
    attributes: { number: 12.5, text: '12.5', yes: true, none: null, list: [1, 'a', {}], nested: { deep: { id: 'A-1' } }, empty: {} },
  },
  {
    timestamp: at(6),
    level: 'info',
    message: 'ids',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    sessionId: 's-1',
    userId: '42',
    requestId: 'r-1',
    flowId: 'checkout-7f3a91c2',
    stepIndex: 0,
  },
  {
    timestamp: at(7),
    kind: 'request',
    level: 'info',
    message: 'POST /pay/7',
    service: 'api',
    request: { method: 'POST', route: '/pay/:id', path: '/pay/7', status: 500, durationMs: 31.25 },
  },
  { timestamp: at(8), level: 'debug', message: '', service: 'silent' },
  { timestamp: at(9), level: 'info', message: '{"a":1}', service: 'api', detail: { breadcrumbs: [{ message: 'clicked', n: 1 }] } },
  { timestamp: at(10), level: 'info', message: 'level=error msg="x" k=v', service: 'api' },
  {
    timestamp: at(11),
    level: 'info',
    message: ' C:\\new\\table\t{"kind":"log"} \\u0041 \r\n\tat x\u2028 ',
    attributes: { 'a.b': 1, a: { c: [] }, 'x y': '\t' },
  },
  { timestamp: at(12), level: 'error', message: '', error: { type: 'E', message: 'm', stack: 'E: m\n\tat x' } },
  { timestamp: at(13), level: 'warn', message: 'api: no service is named\u0085\u001b[31mred' },
  { timestamp: at(14), level: 'warn', message: '2024-01-15 10:30:00 ERROR not of then', service: 'a: b\tc' },
]

/** What must be the same on both sides: all but what the server gives. */
const asSent = ({ id: _id, receivedAt: _at, ...rest }: EventJson): object => rest

let server: RunningServer
let folder: string
let sent: EventJson[]
const cli = async (...argv: string[]) => {
  const ended = await heartwood(server, argv)
  expect(ended, argv.join(' ')).toMatchObject({ code: 0 })
  return ended
}
/** All events of a project once all are there; the counts by which an oldest-first search finds its beginning come a moment after the events. */
const eventsOf = (project: string): Promise<EventJson[]> =>
  vi.waitFor(
    async () => {
      const { events } = await server.client.search({ query: { project, ...RANGE, order: 'asc', fields: '*', limit: 100 } })
      expect(events).toHaveLength(SENT.length)
      return events
    },
    { timeout: 10_000 },
  )

beforeAll(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'heartwood-export-'))
  const shop = await createShop(server, 'Original')
  expect((await ingest(server, shop.ingestKey, JSON.stringify(SENT))).body).toMatchObject({ accepted: SENT.length })
  sent = await eventsOf(shop.project)
})
afterAll(async () => {
  await server?.stop()
  if (server) rmSync(server.dataFolder, { recursive: true, force: true })
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const roundTrip = async (format: string): Promise<EventJson[]> => {
  const file = join(folder, `export.${format}`)
  await cli('logs', '--project', 'original', '--from', '7d', '--order', 'asc', '--format', format, '--output', file)
  const { project } = await createShop(server, `Copy ${format}`)
  await cli('import', file, '--project', project)
  return eventsOf(project)
}

it.each(['json', 'jsonl', 'csv', 'text', 'syslog', 'obl'])(
  'what is exported as %s imports to the same events',
  { timeout: 60_000 },
  async (format) => {
    expect((await roundTrip(format)).map(asSent)).toEqual(sent.map(asSent))
  },
)

it('filters by option, and exports one run of a flow', { timeout: 60_000 }, async () => {
  const messages = async (...argv: string[]) =>
    (await cli('logs', '--project', 'original', '--format', 'jsonl', ...argv)).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as EventJson).message)
  expect(await messages('--service', 'web shop')).toEqual([sent[1]?.message])
  expect(await messages('--flow-id', 'checkout-*')).toEqual(['ids'])
  expect(await messages('--level', 'error', '--service', 'checkout')).toEqual(['payment failed'])
  expect((await cli('flows', 'show', 'checkout-7f3a91c2', '--project', 'original', '--format', 'csv')).stdout).toContain(',ids,')
  expect((await cli('flows', '--project', 'original')).stdout).toContain('checkout')
  expect((await cli('stats', '--project', 'original', '--from', '1d', '--json')).stdout).toContain(`"total": ${SENT.length}`)
  const byService = JSON.parse((await cli('stats', '--project', 'original', '--group-by', 'service', '--json')).stdout) as {
    service: string | null
    total: number
  }[]
  const count = (service?: string) => SENT.filter((event) => event.service === service).length
  expect(byService.find(({ service }) => service === null)?.total).toBe(count())
  expect(byService.find(({ service }) => service === 'api')?.total).toBe(count('api'))
})
