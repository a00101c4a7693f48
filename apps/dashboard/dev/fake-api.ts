import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventJson, KeyJson, ProjectJson } from '@heartwood/protocol'
import type { Connect, Plugin } from 'vite'
// By its path: Vite reads its configuration, and this with it, before it knows how packages of the workspace are found.
import { parseRelativeTime } from '../../../packages/protocol/src/relative-time.ts'
import { unixMs } from '../../../packages/protocol/src/units.ts'
import { readField, showValue } from '../src/features/logs/model/columns.ts'
import { makeEvent, makeHistory, matches } from './fake-events.ts'
import { fakeHealth, fakeLedger, fakeLetters } from './fake-system.ts'

const HOUR = 3_600_000

class Refusal extends Error {
  readonly status: number
  readonly body: { code: string; message: string; details?: unknown }
  constructor(status: number, body: { code: string; message: string; details?: unknown }) {
    super(body.message)
    this.status = status
    this.body = body
  }
}

interface Call {
  query: URLSearchParams
  body: Record<string, unknown>
  path: string[]
}

/** Answers /api as a server would, from memory. For developing the dashboard only; never part of a build. */
export function fakeApi(): Plugin {
  const state = createState()
  const install = (middlewares: Connect.Server): void => {
    middlewares.use((request, response, next) => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      if (!url.pathname.startsWith('/api/')) return next()
      void answer(state, url, request, response)
    })
  }
  return {
    name: 'heartwood-fake-api',
    configureServer: (server) => install(server.middlewares),
    configurePreviewServer: (server) => install(server.middlewares),
  }
}

type State = ReturnType<typeof createState>

function createState() {
  const now = Date.now()
  const project = (id: string, name: string): ProjectJson => ({
    id,
    name,
    slug: name.toLowerCase(),
    retentionDays: 90,
    redaction: { keys: ['password', 'token'], patterns: ['\\b\\d{16}\\b'] },
    sampleRates: {},
    createdAt: new Date(now - 40 * 24 * HOUR).toISOString(),
  })
  return {
    signedIn: true,
    events: makeHistory(120_000, 26 * HOUR, now),
    projects: [project('1', 'Shop'), project('2', 'Quiet'), project('3', 'Slow'), project('4', 'Broken'), project('5', 'Partial')],
    keys: [
      {
        id: 'k1',
        projectId: '1',
        name: 'Production',
        scope: 'ingest',
        client: 'heartwood',
        origins: [],
        hint: 'hw_ing_4f1',
        createdAt: new Date(now - 30 * 24 * HOUR).toISOString(),
        lastUsedAt: new Date(now - 40_000).toISOString(),
      },
      {
        id: 'k2',
        projectId: '1',
        name: 'Site',
        scope: 'browser',
        client: 'heartwood',
        origins: ['https://shop.example'],
        hint: 'hw_web_9ab',
        createdAt: new Date(now - 20 * 24 * HOUR).toISOString(),
      },
      {
        id: 'k3',
        projectId: '1',
        name: 'Old laptop',
        scope: 'admin',
        client: 'heartwood',
        origins: [],
        hint: 'hw_adm_77c',
        createdAt: new Date(now - 90 * 24 * HOUR).toISOString(),
        revokedAt: new Date(now - 3 * 24 * HOUR).toISOString(),
      },
    ] as KeyJson[],
  }
}

async function answer(state: State, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call: Call = { query: url.searchParams, body: await readBody(request), path: url.pathname.split('/').slice(2) }
  const project = state.projects.find((candidate) => [candidate.id, candidate.slug].includes(call.query.get('project') ?? ''))?.slug
  if (project === 'slow') await new Promise((resolve) => setTimeout(resolve, 2_500))
  if (call.path[0] === 'tail') return tail(state, call, project, response)
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  try {
    const isData = ['search', 'histogram', 'facets', 'fields', 'values'].includes(call.path[0] ?? '')
    if (project === 'broken' && isData)
      throw new Refusal(503, { code: 'engine-unavailable', message: 'The event store does not answer: it is still starting.' })
    send(200, route(state, request.method ?? 'GET', call, project))
  } catch (error) {
    if (error instanceof Refusal) return send(error.status, { error: { ...error.body, docs: '' } })
    send(500, { error: { code: 'internal', message: String(error), docs: '' } })
  }
}

