import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { BATCH_MEMORY_MS, type UnixMs } from '@heartwood/protocol'
import type { RememberedBatch } from '../queue.ts'

/** What is kept of a batch id: 24 bytes, `[12 bytes digest][u32 seconds][u32 rows][u32 rejected]`. */
const RECEIPT_BYTES = 24
const DIGEST_BYTES = 12
const GENERATION_MS = 15 * 60 * 1000
const GENERATIONS_AT_LIMIT = 8

export interface Receipt extends RememberedBatch {
  projectId: number
  batchId: string
  receivedAt: UnixMs
}

export const encodeReceipt = ({ projectId, batchId, receivedAt, rows, rejectedRows }: Receipt): Buffer => {
  const bytes = Buffer.alloc(RECEIPT_BYTES)
  digestOf(projectId, batchId).copy(bytes, 0, 0, DIGEST_BYTES)
  bytes.writeUInt32LE(Math.max(1, Math.floor(receivedAt / 1000)), 12)
  bytes.writeUInt32LE(rows, 16)
  bytes.writeUInt32LE(rejectedRows, 20)
  return bytes
}

const digestOf = (projectId: number, batchId: string): Buffer => hash('sha256', `${projectId}\n${batchId}`, 'buffer')

/**
 * Remembers batch ids for 24 hours, and at most `limit` of them (24 bytes each, with the table about 48): beyond it the oldest are
 * forgotten first, an eighth at a time. A repeat of a forgotten batch is stored again.
 */
export interface ReceiptMemory {
  add(receipt: Buffer): void
  find(projectId: number, batchId: string): RememberedBatch | undefined
  readonly size: number
}

export const createReceiptMemory = (options: { limit: number; now: () => number; onForgotten?: (count: number) => void }): ReceiptMemory => {
  const generationLimit = Math.max(1, Math.floor(options.limit / GENERATIONS_AT_LIMIT))
  let generations: { table: Table; startedAt: number; newestAt: number }[] = []
  let size = 0

  const current = (at: number): Table => {
    const newest = generations.at(-1)
    if (newest !== undefined && newest.table.size() < generationLimit && at - newest.startedAt < GENERATION_MS) return newest.table
    const table = createTable()
    generations.push({ table, startedAt: at, newestAt: at })
    forget()
    return table
  }

  const forget = (): void => {
    const oldest = options.now() - BATCH_MEMORY_MS
    let early = 0
    generations = generations.filter(({ table, newestAt }, index) => {
      const expired = newestAt < oldest
      const over = !expired && size > options.limit - generationLimit && index < generations.length - 1
      if (!expired && !over) return true
      size -= table.size()
      if (over) early += table.size()
      return false
    })
    if (early > 0) options.onForgotten?.(early)
  }

  return {
    add(receipt) {
      const table = current(options.now())
      const before = table.size()
      table.put(receipt)
      size += table.size() - before
      const newest = generations.at(-1)
      if (newest !== undefined) newest.newestAt = Math.max(newest.newestAt, receipt.readUInt32LE(12) * 1000)
    },
    find(projectId, batchId) {
      const digest = digestOf(projectId, batchId)
      for (let index = generations.length - 1; index >= 0; index -= 1) {
        const found = generations[index]?.table.get(digest)
        if (found !== undefined)
          return options.now() - found.atMs < BATCH_MEMORY_MS ? { rows: found.rows, rejectedRows: found.rejectedRows } : undefined
      }
      return undefined
    },
    get size() {
      return size
    },
  }
}

interface Table {
  put(receipt: Buffer): void
  get(digest: Buffer): { atMs: number; rows: number; rejectedRows: number } | undefined
  size(): number
}

/** Open addressing over one buffer of receipts; a slot whose time is 0 is free. */
const createTable = (): Table => {
  let capacity = 64
  let slots = Buffer.alloc(capacity * RECEIPT_BYTES)
  let used = 0

  const slotOf = (digest: Buffer): number => {
    let slot = digest.readUInt32LE(0) & (capacity - 1)
    while (slots.readUInt32LE(slot * RECEIPT_BYTES + 12) !== 0) {
      const at = slot * RECEIPT_BYTES
      if (digest.compare(slots, at, at + DIGEST_BYTES, 0, DIGEST_BYTES) === 0) break
      slot = (slot + 1) & (capacity - 1)
    }
    return slot * RECEIPT_BYTES
  }

  const put = (receipt: Buffer): void => {
    const at = slotOf(receipt)
    if (slots.readUInt32LE(at + 12) === 0) used += 1
    receipt.copy(slots, at, 0, RECEIPT_BYTES)
  }

  const grow = (): void => {
    const old = slots
    capacity *= 2
    slots = Buffer.alloc(capacity * RECEIPT_BYTES)
    used = 0
    for (let at = 0; at < old.length; at += RECEIPT_BYTES) if (old.readUInt32LE(at + 12) !== 0) put(old.subarray(at, at + RECEIPT_BYTES))
  }

  return {
    put(receipt) {
      if (used * 4 >= capacity * 3) grow()
      put(receipt)
    },
    get(digest) {
      const at = slotOf(digest)
      const seconds = slots.readUInt32LE(at + 12)
      if (seconds === 0) return undefined
      return { atMs: seconds * 1000, rows: slots.readUInt32LE(at + 16), rejectedRows: slots.readUInt32LE(at + 20) }
    },
    size: () => used,
  }
}

/** A growing run of receipts, as it will be written. */
export interface ReceiptList {
  add(receipt: Buffer): void
  bytes(): Buffer
}

export const createReceiptList = (): ReceiptList => {
  let bytes = Buffer.alloc(0)
  let used = 0
  return {
    add(receipt) {
      if (used + RECEIPT_BYTES > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(Math.max(16 * RECEIPT_BYTES, bytes.length))])
      receipt.copy(bytes, used)
      used += RECEIPT_BYTES
    },
    bytes: () => bytes.subarray(0, used),
  }
}

/** `[u32 length][u32 crc][receipts]`: how one retired segment's receipts stand in a file. */
export const encodeReceiptBlock = (receipts: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(receipts.length, 0)
  head.writeUInt32LE(crc32(receipts), 4)
  return Buffer.concat([head, receipts])
}

/** The receipts of all blocks up to the first that is not whole. */
export const decodeReceiptBlocks = (bytes: Buffer): Buffer[] => {
  const receipts: Buffer[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const block = bytes.subarray(at + 8, at + 8 + length)
    if (block.length < length || crc32(block) !== bytes.readUInt32LE(at + 4)) break
    for (let next = 0; next + RECEIPT_BYTES <= length; next += RECEIPT_BYTES) receipts.push(block.subarray(next, next + RECEIPT_BYTES))
    at += 8 + length
  }
  return receipts
}
