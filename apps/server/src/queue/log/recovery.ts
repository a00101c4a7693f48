import { randomBytes } from 'node:crypto'
import type { Backlog } from './backlog.ts'
import { copyDamaged, DAMAGED_FOLDER, type DamageReport } from './damage.ts'
import { type Files, isTemporary, type OpenFile } from './files.ts'
import { JOURNAL_NAME, type JournalState, loadJournal } from './journal.ts'
import type { QueueLog } from './log-types.ts'
import { comparePositions, type Position, segmentName, segmentOfName } from './position.ts'
import { type PlacedFrame, readFrames } from './read-frames.ts'
import { createReceiptList, encodeReceipt, type ReceiptList, type ReceiptMemory } from './receipts.ts'
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader } from './segment.ts'

export interface RecoveredSegment {
  number: number
  endOffset: number
  receipts: ReceiptList
  /** It holds damaged bytes of which no copy could be made: the file must not be deleted. */
  keepFile: boolean
}

export interface Recovery {
  logId: Buffer
  journal: JournalState
  segments: RecoveredSegment[]
  /** receivedAt of the oldest that waits. */
  oldestAt: number | undefined
  /** What stands behind the last recorded group. */
  ungrouped: { frames: number; rows: number; bytes: number; oldestAt: number }
  nextSegment: number
}

interface Found {
  number: number
  sizeBytes: number
  header: SegmentHeader | undefined
}

interface RecoveryOptions {
  files: Files
  memory: ReceiptMemory
  /** Gets what is not stored yet. */
  backlog: Pick<Backlog, 'add'>
  /** A group ends when its batches have so many bytes. */
  groupBytes: number
  log: QueueLog
  onDamage: (report: DamageReport) => void
}

/** Rows at which a group ends that is made here. */
const GROUP_ROWS = 100_000

/**
 * Reads what a former run left: every frame that can be read is kept, damaged bytes are copied aside and reported, a torn end is ignored.
 * Writes nothing but those copies.
 * @throws HeartwoodError `data-newer`
 */
export const recover = async ({ files, memory, backlog, groupBytes, log, onDamage }: RecoveryOptions): Promise<Recovery> => {
  const found = await findSegments(files)
  const loaded = await loadJournal(files)
  const logId = loaded?.state?.logId ?? found.find(({ header }) => header !== undefined)?.header?.logId ?? randomBytes(8)
  const journal: JournalState = loaded?.state ?? { logId, done: { segment: found[0]?.number ?? 0, offset: 0 }, boundaries: [] }
  const mayForget = reportJournal(loaded, found.length, onDamage)

  const ends = new Map(found.flatMap(({ header }) => (header === undefined ? [] : [[header.previous.number, header.previous.endOffset]])))
  const lastGrouped = journal.boundaries.at(-1) ?? journal.done
  const result: Recovery = {
    logId,
    journal,
    segments: [],
    oldestAt: undefined,
    ungrouped: { frames: 0, rows: 0, bytes: 0, oldestAt: 0 },
    nextSegment: Math.max(0, ...found.map(({ number }) => number), journal.done.segment, lastGrouped.segment) + 1,
  }

  let end = lastGrouped
  /** What a damaged journal names no group of may have been handed out all the same: as a recorded group it is compared with what is stored. */
  const groupTo = (place: Position): void => {
    journal.boundaries.push(place)
    result.ungrouped = { frames: 0, rows: 0, bytes: 0, oldestAt: 0 }
  }

  const count = (frame: PlacedFrame, receipts: ReceiptList): void => {
    const { batch, sizeBytes, position, next } = frame
    if (batch.batchId !== '') {
      const receipt = encodeReceipt(batch)
      receipts.add(receipt)
      memory.add(receipt)
    }
    if (comparePositions(next, journal.done) <= 0) return
    result.oldestAt ??= batch.receivedAt
    backlog.add(position.segment, batch)
    if (comparePositions(next, lastGrouped) <= 0) return
    const { frames, rows, bytes } = result.ungrouped
    if (mayForget && frames > 0 && (rows + batch.rows > GROUP_ROWS || bytes + sizeBytes > groupBytes)) groupTo(position)
    if (result.ungrouped.frames === 0) result.ungrouped.oldestAt = batch.receivedAt
    result.ungrouped.frames += 1
    result.ungrouped.rows += batch.rows
    result.ungrouped.bytes += sizeBytes
    end = next
  }

  for (const { number, sizeBytes, header } of found) {
    const name = segmentName(number)
    const file = await files.open(name)
    if (file === undefined) continue
    try {
      const keeper = createKeeper(files, file, name, log, onDamage)
      if (header === undefined && sizeBytes > SEGMENT_HEADER_BYTES) await keeper.keep(0, SEGMENT_HEADER_BYTES, 'its header')
      const isForeign = header !== undefined && !header.logId.equals(logId)
      if (isForeign) await keeper.keep(0, sizeBytes, 'all of it, which belongs to another log')
      const limit = isForeign ? 0 : Math.min(sizeBytes, ends.get(number) ?? sizeBytes)
      const receipts = createReceiptList()
      let endOffset = Math.min(SEGMENT_HEADER_BYTES, limit)
      for (let offset = SEGMENT_HEADER_BYTES; offset < limit; ) {
        const { frames, nextOffset, damage } = await readFrames({ file, segment: number, mark: logId, limit }, offset)
        for (const frame of frames) count(frame, receipts)
        if (frames.length > 0) endOffset = nextOffset
        if (damage?.torn)
          log.warn(
            { segment: name, bytes: damage.toOffset - damage.fromOffset },
            'the queue ended in a half-written batch, never acknowledged; dropped it',
          )
        else if (damage !== undefined) await keeper.keep(damage.fromOffset, damage.toOffset, `bytes ${damage.fromOffset} to ${damage.toOffset}`)
        offset = nextOffset
      }
      result.segments.push({ number, endOffset, receipts, keepFile: keeper.failed() })
    } finally {
      await file.close()
    }
  }
  if (mayForget && result.ungrouped.frames > 0) groupTo(end)
  return result
}

