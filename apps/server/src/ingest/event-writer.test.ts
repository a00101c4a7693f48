import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unixMs } from '@heartwood/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HeartwoodError } from '../errors.ts'
import { createLogQueue } from '../queue/log/log-queue.ts'
import { createSimulatedFiles } from '../queue/log/testing/simulated-files.ts'
import type { Delivery, Queue } from '../queue/queue.ts'
import type { BlockBuilder } from '../store/events/block/block-thread.ts'
import type { EventStore, SealedBlock } from '../store/events/event-store.ts'
import { createEventWriter, type EventWriter, type EventWriterOptions } from './event-writer.ts'

/** Payloads are names; a block is the list of those that were appended. Takes the payloads' memory, as the real one does. */
const createFakeBlocks = (): BlockBuilder & { contents: Map<string, string[]> } => {
  const contents = new Map<string, string[]>()
  let names: string[] = []
  return {
    contents,
    append(payload) {
      names.push(Buffer.from(payload).toString())
      payload.fill(0)
    },
    async seal(path) {
      const sealed = names
      names = []
      const indexes = sealed.flatMap((name, index) => (name.startsWith('damaged') ? [index] : []))
      if (sealed.some((name) => name.startsWith('deadly')))
        throw new HeartwoodError('engine-unavailable', 'thread ended', { cause: new Error('out of memory') })
      if (indexes.length > 0) throw new HeartwoodError('block-invalid', 'damaged payloads', { details: { indexes } })
      await writeFile(path, sealed.join())
      contents.set(path, sealed)
      return { rows: sealed.length * 1_000, sizeBytes: 1, columns: [] }
    },
    close: async () => undefined,
  }
}

type FakeStore = Pick<EventStore, 'insert' | 'ping'> & {
  stored: string[]
  tokens: string[]
  doubts: boolean[]
  fail: (names: string[]) => Error | undefined
}

let folder: string
let files: ReturnType<typeof createSimulatedFiles>
let queue: Queue
let writer: EventWriter | undefined
let blocks: ReturnType<typeof createFakeBlocks>
let store: FakeStore

const createFakeStore = (): FakeStore => {
  const fake: FakeStore = {
    stored: [],
    tokens: [],
    doubts: [],
    fail: () => undefined,
    async insert({ path, token, mayBeStored }: SealedBlock, _signal?: AbortSignal) {
      fake.doubts.push(mayBeStored)
      const names = blocks.contents.get(path) ?? []
      const error = fake.fail(names)
      if (error !== undefined) throw error
      if (!fake.tokens.includes(token)) fake.stored.push(...names)
      fake.tokens.push(token)
    },
    ping: async () => undefined,
  }
  return fake
}

const away = (): HeartwoodError => new HeartwoodError('engine-unavailable', 'away')
const refused = (): HeartwoodError => new HeartwoodError('engine-failed', 'cannot parse')

const createWriter = (options: Partial<EventWriterOptions> = {}): EventWriter => {
  writer = createEventWriter({
    queue,
    store,
    blocks,
    scratch: { path: (name) => join(folder, name) },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    limits: { maxRows: 8, maxWaitMs: 5 },
    retry: { firstMs: 1, mostMs: 5 },
    doubtMs: 20,
    ...options,
  })
  return writer
}

const publish = async (...names: string[]): Promise<void> => {
  for (const name of names) {
    await queue.publish({
      projectId: 1,
      door: 'native',
      keyId: '',
      batchId: '',
      receivedAt: unixMs(0),
      rows: 1,
      rejectedRows: 0,
      payload: Buffer.from(name),
    })
  }
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-writer-'))
  files = createSimulatedFiles()
  queue = await createLogQueue({ folder: '', files, capBytes: 1 << 24 })
  blocks = createFakeBlocks()
  store = createFakeStore()
})

afterEach(async () => {
  await writer?.stop()
  await queue.close()
  await rm(folder, { recursive: true })
})

test('everything queued is stored once, in order, and told', async () => {
  await publish(...numbered(30))
  const told: Delivery[] = []
  const current = createWriter({ onStored: (deliveries) => told.push(...deliveries) })
  current.start()
  expect(await current.drain()).toBe(true)
  expect(store.stored).toEqual(numbered(30))
  expect(told).toHaveLength(30)
  expect(current.lag()).toEqual({ rows: 0, oldestMs: 0, failing: undefined })
})

test('while the engine is away events wait, and are stored under the same token, as what may be stored already, when it is back', async () => {
  await publish('a', 'b')
  let failures = 0
  store.fail = () => (++failures <= 4 ? away() : undefined)
  const current = createWriter()
  current.start()
  expect(await current.drain()).toBe(true)
  expect(failures).toBe(5)
  expect(store.doubts).toEqual([false, true, true, true, true])
  expect(store.stored).toEqual(['a', 'b'])
  expect(store.tokens).toHaveLength(1)
})

test('while an insert runs the next group is given time to grow', async () => {
  await publish(...numbered(24))
  const waits: number[] = []
  const insert = store.insert
  store.insert = async (block) => {
    await new Promise((resolve) => setTimeout(resolve, 40))
    await insert(block)
  }
  const observed: Queue = {
    ...queue,
    take: (limits) => {
      waits.push(limits.maxWaitMs)
      return queue.take(limits)
    },
  }
  await new Promise<void>((resolve) => {
    const onStored = (): void => {
      if (store.stored.length === 24) resolve()
    }
    createWriter({ queue: observed, onStored }).start()
  })
  expect(waits[0]).toBe(5)
  expect(Math.max(...waits)).toBeGreaterThan(5)
})

