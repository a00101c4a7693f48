import { BATCH_MEMORY_MS, unixMs } from '@heartwood/protocol'
import { expect, test } from 'vitest'
import { createReceiptMemory, decodeReceiptBlocks, encodeReceipt, encodeReceiptBlock } from './receipts.ts'

const AT = 1_790_000_000_000

const receipt = (batchId: string, receivedAt = AT) =>
  encodeReceipt({ projectId: 1, batchId, receivedAt: unixMs(receivedAt), rows: 3, rejectedRows: 1 })

test('thousands of batch ids are found, others and those of other projects are not', () => {
  const memory = createReceiptMemory({ limit: 1_000_000, now: () => AT })
  for (let index = 0; index < 5_000; index += 1) memory.add(receipt(`b${index}`))
  for (let index = 0; index < 5_000; index += 1) expect(memory.find(1, `b${index}`)).toEqual({ rows: 3, rejectedRows: 1 })
  expect(memory.find(1, 'b5000')).toBeUndefined()
  expect(memory.find(2, 'b0')).toBeUndefined()
})

test('beyond the limit the oldest are forgotten first, and it is told how many', () => {
  let forgotten = 0
  const memory = createReceiptMemory({ limit: 800, now: () => AT, onForgotten: (count) => (forgotten += count) })
  for (let index = 0; index < 2_000; index += 1) memory.add(receipt(`b${index}`))
  expect(memory.size).toBeLessThanOrEqual(800)
  expect(memory.size).toBeGreaterThanOrEqual(600)
  expect(forgotten + memory.size).toBe(2_000)
  expect(memory.find(1, 'b1999')).toBeDefined()
  expect(memory.find(1, 'b0')).toBeUndefined()
})

test('what is older than a day makes room for what is new', () => {
  let now = AT
  const memory = createReceiptMemory({ limit: 1_000, now: () => now })
  memory.add(receipt('old'))
  now += BATCH_MEMORY_MS + 60_000
  memory.add(receipt('new', now))
  expect(memory.find(1, 'old')).toBeUndefined()
  expect(memory.size).toBe(1)
})

test('a file whose end was cut off keeps what is whole before it', () => {
  const blocks = Buffer.concat([encodeReceiptBlock(Buffer.concat([receipt('a'), receipt('b')])), encodeReceiptBlock(receipt('c'))])
  expect(Buffer.concat(decodeReceiptBlocks(blocks))).toEqual(Buffer.concat([receipt('a'), receipt('b'), receipt('c')]))
  expect(Buffer.concat(decodeReceiptBlocks(blocks.subarray(0, blocks.length - 1)))).toEqual(Buffer.concat([receipt('a'), receipt('b')]))
  expect(decodeReceiptBlocks(blocks.subarray(0, 5))).toEqual([])
})
