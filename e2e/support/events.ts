import { api, type EventJson, routeUrl } from '@heartwood/protocol'
import type { RunningServer } from './server.ts'

export interface Shop {
  project: string
  ingestKey: string
  readKey: string
}

export async function createShop(server: RunningServer, name = 'Shop'): Promise<Shop> {
  const { id, slug } = await server.client.createProject({ body: { name } })
  const keyOf = async (scope: 'ingest' | 'read') => (await server.client.createKey({ body: { project: id, scope } })).key
  return { project: slug, ingestKey: await keyOf('ingest'), readKey: await keyOf('read') }
}

export async function ingest(
  server: RunningServer,
  key: string,
  body: string,
  path = '/ingest',
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(server.url + path, { method: 'POST', headers: { authorization: `Bearer ${key}`, ...headers }, body })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** Asks until the search finds `count` events; an acknowledged event has a second to show up, a slow machine ten. */
export async function findEvents(
  server: RunningServer,
  project: string,
  q: string,
  count: number,
  range: { from?: string; to?: string } = {},
): Promise<EventJson[]> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const { events } = await server.client.search({ query: { project, q, limit: 1000, ...range } })
    if (events.length >= count || Date.now() > deadline) return events
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Follows a live tail and gives its events one by one. */
export async function* follow(server: RunningServer, project: string, q: string, signal: AbortSignal): AsyncGenerator<EventJson> {
  const response = await fetch(server.url + routeUrl(api.tail, { query: { project, q } }), {
    headers: { authorization: `Bearer ${server.token}` },
    signal,
  })
  if (!response.ok || !response.body) throw new Error(`The tail answered ${response.status}.`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const data = /^data: ?(.*)$/m.exec(message)?.[1]
      if (/^event: ?event$/m.test(message) && data !== undefined) yield JSON.parse(data) as EventJson
    }
  }
}
