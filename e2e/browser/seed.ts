import type { ProjectJson } from '@heartwood/protocol'
import type { RunningServer } from '../support/server.ts'

export interface SeededProject extends ProjectJson {
  key: string
  /** How many events were sent. */
  count: number
}

const MINUTE = 60_000
const MESSAGES = [
  { level: 'info', message: 'GET /products/7 200', service: 'web' },
  { level: 'info', message: 'order placed', service: 'checkout' },
  { level: 'debug', message: 'cache miss for product:7', service: 'web' },
  { level: 'warn', message: 'slow query: SELECT * FROM orders', service: 'checkout' },
  { level: 'error', message: 'payment failed: card declined', service: 'checkout' },
] as const

/** A project with events of the last 40 minutes, one every 10 seconds, and one that stands out. */
export async function seedProject(server: RunningServer, name: string): Promise<SeededProject> {
  const project = await server.client.createProject({ body: { name } })
  const { key } = await server.client.createKey({ body: { project: project.id, scope: 'ingest', name: 'Seed' } })
  const now = Date.now()
  const events: object[] = Array.from({ length: 240 }, (_, index) => ({
    ...MESSAGES[index % MESSAGES.length],
    timestamp: new Date(now - 40 * MINUTE + index * 10_000).toISOString(),
    environment: index % 3 === 0 ? 'staging' : 'production',
    host: `web-${(index % 4) + 1}`,
    traceId: `trace-${Math.floor(index / 4)}`,
    attributes: { order: { id: `A-${index}`, total: index * 1.5 }, paid: index % 2 === 0 },
  }))
  events.push({
    timestamp: new Date(now - 5 * MINUTE).toISOString(),
    level: 'fatal',
    message: 'the needle in the haystack',
    service: 'mailer',
    host: 'web-9',
    traceId: 'trace-needle',
    error: { type: 'NeedleError', message: 'sharp', stack: 'NeedleError: sharp\n    at find (/srv/mailer/hay.ts:4:2)' },
    attributes: { order: { id: 'A-needle' }, tags: ['a', 'b'] },
  })
  await send(server, key, events)
  await untilFound(server, project.id, events.length)
  return { ...project, key, count: events.length }
}

export async function send(server: Pick<RunningServer, 'url'>, key: string, events: unknown): Promise<Response> {
  const answer = await fetch(`${server.url}/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  })
  return answer
}

async function untilFound(server: RunningServer, project: string, count: number): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    const { total } = await server.client.histogram({ query: { project, from: '-1h' } })
    if (total >= count) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The ${count} events sent were not found within 30 s.`)
}
