import { BATCH_MEMORY_MS } from '@heartwood/protocol'
import { type Files, type OpenFile, readWhole } from './files.ts'
import { decodeReceiptBlocks, encodeReceiptBlock, type ReceiptMemory } from './receipts.ts'

const FOLDER = 'receipts'
const HOUR_MS = 3600 * 1000
const NAME = /^(\d+)-(\d+)\.receipts$/

/** Receipts of segments that are gone, one file an hour; a file is removed when all in it is older than a batch id is remembered. */
export interface ReceiptFiles {
  load(memory: ReceiptMemory): Promise<void>
  /** Durable when it resolves. */
  append(receipts: Buffer): Promise<void>
  close(): Promise<void>
}

const numbersOf = (name: string): { hour: number; run: number } | undefined => {
  const match = NAME.exec(name)
  return match === null ? undefined : { hour: Number(match[1]), run: Number(match[2]) }
}

export const createReceiptFiles = async (files: Files, now: () => number): Promise<ReceiptFiles> => {
  await files.makeFolder(FOLDER)
  let current: { hour: number; file: OpenFile; sizeBytes: number } | undefined
  let nextRun = Math.max(0, ...(await files.list(FOLDER)).map(({ name }) => (numbersOf(name)?.run ?? 0) + 1))

  const isExpired = (hour: number): boolean => now() - (hour + 1) * HOUR_MS > BATCH_MEMORY_MS

  const removeExpired = async (): Promise<void> => {
    for (const { name } of await files.list(FOLDER)) {
      const numbers = numbersOf(name)
      if (numbers === undefined || isExpired(numbers.hour)) await files.remove(`${FOLDER}/${name}`)
    }
  }

  const leave = async (): Promise<void> => {
    const { file } = current ?? {}
    current = undefined
    await file?.close()
  }

  /** Each run and each hour begins a file, and so does a failure: nothing is ever written behind bytes of which we are not sure. */
  const fileOf = async (hour: number) => {
    if (current?.hour === hour) return current
    await leave()
    await removeExpired()
    const name = `${FOLDER}/${hour}-${nextRun}.receipts`
    nextRun += 1
    const file = await files.create(name)
    await files.syncFolder(FOLDER)
    current = { hour, file, sizeBytes: 0 }
    return current
  }

  return {
    async load(memory) {
      const entries = (await files.list(FOLDER)).flatMap(({ name, sizeBytes }) => {
        const numbers = numbersOf(name)
        return numbers === undefined || isExpired(numbers.hour) ? [] : [{ name, sizeBytes, ...numbers }]
      })
      entries.sort((a, b) => a.hour - b.hour || a.run - b.run)
      for (const { name, sizeBytes } of entries) {
        const bytes = await readWhole(files, `${FOLDER}/${name}`, sizeBytes)
        for (const receipts of decodeReceiptBlocks(bytes ?? Buffer.alloc(0))) memory.add(receipts)
      }
    },
    async append(receipts) {
      if (receipts.length === 0) return
      const target = await fileOf(Math.floor(now() / HOUR_MS))
      const block = encodeReceiptBlock(receipts)
      try {
        await target.file.write([block], target.sizeBytes)
        await target.file.sync()
        target.sizeBytes += block.length
      } catch (error) {
        await target.file.truncate(target.sizeBytes).catch(() => undefined)
        await leave().catch(() => undefined)
        throw error
      }
    },
    close: leave,
  }
}
