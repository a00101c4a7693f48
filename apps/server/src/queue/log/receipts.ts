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
  /** One receipt, or many one behind the other. */
  add(receipts: Buffer): void
  find(projectId: number, batchId: string): RememberedBatch | undefined
  readonly size: number
}

export const createReceiptMemory = (options: { limit: number; now: () => number; onForgotten?: (count: number) => void }): ReceiptMemory => {
  const generationLimit = Math.max(1, Math.floor(options.limit / GENERATIONS_AT_LIMIT))
  let generations: Generation[] = []
  let size = 0

  const current = (at: number): Generation => {
    const newest = generations.at(-1)
    if (newest !== undefined && newest.table.size() < generationLimit && at - newest.startedAt < GENERATION_MS) return newest
    const next = { table: createTable(), startedAt: at, newestAt: 0 }
    generations.push(next)
    forget()
    return next
  }

  const forget = (): void => {
    const oldest = options.now() - BATCH_MEMORY_MS
    let early = 0
    generations = generations.filter(({ table, newestAt }, index) => {
      const isNewest = index === generations.length - 1
      const expired = newestAt < oldest && !isNewest
      const over = !expired && size > options.limit - generationLimit && !isNewest
      if (!expired && !over) return true
      size -= table.size()
      if (over) early += table.size()
      return false
    })
    if (early > 0) options.onForgotten?.(early)
  }

  return {
    add(receipts) {
      const view = viewOf(receipts)
      const now = options.now()
      for (let at = 0; at + RECEIPT_BYTES <= receipts.length; at += RECEIPT_BYTES) {
        const generation = current(now)
        if (generation.table.put(view, at)) size += 1
        generation.newestAt = Math.max(generation.newestAt, view.getUint32(at + 12, true) * 1000)
      }
    },
    find(projectId, batchId) {
      const digest = viewOf(digestOf(projectId, batchId))
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

interface Generation {
  table: Table
  startedAt: number
  newestAt: number
}

interface Table {
  /** True when it is new. */
  put(receipts: DataView, at: number): boolean
  get(digest: DataView): { atMs: number; rows: number; rejectedRows: number } | undefined
  size(): number
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Open addressing over one buffer of receipts; a slot whose time is 0 is free. */
const createTable = (): Table => {
  let capacity = 64
  let slots = new DataView(new ArrayBuffer(capacity * RECEIPT_BYTES))
  let used = 0

  const slotOf = (from: DataView, at: number): number => {
    const first = from.getUint32(at, true)
    const second = from.getUint32(at + 4, true)
    const third = from.getUint32(at + 8, true)
    for (let slot = first & (capacity - 1); ; slot = (slot + 1) & (capacity - 1)) {
      const place = slot * RECEIPT_BYTES
      if (slots.getUint32(place + 12, true) === 0) return place
      const isSame =
        slots.getUint32(place, true) === first && slots.getUint32(place + 4, true) === second && slots.getUint32(place + 8, true) === third
      if (isSame) return place
    }
  }

  const put = (from: DataView, at: number): boolean => {
    const place = slotOf(from, at)
    const isNew = slots.getUint32(place + 12, true) === 0
    for (let offset = 0; offset < RECEIPT_BYTES; offset += 4) slots.setUint32(place + offset, from.getUint32(at + offset, true), true)
    if (isNew) used += 1
    return isNew
  }

  const grow = (): void => {
    const old = slots
    capacity *= 2
    slots = new DataView(new ArrayBuffer(capacity * RECEIPT_BYTES))
    used = 0
    for (let at = 0; at < old.byteLength; at += RECEIPT_BYTES) if (old.getUint32(at + 12, true) !== 0) put(old, at)
  }

  return {
    put(receipts, at) {
      if (used * 4 >= capacity * 3) grow()
      return put(receipts, at)
    },
    get(digest) {
      const place = slotOf(digest, 0)
      const seconds = slots.getUint32(place + 12, true)
      if (seconds === 0) return undefined
      return { atMs: seconds * 1000, rows: slots.getUint32(place + 16, true), rejectedRows: slots.getUint32(place + 20, true) }
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

/** The contents of all blocks up to the first that is not whole. */
export const decodeReceiptBlocks = (bytes: Buffer): Buffer[] => {
  const blocks: Buffer[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const block = bytes.subarray(at + 8, at + 8 + length)
    if (block.length < length || crc32(block) !== bytes.readUInt32LE(at + 4)) break
    blocks.push(block)
    at += 8 + length
  }
  return blocks
}
