import { type UnixMs, unixMs } from '@heartwood/protocol'
import { expect, test } from 'vitest'
import type { AccountRows, Batch, Queue } from '../queue.ts'
import type { DamageReport } from './damage.ts'
import { createLogQueue, type LogQueueOptions } from './log-queue.ts'
import { createSimulatedFiles, type SimulatedFiles } from './testing/simulated-files.ts'

const AT = 1_790_000_000_000
const HOUR_MS = 3600 * 1000
const NOW_OR_NEVER = { maxRows: 1_000, maxWaitMs: 0 }

const batch = (name: string, changes: Partial<Batch> = {}): Batch => ({
  projectId: 1,
  door: 'native',
  keyId: 'key-1',
  batchId: '',
  receivedAt: unixMs(AT),
  rows: 1,
  rejectedRows: 0,
  payload: new TextEncoder().encode(name),
  ...changes,
})

const open = (files: SimulatedFiles, options: Partial<LogQueueOptions> = {}): Promise<Queue> =>
  createLogQueue({ folder: '', files, capBytes: 1 << 24, now: () => AT, ...options })

const namesOf = (group: { deliveries: Batch[] } | undefined): string[] =>
  group?.deliveries.map(({ payload }) => Buffer.from(payload).toString()) ?? []

/** Stores everything that waits. */
const drain = async (queue: Queue, maxRows = 1_000): Promise<string[]> => {
  const names: string[] = []
  while (queue.depth().rows > 0) {
    const group = await queue.take({ maxRows, maxWaitMs: 0 })
    if (group === undefined) break
    names.push(...namesOf(group))
    await queue.acknowledge(group)
  }
  return names
}

const publishAll = async (queue: Queue, names: string[], changes: Partial<Batch> = {}): Promise<void> => {
  for (const name of names) await queue.publish(batch(name, changes))
}

test('a batch comes out as it went in', async () => {
  const queue = await open(createSimulatedFiles())
  const sent = batch('payload', { projectId: 4_000_000_000, door: 'sÿslog', keyId: '', batchId: 'b-1', rows: 7, rejectedRows: 3 })
  await queue.publish(sent)
  const group = await queue.take(NOW_OR_NEVER)
  expect(group?.deliveries).toEqual([{ ...sent, position: '1:64' }])
  expect(group?.rows).toBe(7)
})

test('a group ends at the most rows, and a larger batch is a group of its own', async () => {
  const queue = await open(createSimulatedFiles())
  for (const rows of [4, 4, 4, 50, 1]) await queue.publish(batch(String(rows), { rows }))
  const sizes: string[][] = []
  for (let count = 0; count < 4; count += 1) sizes.push(namesOf(await queue.take({ maxRows: 10, maxWaitMs: 0 })))
  expect(sizes).toEqual([['4', '4'], ['4'], ['50'], ['1']])
})

test('a group is given out as soon as it is full, long before its time', async () => {
  const queue = await open(createSimulatedFiles())
  const taken = queue.take({ maxRows: 2, maxWaitMs: 3_600_000 })
  await publishAll(queue, ['a', 'b'])
  expect(namesOf(await taken)).toEqual(['a', 'b'])
})

test('groups may overlap, are acknowledged in order, and come again as what may be stored already when they were not', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await publishAll(queue, ['a', 'b', 'c'])
  const first = await queue.take({ maxRows: 1, maxWaitMs: 0 })
  const second = await queue.take({ maxRows: 1, maxWaitMs: 0 })
  if (first === undefined || second === undefined) throw new Error('two groups were expected')
  await expect(queue.acknowledge(second)).rejects.toMatchObject({ code: 'internal' })
  await queue.acknowledge(first)
  await queue.close()

  const again = await open(files)
  expect(again.depth().rows).toBe(2)
  await again.publish(batch('d'))
  expect(second.mayBeStored).toBe(false)
  expect(await again.take(NOW_OR_NEVER)).toEqual({ ...second, mayBeStored: true })
  const fresh = await again.take(NOW_OR_NEVER)
  expect([namesOf(fresh), fresh?.mayBeStored]).toEqual([['c', 'd'], false])
})

test('the halves of a split group take its place, also after a restart', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await publishAll(queue, ['a', 'b', 'c'])
  const whole = await queue.take(NOW_OR_NEVER)
  if (whole === undefined) throw new Error('a group was expected')
  const [left, right] = await queue.split(whole)
  expect([namesOf(left), namesOf(right)]).toEqual([['a', 'b'], ['c']])
  expect(new Set([whole.token, left.token, right.token]).size).toBe(3)
  await queue.close()

  const again = await open(files)
  expect(await again.take(NOW_OR_NEVER)).toEqual(left)
  expect(await again.take(NOW_OR_NEVER)).toEqual(right)
})

