import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unixMicros } from '@heartwood/protocol'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canMount, createSmallDisks } from '../../../self/testing/small-disk.ts'
import { sampleEvent } from '../block/testing/sample-events.ts'
import type { StoreLog } from '../engine-store.ts'
import type { EventStore } from '../event-store.ts'
import { AMPLE, createBlocks } from '../testing/store-subject.ts'
import { createChdbEventStore } from './chdb-event-store.ts'

const MIB = 1024 * 1024
const ROWS = 30_000

const disks = createSmallDisks()
const disk = canMount() ? disks.mount('size=280m') : undefined

describe.skipIf(disk === undefined)('embedded event store on a small disk (skipped where no tmpfs can be mounted)', () => {
  // The body runs where its tests are skipped, too.
  const place = disk ?? ''
  const folder = join(place, 'events')
  const filler = join(place, 'filler')
  const scratch = mkdtempSync(join(tmpdir(), 'heartwood-scratch-'))
  const logged: string[] = []
  const log: StoreLog = { warn: (_, message) => logged.push(message), error: (_, message) => logged.push(message) }
  let store: EventStore

  const open = async (): Promise<void> => {
    store = createChdbEventStore({ folder, memoryBytes: 1_000_000_000, log })
    await store.migrate()
  }
  beforeEach(open)
  afterEach(async () => {
    await store.close()
    for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true })
    logged.length = 0
  })

  afterAll(() => {
    disks.unmountAll()
    rmSync(scratch, { recursive: true })
  })

  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(place)
    return bavail * bsize
  }
  const leaveFree = (bytes: number): void => {
    execFileSync('fallocate', ['-l', String(freeBytes() - bytes), filler])
  }
  const build = async () => {
    const events = Array.from({ length: ROWS }, (_, index) =>
      sampleEvent({ timestamp: unixMicros(Date.now() * 1000), message: `row ${index} ${randomBytes(400).toString('hex')}` }),
    )
    return (await createBlocks(scratch).build([{ projectId: 1, events }])).block
  }
  /** Reads every column: a part may be there and be counted without being whole. */
  const countBoth = async () => {
    const text = 'SELECT (SELECT count() FROM events WHERE NOT ignore(*)) AS events, (SELECT sum(count) FROM events_by_minute) AS counted'
    return (await store.query<{ events: number; counted: number }>(text, AMPLE)).rows[0]
  }

  it('asks nothing of the engine that the disk has no room for, and stores it once there is room', async () => {
    const block = await build()
    leaveFree(40 * MIB)
    await expect(store.insert(block)).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(/nearly full: \d+ MiB are free/),
    })
    await expect(store.deleteProject(1)).resolves.toBeUndefined()
    rmSync(filler)
    leaveFree(10 * MIB)
    await expect(store.deleteProject(1)).rejects.toMatchObject({ code: 'engine-unavailable' })
    rmSync(filler)
    await store.insert(block)
    expect(await countBoth()).toEqual({ events: ROWS, counted: ROWS })
  })

  it('stores an insert again that the disk became full under, though the engine shows a part of it', async () => {
    const block = await build()
    leaveFree(75 * MIB)
    const before = freeBytes()
    const inserting = store.insert(block).then(
      () => 'stored',
      () => 'failed',
    )
    while (freeBytes() === before) await new Promise((resolve) => setImmediate(resolve))
    const hog = join(place, 'hog')
    const filling = spawn('dd', ['if=/dev/zero', `of=${hog}`, 'bs=64k'], { stdio: 'ignore' })
    await new Promise((resolve) => filling.once('exit', resolve))
    expect(await inserting).toBe('failed')
    rmSync(hog)
    rmSync(filler)
    block.mayBeStored = true
    await store.insert(block)
    expect(await countBoth()).toEqual({ events: ROWS, counted: ROWS })
    await store.close()
    await open()
    expect(await countBoth()).toEqual({ events: ROWS, counted: ROWS })
  })

  it('opens though a full disk left the file of a mutation empty', async () => {
    const path = join(await tableFolder(), 'mutation_7.txt')
    await store.close()
    writeFileSync(path, '')
    await open()
    expect(logged).toEqual([expect.stringContaining('empty files of mutations')])
  })

  it('says at the start that the engine set aside a part that it cannot read', async () => {
    await store.insert(await build())
    const part = join(await tableFolder('events'), (await partNames())[0] ?? '')
    await store.close()
    for (const name of ['columns.txt', 'checksums.txt', 'count.txt']) writeFileSync(join(part, name), '')
    await open()
    expect(logged).toEqual([expect.stringContaining('the events in them are missing')])
  })

  it('makes counts anew at the start that the engine cannot read', async () => {
    await store.insert(await build())
    const part = join(await tableFolder(), (await partNames('events_by_minute'))[0] ?? '')
    await store.close()
    for (const name of ['columns.txt', 'checksums.txt', 'count.txt']) writeFileSync(join(part, name), '')
    await open()
    expect(await countBoth()).toEqual({ events: ROWS, counted: ROWS })
    expect(logged).toEqual([expect.stringContaining('made anew')])
    await store.close()
    logged.length = 0
    await open()
    expect(logged).toEqual([])
  })

  const partNames = async (table = 'events'): Promise<string[]> =>
    (await store.query<{ name: string }>(`SELECT name FROM system.parts WHERE active AND table = '${table}'`, AMPLE)).rows.map(({ name }) => name)
  const tableFolder = async (table = 'events_by_minute'): Promise<string> => {
    const text = `SELECT data_paths[1] AS path FROM system.tables WHERE database = currentDatabase() AND name = '${table}'`
    return dirname(join((await store.query<{ path: string }>(text, AMPLE)).rows[0]?.path ?? '', 'x'))
  }
})
