import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { DecodeJob } from '../../apps/server/src/ingest/decoder.ts'
import { sampleJob } from '../../apps/server/src/ingest/testing/sample-job.ts'
import { decodeDoor } from '../../apps/server/src/receivers/decode-door.ts'
import { hasPythonClients, runDriver } from '../../e2e/compat/support/python.ts'
import { untilStored } from './ingest.ts'
import { createLoadConnection } from './load-connection.ts'
import type { Report } from './report.ts'
import type { BenchServer } from './server.ts'
import { percentile, short } from './stats.ts'

type Client = 'lognitor' | 'timberlogs' | 'tracehub'
/** The door as the ledger calls it, what it takes, and how many entries its client puts into one request. */
interface Door {
  name: string
  client: Client
  path: string
  perRequest: number
  gzip: boolean
  /** Recorded requests whose entries are sent again and again. */
  recorded: string[]
  entries(body: Body): unknown[]
  body(entries: unknown[]): unknown
}
type Body = { logs?: unknown[]; requests?: unknown[] }

const DOORS: Door[] = [
  {
    name: 'lognitor',
    client: 'lognitor',
    path: '/api/v1/ingest',
    perRequest: 25,
    gzip: false,
    recorded: ['py-ingest-levels', 'py-ingest-all-options', 'py-ingest-exception', 'py-ingest-child'],
    entries: (body) => body.logs ?? [],
    body: (logs) => ({ batch_id: randomUUID(), logs }),
  },
  {
    name: 'lognitor-requests',
    client: 'lognitor',
    path: '/api/v1/ingest/requests',
    perRequest: 25,
    gzip: false,
    recorded: ['py-requests-flask', 'py-requests-fastapi'],
    entries: (body) => body.requests ?? [],
    body: (requests) => ({ requests: requests.map((row) => ({ ...(row as object), request_id: randomUUID() })) }),
  },
  {
    name: 'timberlogs',
    client: 'timberlogs',
    path: '/v1/logs',
    perRequest: 10,
    gzip: false,
    recorded: ['py-batch-of-ten', 'py-log-error-exception', 'py-flow-local', 'py-log-entry-full'],
    entries: (body) => body.logs ?? [],
    body: (logs) => ({ logs }),
  },
  {
    name: 'tracehub',
    client: 'tracehub',
    path: '/api/v1/ingest',
    perRequest: 50,
    gzip: true,
    recorded: ['py-levels-gzip', 'py-info-extra', 'py-error-exception-object', 'py-trace-id'],
    entries: (body) => (Array.isArray(body) ? body : []),
    body: (entries) => entries,
  },
]

const wire = fileURLToPath(new URL('../../fixtures/wire', import.meta.url))

/** Entries of recorded requests, repeated to `count`. */
function entriesOf(door: Door, count: number): unknown[] {
  const found = door.recorded.flatMap((name) => {
    const file = JSON.parse(readFileSync(`${wire}/${door.client}/${name}.json`, 'utf8'))
    const sent: { request: Record<string, unknown> }[] | undefined = file.requests
    const requests = (sent ?? [file.request]) as Record<string, unknown>[]
    return requests.flatMap((request) => door.entries(bodyOf(request)))
  })
  if (found.length === 0) throw new Error(`${door.name}: the recorded requests hold no entries.`)
  return Array.from({ length: count }, (_, i) => found[i % found.length])
}

function bodyOf(request: Record<string, unknown>): Body {
  if (request.body_json !== undefined) return request.body_json as Body
  if (typeof request.body_base64 === 'string') return JSON.parse(gunzipSync(Buffer.from(request.body_base64, 'base64')).toString()) as Body
  return JSON.parse(String(request.body_text)) as Body
}

/** Entries a second that each decoder reads on one core, without the pipeline behind it. */
function measureDecoders(report: Report): void {
  report.section('Decoders of the doors, on one core', 'Bodies of 1,000 entries made of recorded requests; bytes to loose records.')
  for (const door of DOORS) {
    const body = Buffer.from(JSON.stringify(door.body(entriesOf(door, 1_000))))
    let seen = 0
    let refused = 0
    const sink = { entry: () => seen++, reject: () => refused++, batch: () => undefined }
    const rates: number[] = []
    for (let round = 0; round < 12; round++) {
      seen = 0
      const started = performance.now()
      while (performance.now() - started < 250) decodeDoor(jobOf(door, body), sink)
      if (round >= 2) rates.push(seen / ((performance.now() - started) / 1000))
    }
    if (refused > 0) throw new Error(`${door.name}: ${refused} recorded entries were refused.`)
    report.row(`${door.name}, entries a second (${short(body.length / 1_000)} bytes each)`, short(percentile(rates, 0.5)), '≥ 100,000')
  }
}

const jobOf = (door: Door, body: Uint8Array): DecodeJob => ({ ...sampleJob(body), door: door.name, contentType: 'application/json' })