test('tokens of a folder that was made anew differ from those of the old one', async () => {
  const tokens = await Promise.all(
    [1, 2].map(async () => {
      const queue = await open(createSimulatedFiles())
      await queue.publish(batch('a'))
      return (await queue.take(NOW_OR_NEVER))?.token
    }),
  )
  expect(tokens[0]).not.toBe(tokens[1])
})

test('order holds when batches no longer fit into memory and are read from many segments', async () => {
  const queue = await open(createSimulatedFiles(), { segmentBytes: 500, hotBytes: 1_000 })
  const names = Array.from({ length: 60 }, (_, index) => `batch-${index}`)
  await publishAll(queue, names.slice(0, 30))
  const group = await queue.take({ maxRows: 7, maxWaitMs: 0 })
  await publishAll(queue, names.slice(30))
  if (group === undefined) throw new Error('a group was expected')
  await queue.acknowledge(group)
  expect([...namesOf(group), ...(await drain(queue, 7))]).toEqual(names)
})

test('segments go once everything in them is stored', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files, { segmentBytes: 500 })
  await publishAll(
    queue,
    Array.from({ length: 60 }, (_, index) => `batch-${index}`),
  )
  expect((await files.list('')).length).toBeGreaterThan(8)
  await drain(queue)
  await queue.close()
  expect((await files.list('')).map(({ name }) => name).filter((name) => name.endsWith('.segment'))).toHaveLength(1)
})

test('batch ids are known for a day, across restarts and after their segment is gone', async () => {
  const files = createSimulatedFiles()
  let now = AT
  const options = { segmentBytes: 500, now: () => now }
  const queue = await open(files, options)
  for (let index = 0; index < 20; index += 1) await queue.publish(batch('x'.repeat(60), { batchId: `b${index}`, rows: 5, rejectedRows: 2 }))
  expect(queue.recall(1, 'b0')).toEqual({ rows: 5, rejectedRows: 2 })
  expect(queue.recall(2, 'b0')).toBeUndefined()
  await drain(queue)
  await queue.close()

  now += 23 * HOUR_MS
  const again = await open(files, options)
  expect(again.recall(1, 'b0')).toEqual({ rows: 5, rejectedRows: 2 })
  expect(again.recall(1, 'b19')).toEqual({ rows: 5, rejectedRows: 2 })
  now += 2 * HOUR_MS
  expect(again.recall(1, 'b0')).toBeUndefined()
})

test('a full disk refuses with queue-full, leaves nothing behind and goes on when there is room', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  files.fail('write', 'ENOSPC', 1)
  await expect(queue.publish(batch('refused'))).rejects.toMatchObject({ code: 'queue-full', status: 503, retryAfterSeconds: 10 })
  await queue.publish(batch('b'))
  await queue.close()
  expect(await drain(await open(files))).toEqual(['a', 'b'])
})

test('a read-only disk refuses with its reason', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  files.fail('create', 'EROFS', 1)
  await expect(queue.publish(batch('a'))).rejects.toMatchObject({ code: 'queue-unavailable', message: expect.stringContaining('EROFS') })
})

test('after a failed fdatasync the batch is written again elsewhere, and the doubtful bytes never count', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  files.fail('sync', 'EIO', 1)
  files.fail('truncate', 'EIO', 1)
  await queue.publish(batch('b'))
  await queue.publish(batch('c'))
  const reports: DamageReport[] = []
  const again = await open(
    files.survivors('kill', () => 0),
    { onDamage: (report) => reports.push(report) },
  )
  expect(await drain(again)).toEqual(['a', 'b', 'c'])
  expect(reports).toEqual([])
})

test('when the second fdatasync fails too, the publisher hears of it', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  files.fail('sync', 'EIO', 2)
  await expect(queue.publish(batch('refused'))).rejects.toMatchObject({ code: 'queue-unavailable' })
  await queue.publish(batch('b'))
  expect(await drain(queue)).toEqual(['a', 'b'])
})

test('at the cap a publish waits for room and is then refused with a time to come back', async () => {
  const queue = await open(createSimulatedFiles(), { capBytes: 3_000, roomMs: 20 })
  const payload = Buffer.alloc(1_000)
  await queue.publish(batch('', { payload }))
  await queue.publish(batch('', { payload }))
  await expect(queue.publish(batch('', { payload }))).rejects.toMatchObject({ code: 'queue-full', retryAfterSeconds: 5 })
})

