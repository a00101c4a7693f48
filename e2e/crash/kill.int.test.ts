import { randomInt, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { noteOfToken } from '../../apps/server/src/store/events/testing/note-of-token.ts'
import { createShop, ingest } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'

/** `HEARTWOOD_KILLS` shortens it while one works on it. */
const KILLS = Number(process.env.HEARTWOOD_KILLS ?? 50)
const CLIENTS = 3
const LARGEST_BATCH = 60
const LONGEST_LIFE_MS = 900
const MINUTE_MS = 60_000

interface Load {
  /** Ids of events whose batch was answered with 202. */
  acknowledged: string[]
  /** Answers that were neither an acknowledgement nor a reason to try again. */
  strange: unknown[]
  retries: number
  /** Lets each client end the batch it is at. */
  stop(): Promise<void>
  /** Lets them end at once. */
  abandon(): void
}

/** Clients that send batches one after the other, each again with the same batch id until it is acknowledged: what a good SDK does. */
const startLoad = (current: () => RunningServer, key: string): Load => {
  const load: Load = { acknowledged: [], strange: [], retries: 0, stop: async () => undefined, abandon: () => undefined }
  let stopping = false
  let abandoned = false

  const send = async (client: number): Promise<void> => {
    for (let batch = 0; !stopping; batch += 1) {
      const ids = Array.from({ length: randomInt(1, LARGEST_BATCH) }, (_, index) => `${client}-${batch}-${index}`)
      const body = ids.map((id) => JSON.stringify({ message: `event ${id}`, service: 'kill-test', attributes: { number: id } })).join('\n')
      await untilAcknowledged(body, randomUUID())
      load.acknowledged.push(...ids)
      await pause(randomInt(0, 8))
    }
  }

  const untilAcknowledged = async (body: string, batchId: string): Promise<void> => {
    while (!abandoned) {
      const answer = await ingest(current(), key, body, '/ingest', { 'x-heartwood-batch': batchId }).catch(() => undefined)
      if (answer?.status === 202) return
      if (answer !== undefined && answer.status !== 503) load.strange.push(answer)
      load.retries += 1
      await pause(20)
    }
  }

  const clients = Array.from({ length: CLIENTS }, (_, client) => send(client))
  load.stop = async () => {
    stopping = true
    await Promise.all(clients)
  }
  load.abandon = () => {
    abandoned = true
    stopping = true
  }
  return load
}

/** Ids of all events of the project, page by page. */
const readAll = async (server: RunningServer, project: string): Promise<string[]> => {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const { events, nextCursor } = await server.client.search({
      query: { project, from: '-1d', limit: 1000, ...(cursor === undefined ? {} : { cursor }) },
    })
    ids.push(...events.map((event) => String(event.attributes?.number)))
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
  return ids
}

const untilStored = async (server: RunningServer): Promise<void> => {
  const deadline = Date.now() + MINUTE_MS
  for (;;) {
    const { queue } = await server.client.health()
    if (queue.rows === 0) return
    if (Date.now() > deadline) throw new Error(`${queue.rows} rows still wait in the queue.`)
    await pause(50)
  }
}

let server: RunningServer | undefined
let load: Load | undefined

afterEach(async () => {
  load?.abandon()
  await server?.kill()
})

it(`finds every acknowledged event exactly once after ${KILLS} kills under load`, { timeout: 15 * MINUTE_MS }, async () => {
  const first = await startServer()
  const { dataFolder } = first
  let current = first
  server = current
  const shop = await createShop(current)
  load = startLoad(() => current, shop.ingestKey)

  for (let kill = 0; kill < KILLS; kill += 1) {
    // Every other time right when the engine notes the token of an insert, which it does before the rows are in the table.
    await (kill % 2 === 0 ? pause(randomInt(0, LONGEST_LIFE_MS)) : Promise.race([noteOfToken(dataFolder), pause(LONGEST_LIFE_MS)]))
    await current.kill()
    current = await startServer({ dataFolder })
    server = current
  }
  await load.stop()
  await untilStored(current)

  const found = await readAll(current, shop.project)
  const times = new Map<string, number>()
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1)
  const { acknowledged, strange } = load
  const lost = acknowledged.filter((id) => !times.has(id))
  const twice = [...times].filter(([, count]) => count > 1)
  expect({ lost: lost.length, twice: twice.length, examples: [...lost.slice(0, 5), ...twice.slice(0, 5)] }).toEqual({
    lost: 0,
    twice: 0,
    examples: [],
  })
  expect(found.length).toBe(acknowledged.length)
  expect(strange).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(KILLS * 20)

  // What charts are drawn from must not have counted a repeated insert either.
  const { total } = await current.client.histogram({ query: { project: shop.project, from: '-1d', buckets: 10 } })
  expect(total).toBe(found.length)
  await current.stop()
  await rm(dataFolder, { recursive: true })
})
