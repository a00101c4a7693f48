import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { canMount, createSmallDisks, fill } from '../../apps/server/src/self/testing/small-disk.ts'
import { createShop, findEvents, ingest, type Shop } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'

/** More of them, as in `HEARTWOOD_TEST_DISKS=140m,ext4:200`, find what depends on where exactly the disk ends. */
const DISKS = (process.env.HEARTWOOD_TEST_DISKS ?? '160m').split(',')
/** Taken from the disk at the beginning and given back at the end. */
const BALLAST = Buffer.alloc(60 * 1024 * 1024)

const running: RunningServer[] = []
const disks = createSmallDisks()
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
  disks.unmountAll()
})
const start = async (dataFolder: string) => {
  const server = await startServer({ dataFolder })
  running.push(server)
  return server
}

/** The ids of all events that a search finds, read page by page: counts of minutes would not show that events are gone. */
const readAll = async (server: RunningServer, { project }: Shop, q: string): Promise<Set<string>> => {
  const ids = new Set<string>()
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<RunningServer['client']['search']>> = await server.client.search({
      query: { project, q, limit: 1000, ...(cursor === null ? {} : { cursor }) },
    })
    for (const { id } of page.events) ids.add(id)
    cursor = page.nextCursor
  } while (cursor !== null)
  return ids
}

const untilStored = async (server: RunningServer): Promise<void> => {
  const deadline = Date.now() + 60_000
  for (let waiting = 1; waiting > 0; await pause(100)) {
    waiting = (await server.client.health()).queue.rows
    if (Date.now() > deadline) throw new Error(`${waiting} events are not stored.\n${server.output()}`)
  }
}

/** What was acknowledged is there, no more and no less, now and after a restart. */
const expectAll = async (server: RunningServer, shop: Shop, q: string, rows: number): Promise<void> => {
  await untilStored(server)
  const found = async (from: RunningServer) => ({
    search: (await readAll(from, shop, q)).size,
    histogram: (await from.client.histogram({ query: { project: shop.project, q } })).total,
  })
  expect(await found(server)).toEqual({ search: rows, histogram: rows })
  await server.stop()
  expect(await found(await start(server.dataFolder))).toEqual({ search: rows, histogram: rows })
}

describe.skipIf(!canMount())('a full disk', () => {
  it.each(DISKS)('that events filled (%s) costs none that was acknowledged, now or after a restart', { timeout: 240_000 }, async (disk) => {
    const folder = disk.startsWith('ext4:') ? disks.mountExt4(Number(disk.slice(5))) : disks.mount(`size=${disk}`)
    writeFileSync(join(folder, 'ballast'), BALLAST)
    mkdirSync(join(folder, 'data'))
    const server = await start(join(folder, 'data'))
    const shop = await createShop(server)
    let acknowledged = 0
    const statuses: { [status: number]: number } = {}
    for (let batch = 0; batch < 400; batch++) {
      const lines = Array.from({ length: 500 }, (_, row) => JSON.stringify({ message: `row ${row} ${randomBytes(400).toString('hex')}`, batch }))
      const { status } = await ingest(server, shop.ingestKey, lines.join('\n'))
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status === 202) acknowledged += lines.length
    }
    expect(Object.keys(statuses)).toEqual(['202', '503'])
    rmSync(join(folder, 'ballast'))
    await expectAll(server, shop, 'row', acknowledged)
  })

  it('that something else filled is answered with 503 and costs nothing, and taking goes on when there is space', async () => {
    const folder = disks.mount('size=260m')
    mkdirSync(join(folder, 'data'))
    const server = await start(join(folder, 'data'))
    const shop = await createShop(server)
    const lines = (batch: number) =>
      Array.from({ length: 2000 }, (_, i) =>
        JSON.stringify({ message: `row ${batch} ${i} ${Math.random()} ${Math.random()}`, service: 'full', batch }),
      ).join('\n')
    const statuses: number[] = []
    const send = async (batch: number) => statuses.push((await ingest(server, shop.ingestKey, lines(batch))).status)
    for (let batch = 0; batch < 5; batch++) await send(batch)
    expect(statuses).toEqual([202, 202, 202, 202, 202])
    fill(join(folder, 'filler'))
    for (let batch = 5; batch < 10; batch++) await send(batch)
    expect(statuses.slice(5)).toEqual([503, 503, 503, 503, 503])
    rmSync(join(folder, 'filler'))
    const deadline = Date.now() + 30_000
    while ((await ingest(server, shop.ingestKey, JSON.stringify({ message: 'space again', service: 'again' }))).status !== 202) {
      if (Date.now() > deadline) throw new Error('The server did not recover when there was space again.')
      await pause(200)
    }
    expect(await findEvents(server, shop.project, 'service:again', 1)).not.toHaveLength(0)
    await expectAll(server, shop, 'service:full', 10_000)
  })
})
