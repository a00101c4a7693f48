import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { unixMicros } from '@heartwood/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { sampleEvent } from './block/testing/sample-events.ts'
import { createChdbEventStore } from './chdb/chdb-event-store.ts'
import { describeEventStore } from './event-store.contract.ts'
import { createRemoteEventStore } from './remote/remote-event-store.ts'
import { noteOfToken } from './testing/note-of-token.ts'
import { AMPLE, createBlocks, type StoreHarness } from './testing/store-subject.ts'

const MEMORY_BYTES = 1_000_000_000
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'heartwood-events-'))

const openEmbedded = async (): Promise<StoreHarness> => {
  const folder = newFolder()
  const scratch = newFolder()
  const open = () => createChdbEventStore({ folder, memoryBytes: MEMORY_BYTES })
  const harness: StoreHarness = {
    store: open(),
    folder: scratch,
    async restart() {
      await harness.store.close()
      harness.store = open()
    },
    async close() {
      await harness.store.close()
      for (const path of [folder, scratch]) rmSync(path, { recursive: true, force: true })
    },
  }
  await harness.store.migrate()
  return harness
}

const ENDPOINT = new URL('../../../../../e2e/support/chdb-http.mjs', import.meta.url)

/** An engine in a process of its own, which speaks HTTP. */
const startEndpoint = async (folder: string): Promise<{ url: string; process: ChildProcess; end(signal: NodeJS.Signals): Promise<void> }> => {
  const child = spawn(process.execPath, [ENDPOINT.pathname, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => line.startsWith('listening ') && resolve(line.slice(10)))
    child.once('exit', (code) => reject(new Error(`the endpoint ended with ${code}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    async end(signal) {
      child.kill(signal)
      await exited
    },
  }
}

const openRemote = async (): Promise<StoreHarness> => {
  const folder = newFolder()
  const scratch = newFolder()
  let endpoint = await startEndpoint(folder)
  const harness: StoreHarness = {
    store: createRemoteEventStore({ url: endpoint.url }),
    folder: scratch,
    async restart() {
      await harness.store.close()
      await endpoint.end('SIGTERM')
      endpoint = await startEndpoint(folder)
      harness.store = createRemoteEventStore({ url: endpoint.url })
    },
    async close() {
      await harness.store.close()
      await endpoint.end('SIGTERM')
      for (const path of [folder, scratch]) rmSync(path, { recursive: true, force: true })
    },
  }
  await harness.store.migrate()
  return harness
}

describeEventStore('embedded', openEmbedded)
describeEventStore('remote', openRemote)

describe('event store whose engine is killed', () => {
  const folders: string[] = []
  const folderOfTest = (): string => {
    const folder = newFolder()
    folders.push(folder)
    return folder
  }
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  it('has every row exactly once after the insert was tried again, wherever it was interrupted', async () => {
    const data = folderOfTest()
    const blocks = createBlocks(folderOfTest())
    const now = Date.now() * 1000
    const events = Array.from({ length: 40_000 }, (_, index) =>
      sampleEvent({ timestamp: unixMicros(now - index * 10_000_000), message: `row ${index}`, service: `s${index % 9}` }),
    )
    let endpoint = await startEndpoint(data)
    let store = createRemoteEventStore({ url: endpoint.url })
    await store.migrate()
    const rounds = 10
    let interrupted = 0
    for (let round = 0; round < rounds; round++) {
      const { block } = await blocks.build([{ projectId: 1, events }], `round-${round}`)
      const inserted = store.insert(block).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'engine-unavailable' })
          return false
        },
      )
      // Every other time right when the engine has noted a token, which it does before the rows are in the table.
      await (round % 2 === 0 ? pause(20 + round * 40) : Promise.race([noteOfToken(data), inserted]))
      await endpoint.end('SIGKILL')
      if (!(await inserted)) interrupted++
      await store.close()
      endpoint = await startEndpoint(data)
      store = createRemoteEventStore({ url: endpoint.url })
      await store.insert({ ...block, mayBeStored: true })
    }
    const count = async (text: string) => (await store.query<{ count: number }>(text, AMPLE)).rows[0]?.count
    expect(await count('SELECT count() AS count FROM events')).toBe(rounds * events.length)
    expect(await count('SELECT uniqExact(id) AS count FROM events')).toBe(rounds * events.length)
    expect(await count('SELECT sum(count) AS count FROM events_by_minute')).toBe(rounds * events.length)
    expect(interrupted).toBeGreaterThan(0)
    await store.close()
    await endpoint.end('SIGTERM')
  })

  it('says that it can be tried again when nobody answers', async () => {
    const store = createRemoteEventStore({ url: 'http://127.0.0.1:9' })
    await expect(store.ping()).rejects.toMatchObject({ code: 'engine-unavailable' })
    await expect(store.migrate()).rejects.toMatchObject({ code: 'engine-unavailable' })
    await store.close()
  })
})