test('a publish that waits for room is let in when a group is stored', async () => {
  const queue = await open(createSimulatedFiles(), { capBytes: 3_000, roomMs: 10_000 })
  const payload = Buffer.alloc(1_000)
  await queue.publish(batch('', { payload }))
  await queue.publish(batch('', { payload }))
  const late = queue.publish(batch('', { payload }))
  await drain(queue)
  await late
  expect(queue.depth()).toMatchObject({ rows: 1 })
})

test('what was set aside can be listed, looked at and replayed', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('bad', { batchId: 'b1', rows: 3 }))
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  await queue.deadLetter(group, 'the engine refused it')
  expect(queue.depth()).toMatchObject({ rows: 0, deadLetters: 1 })
  await queue.close()

  const again = await open(files)
  const [letter] = await again.deadLetters.list()
  expect(letter).toMatchObject({ at: AT as UnixMs, sizeBytes: 3, reason: 'the engine refused it', batch: { projectId: 1, batchId: 'b1', rows: 3 } })
  const id = letter?.id ?? ''
  expect(Buffer.from((await again.deadLetters.get(id))?.batch.payload ?? []).toString()).toBe('bad')
  expect(await Promise.all([again.deadLetters.replay(id), again.deadLetters.replay(id)])).toEqual([3, 3])
  expect(again.depth()).toMatchObject({ rows: 3, deadLetters: 0 })
  expect(await drain(again)).toEqual(['bad'])
  await expect(again.deadLetters.replay(id)).rejects.toMatchObject({ code: 'dead-letter-not-found' })
})

test('what was set aside of a deleted project is removed for good, and of no other', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  for (const projectId of [1, 2, 1]) {
    await queue.publish(batch('bad', { projectId, rows: projectId + 2 }))
    const group = await queue.take(NOW_OR_NEVER)
    if (group === undefined) throw new Error('a group was expected')
    await queue.deadLetter(group, 'the engine refused it')
  }
  const account = { projectId: 1, door: 'native', keyId: 'key-1', rows: 3 }
  expect(await queue.deadLetters.discard(1)).toMatchObject([account, account])
  await queue.close()
  const again = await open(files.survivors('power', () => 0))
  expect((await again.deadLetters.list()).map(({ batch }) => batch.projectId)).toEqual([2])
})

test('a replay that a crash cuts off is finished at the next start, and the queue says what a former run left', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('bad', { rows: 3 }))
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  await queue.deadLetter(group, 'the engine refused it')
  await queue.close()
  const account = { projectId: 1, door: 'native', keyId: 'key-1', rows: 3 }
  const again = await open(files)
  expect(again.left).toMatchObject({ waiting: [], deadLettered: [account] })

  const [letter] = await again.deadLetters.list()
  files.remove = () => Promise.reject(new Error('killed here'))
  await expect(again.deadLetters.replay(letter?.id ?? '')).rejects.toThrow('killed here')
  const last = await open(files.survivors('kill', () => 0))
  expect(last.left).toEqual({ waiting: [account], deadLettered: [] })
  expect(last.depth().deadLetters).toBe(0)
  expect(await drain(last)).toEqual(['bad'])
})

test('a read that fails loses nothing: the next take begins where it stood', async () => {
  const files = createSimulatedFiles()
  const first = await open(files, { segmentBytes: 64 * 1024 })
  const payload = Buffer.alloc(40_000, 'x')
  for (let count = 0; count < 3; count += 1) await first.publish(batch('', { payload }))
  await first.take({ maxRows: 1, maxWaitMs: 0 })
  await first.close()

  const opens: string[] = []
  let failing: string | undefined
  const flaky: SimulatedFiles = Object.assign(Object.create(files) as SimulatedFiles, {
    open: async (name: string) => {
      opens.push(name)
      if (name === failing) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
      return files.open(name)
    },
  })
  const queue = await open(flaky, { segmentBytes: 64 * 1024, hotBytes: 0 })
  const [one, , three] = [...new Set(opens.filter((name) => name.endsWith('.segment')))]
  failing = one
  await expect(queue.take(NOW_OR_NEVER)).rejects.toMatchObject({ code: 'EMFILE' })
  failing = three
  const recorded = await queue.take(NOW_OR_NEVER)
  const fresh = await queue.take(NOW_OR_NEVER)
  await expect(queue.take(NOW_OR_NEVER)).rejects.toMatchObject({ code: 'EMFILE' })
  failing = undefined
  const last = await queue.take(NOW_OR_NEVER)
  expect([recorded, fresh, last].map((group) => group?.deliveries.length)).toEqual([1, 1, 1])
  expect(new Set([recorded, fresh, last].map((group) => group?.deliveries[0]?.position)).size).toBe(3)
})

