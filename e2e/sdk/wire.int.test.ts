import { createClient, type NodeClient } from '@heartwood/node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createShop, findEvents, type Shop } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { upTo } from './accounts.ts'

let server: RunningServer
let shop: Shop
let client: NodeClient
beforeAll(async () => {
  server = await startServer({})
  shop = await createShop(server)
  client = createClient({ endpoint: server.url, apiKey: shop.ingestKey, service: 'checkout' })
})
afterAll(async () => {
  await client?.close()
  await server?.stop()
})

/** How many events a service has, and how many they stand for, by level. */
const countsOf = async (service: string) => {
  const of = async (count: 'events' | 'occurrences') =>
    (await server.client.counts({ query: { project: shop.project, q: `service:${service}`, count } })).rows[0]?.byLevel ?? {}
  return { events: await of('events'), occurrences: await of('occurrences') }
}

it('keeps the id of an event beside an attribute of that name', async () => {
  const id = client.info('two ids', { id: 5 })
  await client.flush()
  expect(await findEvents(server, shop.project, `heartwood.event_id:"${id}"`, 1)).toMatchObject([{ message: 'two ids', attributes: { id: 5 } }])
  expect(await findEvents(server, shop.project, 'attributes.id:5', 1)).toMatchObject([{ attributes: { 'heartwood.event_id': id } }])
})

it('gives events of one moment back in the order in which they were made', async () => {
  const timestamp = Date.now()
  for (let n = 0; n < 500; n++) client.info('one tick', { n }, { timestamp })
  await client.flush()
  await findEvents(server, shop.project, '"one tick"', 500)
  const { events } = await server.client.search({ query: { project: shop.project, q: '"one tick"', order: 'asc', limit: 1_000 } })
  expect(events.map(({ attributes }) => attributes?.n)).toEqual(upTo(500))
})

it('says how many events a sampled one stands for, also at the rate that the server tells', async () => {
  const sampled = createClient({ endpoint: server.url, apiKey: shop.ingestKey, service: 'sampled', minLevel: 'debug', sampleRate: { info: 0.5 } })
  for (let n = 0; n < 1_000; n++) sampled.info('halved')
  sampled.warn('whole')
  await sampled.flush()
  await findEvents(server, shop.project, 'service:sampled level:warn', 1)
  const kept = sampled.stats().sent - 1
  expect(await countsOf('sampled')).toEqual({ events: { info: kept, warn: 1 }, occurrences: { info: 2 * kept, warn: 1 } })

  await server.client.updateProject({ params: { project: shop.project }, body: { sampleRates: { debug: 0, warn: 0.1, info: 0.2 } } })
  const hearsOfRates = async () => {
    const { sampled: before = 0 } = sampled.stats().dropped
    sampled.error('asks')
    await sampled.flush()
    for (let n = 0; n < 100; n++) sampled.debug('never sent')
    return (sampled.stats().dropped.sampled ?? 0) - before
  }
  await expect.poll(hearsOfRates, { timeout: 15_000 }).toBe(100)
  const before = sampled.stats().sent
  for (let n = 0; n < 1_000; n++) sampled.warn('a tenth')
  for (let n = 0; n < 1_000; n++) sampled.info('a fifth of half')
  await sampled.flush()
  const after = sampled.stats().sent - before
  const tenths = await findEvents(server, shop.project, 'service:sampled sample_rate:0.1', after)
  expect(tenths).toHaveLength(after)
  const { events, occurrences } = await countsOf('sampled')
  expect(occurrences.warn).toBe(1 + 10 * ((events.warn ?? 0) - 1))
  expect(occurrences.info).toBe(2 * kept + 10 * ((events.info ?? 0) - kept))
  await sampled.close()
})
