import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createShop, findEvents, ingest } from '../support/events.ts'
import { heartwood } from '../support/heartwood.ts'
import { node24, startServer } from '../support/server.ts'

const installed = existsSync(node24)
if (!installed) {
  console.error('NOT RUN: the smoke test on Node 24; `node tools/services.mjs` installs it.')
  if (process.env.CI) throw new Error('Node 24 is required here.')
}

it.skipIf(!installed)('server, command line and dashboard run on Node 24', async () => {
  const server = await startServer({ node: node24 })
  try {
    const shop = await createShop(server)
    expect((await ingest(server, shop.ingestKey, '{"message":"hello from 24","service":"smoke"}')).status).toBe(202)
    expect(await findEvents(server, shop.project, 'service:smoke', 1)).toHaveLength(1)
    const query = await heartwood(server, ['query', 'service:smoke', '--project', shop.project], { node: node24 })
    expect(query.code).toBe(0)
    expect(JSON.parse(query.stdout)).toMatchObject({ message: 'hello from 24' })
    const page = await fetch(server.url, { headers: { accept: 'text/html' } }).then((response) => response.text())
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '/missing'
    const loaded = await fetch(server.url + script)
    expect(loaded.headers.get('content-type')).toContain('javascript')
    expect((await loaded.text()).length).toBeGreaterThan(10_000)
  } finally {
    expect(await server.stop()).toBe(0)
  }
})
