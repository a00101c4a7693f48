import type { EventJson } from '@heartwood/protocol'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type RunningServer, startServer } from '../support/server.ts'
import { type CompatProject, createProject, eventsOf } from './support/project.ts'
import { startWire } from './support/proxy.ts'
import { type Driver, type DriverResult, hasPythonClients, startDriver } from './support/python.ts'
import { describeClient } from './support/scoreboard.ts'

const CLIENTS = ['lognitor', 'timberlogs', 'tracehub'] as const
type Client = (typeof CLIENTS)[number]
interface Outcome {
  left?: number
  errors?: string[]
  dead?: string[]
}

const KILLED = 300
const numbers = Array.from({ length: KILLED }, (_, i) => `n${i}`)
let server: RunningServer
const killed = {} as Record<Client, CompatProject>
const stopped = {} as Record<Client, CompatProject>
const outcomes = {} as Record<Client, DriverResult<Outcome>>
const stoppedOutcomes = {} as Record<Client, DriverResult<Outcome>>

/** All clients at once: the server is killed under their load and comes back, then it stands still until they have given up on an answer. */
async function liveThrough(): Promise<void> {
  if (!hasPythonClients) return
  server = await startServer()
  for (const client of CLIENTS) {
    killed[client] = await createProject(server, `${client} killed`, client)
    stopped[client] = await createProject(server, `${client} stopped`, client)
  }
  const drive = (client: Client, project: CompatProject, url: string, args: Record<string, unknown>) =>
    startDriver<Outcome>(`${client}/failures.py`, { url, key: project.key, args })

  const steady = CLIENTS.map((client) => drive(client, killed[client], server.url, { mode: 'steady', count: KILLED, pause: 0.01, delay: 1000 }))
  await Promise.all(steady.map((driver) => driver.marked('underway')))
  const { dataFolder, url } = server
  await server.kill()
  server = await startServer({ dataFolder, env: { HEARTWOOD_PORT: new URL(url).port } })
  await gather(steady, outcomes)

  const patient = CLIENTS.filter((client) => client !== 'lognitor')
  const wires = await Promise.all(patient.map(() => startWire(server.url)))
  const waiting = patient.map((client, i) => drive(client, stopped[client], wires[i]?.url ?? '', { mode: 'timeout', timeout: 1, delay: 2000 }))
  await Promise.all(waiting.map((driver) => driver.marked('ready')))
  const gone = Promise.all(wires.map((wire) => wire.clientLeaves()))
  process.kill(server.pid, 'SIGSTOP')
  for (const driver of waiting) driver.go()
  await gone
  process.kill(server.pid, 'SIGCONT')
  await gather(waiting, stoppedOutcomes, patient)
  for (const wire of wires) await wire.close()
}

async function gather(drivers: Driver<Outcome>[], into: Record<Client, DriverResult<Outcome>>, clients: readonly Client[] = CLIENTS) {
  for (const [i, client] of clients.entries()) {
    const driver = drivers[i]
    if (driver) into[client] = await driver.ended
  }
}

const messages = (events: readonly EventJson[]) => events.map((event) => event.message)
const lost = (events: readonly EventJson[]) => numbers.filter((message) => !messages(events).includes(message))

export function tryOutages(): void {
  describe('outages', () => {
    beforeAll(liveThrough, 90_000)
    afterAll(() => server?.stop())

    describeClient('lognitor', '1.0.3', ({ works }) => {
      works('server killed under load and restarted: none lost, none twice', async () => {
        expect(outcomes.lognitor.result).toMatchObject({ left: 0 })
        expect(messages(await eventsOf(server, killed.lognitor.slug, KILLED))).toEqual(numbers)
      })
    })

    describeClient('timberlogs-client', '1.2.1', ({ works }) => {
      works('server killed under load and restarted: none lost', async () => {
        expect(outcomes.timberlogs.result).toMatchObject({ left: 0, errors: [] })
        const events = await eventsOf(server, killed.timberlogs.slug, KILLED)
        expect(lost(events)).toEqual([])
        // Entries without ids: the batch under way may have been durable, but its answer died with the server.
        expect(events.length - KILLED).toBeLessThanOrEqual(10)
      })
      works('server stands still past the time limit: none lost, none twice', async () => {
        expect(stoppedOutcomes.timberlogs.result).toMatchObject({ left: 0, errors: [] })
        expect(messages(await eventsOf(server, stopped.timberlogs.slug, 10))).toEqual(numbers.slice(0, 10))
      })
    })

    describeClient('tracehub-logger', '1.2.0', ({ works }) => {
      works('server killed under load and restarted: none lost', async () => {
        expect(outcomes.tracehub.result).toMatchObject({ dead: [] })
        const events = await eventsOf(server, killed.tracehub.slug, KILLED)
        expect(lost(events)).toEqual([])
        expect(events.length - KILLED).toBeLessThanOrEqual(20)
      })
      works('server stands still past the time limit: none lost, none twice', async () => {
        expect(stoppedOutcomes.tracehub.result).toMatchObject({ dead: [] })
        expect(messages(await eventsOf(server, stopped.tracehub.slug, 20))).toEqual(Array.from({ length: 20 }, () => 'equal'))
      })
    })
  })
}
