import type { EventJson } from '@heartwood/protocol'
import type { RunningServer } from '../../support/server.ts'

type KeyClient = 'lognitor' | 'timberlogs' | 'tracehub'

export interface CompatProject {
  id: string
  slug: string
  /** Of the shape and reach that the client wants. */
  key: string
  /** Its events, in the order in which they happened; waits until there are at least `count`. */
  events(count: number, q?: string): Promise<EventJson[]>
}

export async function createProject(server: RunningServer, name: string, client: KeyClient): Promise<CompatProject> {
  const { id, slug } = await server.client.createProject({ body: { name } })
  const { key } = await server.client.createKey({ body: { project: id, scope: 'ingest', client } })
  return { id, slug, key, events: (count, q = '') => eventsOf(server, slug, count, q) }
}

/** Asks until there are so many; what was acknowledged has a second to show up, a slow machine fifteen. */
export async function eventsOf(server: RunningServer, project: string, count: number, q = ''): Promise<EventJson[]> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const events: EventJson[] = []
    let cursor: string | undefined
    do {
      const page = await server.client.search({
        query: { project, q, limit: 1000, order: 'asc', from: '-30d', fields: '*', ...(cursor ? { cursor } : {}) },
      })
      events.push(...page.events)
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    if (events.length >= count || Date.now() > deadline) return events
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The one event with this message. @throws Error when there is none, or several. */
export function only(events: readonly EventJson[], message: string): EventJson {
  const found = events.filter((event) => event.message === message)
  const [event] = found
  if (!event || found.length > 1) throw new Error(`${found.length} events say ${JSON.stringify(message)}.`)
  return event
}