/** How quickly each door answers what its client sends: alone, as fast as it goes, and at half of that; and whether all of it is stored. */
export async function measureDoors(server: BenchServer, { seconds }: { seconds: number }, report: Report): Promise<void> {
  measureDecoders(report)
  for (const door of DOORS) {
    const { key } = await server.client.createKey({ body: { project: server.project, scope: 'ingest', client: door.client } })
    const send = (connections: number, forSeconds: number, perSecond?: number) =>
      sendBodies(server.url, key, door, { connections, forSeconds, perSecond })
    const before = (await server.client.health()).store.rows
    const warmUp = await send(2, 2)
    const idle = await send(1, Math.min(seconds, 10), 20)
    const full = await send(8, seconds)
    const half = await send(8, seconds, full.requests / full.seconds / 2)
    const sent = [warmUp, idle, full, half]
    const answers = (one: Sent) => `${short(percentile(one.latenciesMs, 0.5))} / ${short(percentile(one.latenciesMs, 0.95))} ms`
    report.section(
      `Door ${door.name}`,
      `POST ${door.path}, ${door.perRequest} recorded entries a request${door.gzip ? ', gzip' : ''}; 8 connections.`,
    )
    report.row('answer p50 / p95, idle', answers(idle), 'p50 ≤ 10 ms')
    report.row('answer p50 / p95, half load', answers(half), 'p50 ≤ 20 ms')
    report.row('rows a second, half load', short((half.requests * door.perRequest) / half.seconds))
    report.row('rows a second, as fast as it goes', short((full.requests * door.perRequest) / full.seconds))
    await untilStored(server)
    const refused = sent.reduce((sum, one) => sum + one.refused, 0)
    report.row('answers other than 2xx', short(refused), '0')
    const all = door.perRequest * sent.reduce((sum, one) => sum + one.requests, 0)
    report.row('rows lost', short(all - ((await server.client.health()).store.rows - before)), '0')
  }
}

const OWN = 9_000

/** Logs that each system's own client gets rid of, where it is installed: it logs no faster than it is answered. */
export async function measureClients(server: BenchServer, report: Report): Promise<void> {
  if (!hasPythonClients) return report.section('Their own clients', 'Not installed: `node tools/python-clients.mjs`.')
  report.section('Their own clients', `${short(OWN)} logs with the options they come with; Lognitor's and Timberlogs' from ten threads.`)
  for (const [client, args] of [
    ['lognitor', { mode: 'threads', count: OWN / 10 }],
    ['timberlogs', { mode: 'threads', count: OWN / 10 }],
    ['tracehub', { mode: 'burst', count: OWN, batch_size: 50 }],
  ] as const) {
    const { key } = await server.client.createKey({ body: { project: server.project, scope: 'ingest', client } })
    const before = (await server.client.health()).store.rows
    const { result } = await runDriver<{ seconds: number }>(`${client}/failures.py`, { url: server.url, key, args })
    await untilStored(server)
    report.row(`${client}, logs a second`, short(OWN / result.seconds))
    report.row(`${client}, logs lost`, short(OWN - ((await server.client.health()).store.rows - before)), '0')
  }
}

interface Sent {
  requests: number
  refused: number
  seconds: number
  latenciesMs: number[]
}

async function sendBodies(
  url: string,
  key: string,
  door: Door,
  { connections, forSeconds, perSecond }: { connections: number; forSeconds: number; perSecond: number | undefined },
): Promise<Sent> {
  const target = new URL(url)
  const entries = entriesOf(door, door.perRequest)
  const fixed = Buffer.from(JSON.stringify(door.body(entries)))
  // Compressing and serialising would be the generator's work, not the server's: only what must be unlike is made anew.
  const isFixed = door.client === 'timberlogs' || door.client === 'tracehub'
  const sealed = door.gzip ? gzipSync(fixed) : fixed
  const result: Sent = { requests: 0, refused: 0, seconds: 0, latenciesMs: [] }
  const started = performance.now()
  let next = 0
  const work = async () => {
    const connection = createLoadConnection(target)
    while (performance.now() - started < forSeconds * 1000) {
      const index = next++
      if (perSecond !== undefined) {
        const due = started + (index * 1000) / perSecond
        if (due - started > forSeconds * 1000) break
        if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
      }
      const body = isFixed ? sealed : Buffer.from(JSON.stringify(door.body(entries)))
      const head = [
        `POST ${door.path} HTTP/1.1`,
        `host: ${target.host}`,
        `x-api-key: ${key}`,
        'content-type: application/json',
        ...(door.gzip ? ['content-encoding: gzip'] : []),
        `content-length: ${body.length}`,
        '\r\n',
      ].join('\r\n')
      const sent = performance.now()
      const { status } = await connection.post(head, body)
      result.latenciesMs.push(performance.now() - sent)
      result.requests++
      if (status < 200 || status > 299) result.refused++
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, work))
  result.seconds = (performance.now() - started) / 1000
  return result
}