const findSegments = async (files: Files): Promise<Found[]> => {
  const found: Found[] = []
  for (const { name, sizeBytes } of await files.list('')) {
    if (isTemporary(name)) await files.remove(name)
    const number = segmentOfName(name)
    const file = number === undefined ? undefined : await files.open(name)
    if (number === undefined || file === undefined) continue
    try {
      const header = decodeSegmentHeader(await file.read(0, SEGMENT_HEADER_BYTES))
      found.push({ number, sizeBytes, header: header?.number === number ? header : undefined })
    } finally {
      await file.close()
    }
  }
  return found.sort((a, b) => a.number - b.number)
}

/** @returns whether it may have held more than what could be read of it. */
const reportJournal = (loaded: Awaited<ReturnType<typeof loadJournal>>, segments: number, onDamage: (report: DamageReport) => void): boolean => {
  const lost = loaded?.state === undefined && segments > 0
  const damagedLines = loaded?.damagedLines ?? 0
  if (!lost && damagedLines === 0) return false
  const what = lost
    ? `The queue's record of what is stored already (${JOURNAL_NAME}) cannot be read`
    : `${damagedLines} lines of the queue's ${JOURNAL_NAME} are damaged`
  const message = `${what}; what the log still holds is compared with the stored events by their ids, so that nothing is lost and nothing stored twice.`
  onDamage({ code: 'queue-damaged', file: JOURNAL_NAME, setAside: '', damagedBytes: 0, message })
  return true
}

const createKeeper = (files: Files, file: OpenFile, name: string, log: QueueLog, onDamage: (report: DamageReport) => void) => {
  let failed = false
  return {
    failed: () => failed,
    async keep(fromOffset: number, toOffset: number, what: string): Promise<void> {
      const copy = `${name}-${fromOffset}.bin`
      const damagedBytes = toOffset - fromOffset
      let setAside = `${DAMAGED_FOLDER}/${copy}`
      try {
        if (!(await copyDamaged(files, file, copy, fromOffset, toOffset))) return
      } catch (error) {
        failed = true
        setAside = ''
        log.error({ err: error, segment: name }, 'damaged bytes of the queue could not be copied')
      }
      const place = setAside === '' ? 'No copy could be made' : `A copy is in ${setAside}`
      const message = `The queue's segment ${name} is damaged (${what}); everything else in it was kept. ${place}.`
      onDamage({ code: 'queue-damaged', file: name, setAside, damagedBytes, message })
    },
  }
}

/** Where the group that begins at `from` ends, for each recorded group. */
export const recordedGroups = ({ done, boundaries }: JournalState): { from: Position; to: Position }[] =>
  boundaries.map((to, index) => ({ from: boundaries[index - 1] ?? done, to }))