/** Overwrites a text of the first segment. */
const damage = (files: SimulatedFiles, text: string): void =>
  files.corrupt('000000000001.segment', (content) => {
    content.fill(0, content.indexOf(text), content.indexOf(text) + text.length)
    return content
  })

test('a batch that becomes unreadable while it waits is counted, and every other one comes once', async () => {
  const files = createSimulatedFiles()
  const lost: AccountRows[] = []
  const queue = await open(files, { hotBytes: 1_000, onLost: (rows) => lost.push(rows) })
  const names = Array.from({ length: 9 }, (_, index) => `batch-${index}`)
  await publishAll(queue, names, { rows: 10 })
  damage(files, 'batch-1')
  damage(files, 'batch-4')
  expect(await drain(queue, 20)).toEqual(names.filter((name) => name !== 'batch-1' && name !== 'batch-4'))
  expect(lost).toEqual([{ projectId: 1, door: 'native', keyId: 'key-1', rows: 20 }])
  expect(queue.depth()).toMatchObject({ rows: 0, bytes: 0, lostRows: 20 })
})

test('a queue of which nothing can be read any more is empty, and goes on', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files, { hotBytes: 0 })
  await publishAll(queue, ['a-text', 'b-text'])
  damage(files, 'a-text')
  damage(files, 'b-text')
  expect(await drain(queue)).toEqual([])
  expect(queue.depth()).toMatchObject({ rows: 0, bytes: 0, lostRows: 2 })
  await queue.publish(batch('c-text'))
  expect(await drain(queue)).toEqual(['c-text'])
})

test('a batch that becomes unreadable before it is set aside is counted', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await publishAll(queue, ['a-text', 'b-text'])
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  damage(files, 'a-text')
  await queue.deadLetter(group, 'the engine refused it')
  expect(queue.depth()).toMatchObject({ rows: 0, deadLetters: 1, lostRows: 1 })
})

test('a clock that is set back does not hold batches up', async () => {
  let back = 0
  const queue = await open(createSimulatedFiles(), { now: () => Date.now() - back })
  await queue.publish(batch('a'))
  back = HOUR_MS
  expect(namesOf(await queue.take({ maxRows: 10, maxWaitMs: 5 }))).toEqual(['a'])
})

test('a batch is either stored or set aside, wherever a crash interrupts setting it aside', async () => {
  for (let step = 1, isDone = false; !isDone; step += 1) {
    const files = createSimulatedFiles()
    const queue = await open(files)
    await queue.publish(batch('a'))
    const group = await queue.take(NOW_OR_NEVER)
    if (group === undefined) throw new Error('a group was expected')
    files.crashAt(files.operations + step, () => 0.5)
    isDone = await queue.deadLetter(group, 'the engine refused it').then(
      () => true,
      () => false,
    )
    const again = await open(files.survivors('power', () => 0.5))
    const stored = await drain(again)
    expect([...stored, ...(await again.deadLetters.list()).map(() => 'a')], `step ${step}`).toEqual(['a'])
  }
})

test('a closed queue takes and gives nothing, and keeps what waits', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  const taken = queue.take({ maxRows: 10, maxWaitMs: 3_600_000 })
  await queue.close()
  expect(await taken).toBeUndefined()
  await expect(queue.publish(batch('b'))).rejects.toMatchObject({ code: 'shutting-down' })
  expect(await drain(await open(files))).toEqual(['a'])
})

test('data of a newer version stops the start', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  await queue.close()
  const { encodeSegmentHeader } = await import('./segment.ts')
  const { crc32 } = await import('node:zlib')
  const header = encodeSegmentHeader({ logId: Buffer.alloc(8), number: 1, previous: { number: 0, endOffset: 0 }, createdAt: unixMs(0) })
  header.writeUInt16LE(9, 4)
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60)
  files.corrupt('000000000001.segment', (content) => Buffer.concat([header, content.subarray(64)]))
  await expect(open(files)).rejects.toMatchObject({ code: 'data-newer' })
})

test('depth tells what waits and for how long', async () => {
  let now = AT
  const queue = await open(createSimulatedFiles(), { now: () => now })
  expect(queue.depth()).toMatchObject({ rows: 0, bytes: 0, oldestMs: 0 })
  await queue.publish(batch('a', { rows: 4 }))
  now += 1_500
  expect(queue.depth()).toMatchObject({ rows: 4, oldestMs: 1_500 })
  await drain(queue)
  expect(queue.depth()).toMatchObject({ rows: 0, bytes: 0, oldestMs: 0 })
})
