import { unixMs } from '@heartwood/protocol'
import { expect, test } from 'vitest'
import { AT, batch, drain, HOUR_MS, NOW_OR_NEVER, namesOf, open, publishAll } from './testing/named-batches.ts'
import { createSimulatedFiles } from './testing/simulated-files.ts'

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

test('a clock that is set back does not hold batches up', async () => {
  let back = 0
  const queue = await open(createSimulatedFiles(), { now: () => Date.now() - back })
  await queue.publish(batch('a'))
  back = HOUR_MS
  expect(namesOf(await queue.take({ maxRows: 10, maxWaitMs: 5 }))).toEqual(['a'])
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
