import type { Appended } from './appender.ts'
import { DAMAGED_FOLDER } from './damage.ts'
import type { Files } from './files.ts'
import type { QueueLog } from './log-types.ts'
import { type Position, segmentName } from './position.ts'
import type { ReceiptFiles } from './receipt-files.ts'
import { createReceiptList, encodeReceipt, type ReceiptMemory } from './receipts.ts'
import type { RecoveredSegment } from './recovery.ts'
import type { Reserve } from './reserve.ts'
import { SEGMENT_HEADER_BYTES } from './segment.ts'

/** The segments there are, oldest first; the last one may still grow. */
export interface SegmentBook {
  list(): readonly { number: number; endOffset: number }[]
  /** Bytes of batches behind the place. */
  bytesFrom(place: Position): number
  begin(number: number): void
  /** Batches that became durable in the newest segment. */
  extend(appended: readonly Appended[]): void
  /** Removes, by and by, the segments of which everything stands before `done`. Their batch ids are durable elsewhere first. */
  retire(done: Position): void
  /** Resolves when nothing is being removed; true when something was. */
  settled(): Promise<boolean>
}

interface SegmentBookOptions {
  files: Files
  recovered: readonly RecoveredSegment[]
  memory: ReceiptMemory
  receiptFiles: ReceiptFiles
  reserve: Reserve
  log: QueueLog
}

export const createSegmentBook = ({ files, recovered, memory, receiptFiles, reserve, log }: SegmentBookOptions): SegmentBook => {
  const segments = [...recovered]
  let retiring: Promise<void> = Promise.resolve()
  let removed = 0

  const retireNow = async (done: Position): Promise<void> => {
    for (let oldest = segments[0]; oldest !== undefined && segments.length > 1; oldest = segments[0]) {
      const isStored = oldest.number < done.segment || (oldest.number === done.segment && oldest.endOffset <= done.offset)
      if (!isStored && oldest.endOffset > SEGMENT_HEADER_BYTES) break
      const receipts = oldest.receipts.bytes()
      await reserve.spend(() => receiptFiles.append(receipts))
      // A file that cannot be removed is tried again with each group; its receipts are written once.
      oldest.receipts = createReceiptList()
      const name = segmentName(oldest.number)
      if (oldest.keepFile) {
        await files.makeFolder(DAMAGED_FOLDER)
        await files.rename(name, `${DAMAGED_FOLDER}/${name}`)
      } else {
        await files.remove(name)
      }
      segments.shift()
      removed += 1
    }
    await reserve.refill()
  }

  return {
    list: () => segments,
    bytesFrom(place) {
      const from = (number: number): number =>
        number < place.segment
          ? Number.POSITIVE_INFINITY
          : number === place.segment
            ? Math.max(place.offset, SEGMENT_HEADER_BYTES)
            : SEGMENT_HEADER_BYTES
      return segments.reduce((sum, { number, endOffset }) => sum + Math.max(0, endOffset - from(number)), 0)
    },
    begin(number) {
      segments.push({ number, endOffset: 0, receipts: createReceiptList(), keepFile: false })
    },
    extend(appended) {
      const newest = segments.at(-1)
      if (newest === undefined) return
      for (const { batch, next } of appended) {
        newest.endOffset = next.offset
        if (batch.batchId === '') continue
        const receipt = encodeReceipt(batch)
        newest.receipts.add(receipt)
        memory.add(receipt)
      }
    },
    retire(done) {
      retiring = retiring
        .then(() => retireNow(done))
        .catch((error: unknown) => log.warn({ err: error }, 'a finished segment of the queue could not be removed yet'))
    },
    async settled() {
      const before = removed
      await retiring
      return removed > before
    },
  }
}