function route(state: State, method: string, call: Call, project: string | undefined): unknown {
  const partial = project === 'partial' ? { reason: 'time', message: 'The query ran out of its 10 seconds; these are the newest it found.' } : null
  const found = (): EventJson[] => select(state, call, project)
  switch (`${method} ${call.path[0]}`) {
    case 'GET session':
      return {
        person: state.signedIn ? { id: '1', email: 'ann@example.org', name: 'Ann Arbor' } : null,
        needsOwner: false,
        version: '0.1.0',
        publicUrl: '',
      }
    case 'POST sign-in':
      if (call.body.password === 'wrong password') throw new Refusal(401, { code: 'sign-in-failed', message: 'E-mail or password is wrong.' })
      state.signedIn = true
      return { person: { id: '1', email: 'ann@example.org', name: 'Ann Arbor' } }
    case 'POST sign-out':
      state.signedIn = false
      return { ok: true }
    case 'GET search':
      return search(found(), call, partial)
    case 'GET histogram':
      return histogram(found(), call, partial)
    case 'GET facets':
      return {
        facets: (call.query.get('fields') ?? '')
          .split(',')
          .map((field) => ({ field, values: count(found(), field, '').slice(0, Number(call.query.get('limit') ?? 20)) })),
        partial,
      }
    case 'GET values':
      return {
        field: call.query.get('field'),
        values: count(found(), call.query.get('field') ?? '', call.query.get('contains') ?? '').slice(0, 30),
        partial,
      }
    case 'GET fields':
      return { fields: FIELDS, partial }
    case 'GET events': {
      const event = state.events.find((candidate) => candidate.id === call.path[1])
      if (!event) throw new Refusal(404, { code: 'event-not-found', message: 'There is no event with this id.' })
      return { ...event, detail: { headers: { 'user-agent': 'curl/8.5', accept: '*/*' } } }
    }
    case 'GET projects':
      return { projects: state.projects }
    case 'POST projects': {
      const name = String(call.body.name)
      const created: ProjectJson = {
        id: String(Date.now()),
        name,
        slug: name.toLowerCase().replace(/\W+/g, '-'),
        retentionDays: 90,
        redaction: { keys: [], patterns: [] },
        sampleRates: {},
        createdAt: new Date().toISOString(),
      }
      state.projects.push(created)
      return created
    }
    case 'PATCH projects':
      return Object.assign(state.projects.find((candidate) => candidate.slug === call.path[1] || candidate.id === call.path[1]) ?? {}, call.body)
    case 'DELETE projects':
      state.projects = state.projects.filter((candidate) => candidate.id !== call.path[1])
      return { ok: true }
    case 'GET keys':
      return { keys: project === 'shop' ? state.keys : [] }
    case 'POST keys': {
      const key: KeyJson = {
        id: `k${Date.now()}`,
        projectId: '1',
        name: String(call.body.name ?? ''),
        scope: call.body.scope as KeyJson['scope'],
        client: 'heartwood',
        origins: (call.body.origins as string[] | undefined) ?? [],
        hint: 'hw_ing_new',
        createdAt: new Date().toISOString(),
      }
      state.keys.push(key)
      return { ...key, key: 'hw_ing_7fK2mQx9vTr4Yc8LpW3nZs6B' }
    }
    case 'DELETE keys':
      for (const key of state.keys) if (key.id === call.path[1]) key.revokedAt = new Date().toISOString()
      return { ok: true }
    case 'GET health':
      return fakeHealth()
    case 'GET ledger':
      return fakeLedger(call.query.get('project') ?? undefined)
    case 'GET dead-letters':
      return call.path[1] ? { events: state.events.slice(0, 3), reason: 'Too many parts' } : { deadLetters: fakeLetters }
    case 'POST dead-letters':
      return { ok: true, rows: fakeLetters.splice(0, 1)[0]?.rows ?? 0 }
    default:
      throw new Refusal(404, { code: 'not-found', message: `The fake API does not know ${method} /api/${call.path.join('/')}.` })
  }
}