test('a failure is visible as long as it lasts', async () => {
  await publish('a')
  let tried: () => void = () => undefined
  const twice = new Promise<void>((resolve) => {
    tried = resolve
  })
  let failures = 0
  store.fail = () => {
    failures += 1
    if (failures === 2) tried()
    return away()
  }
  const current = createWriter()
  current.start()
  await twice
  expect(current.lag()).toMatchObject({ rows: 1, failing: { reason: 'away' } })
  store.fail = () => undefined
  await current.drain()
  expect(current.lag().failing).toBeUndefined()
})

test('a queue that cannot be read for a moment is asked again', async () => {
  await publish('a', 'b')
  let failures = 2
  const take: Queue['take'] = async (limits) => {
    if (failures-- > 0) throw new Error('too many open files')
    return queue.take(limits)
  }
  const current = createWriter({ queue: { ...queue, take } })
  current.start()
  expect(await current.drain()).toBe(true)
  expect(store.stored).toEqual(['a', 'b'])
})

test('a group of which a batch becomes unreadable while it is taken apart is stored without it', async () => {
  await publish('a', 'b', 'rotten', 'c', 'bad')
  store.fail = (names) => {
    if (names.includes('rotten')) {
      files.corrupt('000000000001.segment', (content) => {
        content.write('ROTTEN', content.indexOf('rotten'))
        return content
      })
    }
    return names.includes('bad') ? refused() : undefined
  }
  const current = createWriter()
  current.start()
  expect(await current.drain()).toBe(true)
  expect(store.stored).toEqual(['a', 'b', 'c'])
  expect(queue.depth().deadLetters).toBe(1)
})

test('a refused batch does not leave the writer failing when the engine is back', async () => {
  await publish('bad')
  let tries = 0
  store.fail = () => {
    tries += 1
    return tries < 3 ? away() : refused()
  }
  const current = createWriter()
  current.start()
  expect(await current.drain()).toBe(true)
  expect(queue.depth().deadLetters).toBe(1)
  expect(current.lag().failing).toBeUndefined()
})

test('of a group that the engine refuses only the batch at fault is set aside', async () => {
  await publish('a', 'b', 'bad', 'c', 'd', 'e', 'bad too', 'f')
  store.fail = (names) => (names.some((name) => name.startsWith('bad')) ? refused() : undefined)
  const told: string[] = []
  const current = createWriter({ onDeadLettered: (deliveries, reason) => told.push(`${deliveries.length} ${reason}`) })
  current.start()
  expect(await current.drain()).toBe(true)
  expect(store.stored).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  const letters = await queue.deadLetters.list()
  expect(letters.map(({ reason }) => reason)).toEqual(['engine-failed: cannot parse', 'engine-failed: cannot parse'])
  expect(Buffer.from((await queue.deadLetters.get(letters[0]?.id ?? ''))?.batch.payload ?? []).toString()).toBe('bad')
  expect(told).toEqual(['1 engine-failed: cannot parse', '1 engine-failed: cannot parse'])
})

test('a payload that is no block is set aside and costs no other batch', async () => {
  await publish('a', 'damaged 1', 'b', 'damaged 2')
  const current = createWriter()
  current.start()
  expect(await current.drain()).toBe(true)
  expect(store.stored).toEqual(['a', 'b'])
  expect(queue.depth().deadLetters).toBe(2)
})

test('a payload that ends the building thread each time does not hold up the others for ever', async () => {
  await publish('a', 'deadly', 'b', 'c')
  const current = createWriter()
  current.start()
  expect(await current.drain()).toBe(true)
  expect(store.stored).toEqual(['a', 'b', 'c'])
  expect(queue.depth().deadLetters).toBe(1)
})

test('an engine that refuses everything does not empty the queue into the dead letters', async () => {
  await publish(...numbered(8))
  let refusals = 0
  let doubted: () => void = () => undefined
  const manyRefusals = new Promise<void>((resolve) => {
    doubted = resolve
  })
  store.fail = () => {
    refusals += 1
    if (refusals === 12) doubted()
    return refused()
  }
  const current = createWriter({ doubtMs: 100 })
  current.start()
  await manyRefusals
  expect(queue.depth().deadLetters).toBeLessThanOrEqual(5)
  expect(current.lag().failing).toBeDefined()
  store.fail = () => undefined
  expect(await current.drain()).toBe(true)
  expect(store.stored.length + queue.depth().deadLetters).toBe(8)
})

test('an insert that still runs when the time to drain is over is ended, and its group comes again as one that may be stored', async () => {
  await publish('a', 'b')
  const insert = store.insert
  store.insert = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(away()))
    })
  const first = createWriter()
  first.start()
  expect(await first.drain(20)).toBe(false)
  await queue.close()
  queue = await createLogQueue({ folder: '', files, capBytes: 1 << 24 })
  store.insert = insert
  const second = createWriter()
  second.start()
  expect(await second.drain()).toBe(true)
  expect([store.stored, store.doubts]).toEqual([['a', 'b'], [true]])
})

test('stopping leaves what is not stored to the next writer, which repeats the tokens', async () => {
  await publish(...numbered(20))
  const insert = store.insert
  let acknowledgedBy: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    acknowledgedBy = resolve
  })
  store.insert = async (block) => {
    await insert(block)
    acknowledgedBy()
    throw away()
  }
  const first = createWriter()
  first.start()
  await reached
  await first.stop()
  store.insert = insert
  expect(store.stored).toEqual(numbered(8))
  expect(queue.depth().rows).toBe(20)
})
