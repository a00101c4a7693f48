import { afterAll, beforeAll, expect, it } from 'vitest'
import { findPostgres, startPostgres, type ThrowawayPostgres } from '../../tools/postgres.mjs'
import { type RunningClickHouse, startClickHouse } from '../support/clickhouse.ts'
import { createShop, findEvents, ingest } from '../support/events.ts'
import { startServer } from '../support/server.ts'

const installed = findPostgres() !== undefined
if (!installed) {
  console.error('NOT RUN: the server with PostgreSQL and ClickHouse over HTTP; `node tools/services.mjs` installs PostgreSQL.')
  if (process.env.CI) throw new Error('PostgreSQL is required here.')
}

let postgres: ThrowawayPostgres | undefined
let clickhouse: RunningClickHouse | undefined

beforeAll(async () => {
  if (!installed) return
  postgres = await startPostgres()
  clickhouse = await startClickHouse()
})
afterAll(async () => {
  await clickhouse?.stop()
  await postgres?.stop()
})

it.skipIf(!installed)('the same server works on PostgreSQL and a ClickHouse server, and finds all again after a restart', async () => {
  const env = { HEARTWOOD_DATABASE_URL: postgres?.url, HEARTWOOD_CLICKHOUSE_URL: clickhouse?.url }
  const first = await startServer({ env })
  const shop = await createShop(first)
  expect((await ingest(first, shop.ingestKey, '{"message":"far away","service":"remote","attributes":{"n":{"deep":1}}}')).status).toBe(202)
  expect(await findEvents(first, shop.project, 'n.deep:1 far', 1)).toMatchObject([{ message: 'far away', attributes: { n: { deep: 1 } } }])
  expect(await first.stop()).toBe(0)
  const second = await startServer({ env, dataFolder: first.dataFolder })
  expect(await findEvents(second, shop.project, 'service:remote', 1)).toHaveLength(1)
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200)
  expect(await second.stop()).toBe(0)
})