const readTime = (text: string): number => parseRelativeTime(text, unixMs(Date.now())) ?? (/^\d+$/.test(text) ? Number(text) : Date.parse(text))
const range = (call: Call): [number, number] => [readTime(call.query.get('from') ?? '-1h'), readTime(call.query.get('to') ?? 'now')]

function select(state: State, call: Call, project: string | undefined): EventJson[] {
  const q = call.query.get('q') ?? ''
  const open = q.lastIndexOf('(')
  if (open >= 0 && !q.includes(')', open))
    throw new Refusal(400, {
      code: 'query-invalid',
      message: `This ( is never closed (column ${open + 1})`,
      details: { column: open + 1, length: 1, hint: 'Add the ), or put the text in quotes.' },
    })
  if (project === 'quiet') return []
  const [from, to] = range(call)
  return state.events.filter((event) => {
    const ms = Date.parse(event.timestamp)
    return ms >= from && ms < to && matches(event, q)
  })
}

function search(found: EventJson[], call: Call, partial: unknown): unknown {
  const cursor = Number(call.query.get('cursor') ?? 0)
  const limit = Number(call.query.get('limit') ?? 100)
  const events = found.slice(cursor, cursor + limit)
  return {
    events,
    nextCursor: cursor + limit < found.length ? String(cursor + limit) : null,
    partial,
    stats: { elapsedMs: 11.4, rowsRead: 120_000, bytesRead: 8_400_000 },
  }
}

function histogram(found: EventJson[], call: Call, partial: unknown): unknown {
  const [from, to] = range(call)
  const wanted = (to - from) / Number(call.query.get('buckets') ?? 60)
  const intervalMs =
    [1_000, 5_000, 10_000, 15_000, 30_000, 60_000, 300_000, 600_000, 900_000, 1_800_000, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR].find(
      (step) => step >= wanted,
    ) ?? 7 * 24 * HOUR
  const buckets = new Map<number, Record<string, number>>()
  for (let at = Math.floor(from / intervalMs) * intervalMs; at < to; at += intervalMs) buckets.set(at, {})
  for (const event of found) {
    const bucket = buckets.get(Math.floor(Date.parse(event.timestamp) / intervalMs) * intervalMs)
    if (bucket) bucket[event.level] = (bucket[event.level] ?? 0) + 1
  }
  return {
    total: found.length,
    intervalMs,
    buckets: [...buckets].map(([at, byLevel]) => ({
      from: new Date(at).toISOString(),
      count: Object.values(byLevel).reduce((sum, value) => sum + value, 0),
      byLevel,
    })),
    partial,
  }
}

function count(found: EventJson[], field: string, contains: string): { value: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const event of found) {
    const value = showValue(readField(event, field))
    if (value !== '' && value.toLowerCase().includes(contains.toLowerCase())) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].map(([value, total]) => ({ value, count: total })).sort((a, b) => b.count - a.count)
}

const FIELDS = [
  ...['level', 'message', 'service', 'environment', 'release', 'host', 'traceId', 'userId', 'status', 'route'].map((name) => ({
    name,
    type: name.endsWith('Id') ? 'id' : name === 'status' ? 'number' : name === 'level' ? 'level' : 'text',
    column: true,
    count: 120_000,
  })),
  ...['order.id', 'attempt', 'cart.items', 'cart.currency', 'cart.coupon', 'cart.gift', 'region', 'flags'].map((name, index) => ({
    name,
    type: name === 'attempt' || name === 'cart.items' ? 'number' : name === 'cart.gift' ? 'boolean' : name === 'flags' ? 'list' : 'text',
    column: false,
    count: 9_000 - index,
  })),
]

function tail(state: State, call: Call, project: string | undefined, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.write('event: ping\ndata: {}\n\n')
  let sent = 0
  const timer = setInterval(() => {
    if (project === 'quiet' || project === 'broken') return
    const event = makeEvent(Date.now())
    state.events.unshift(event)
    if (matches(event, call.query.get('q') ?? '')) response.write(`event: event\ndata: ${JSON.stringify(event)}\n\n`)
    if (++sent % 40 === 0) response.write(`event: drop\ndata: ${JSON.stringify({ dropped: 12 })}\n\n`)
  }, 250)
  response.on('close', () => clearInterval(timer))
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
