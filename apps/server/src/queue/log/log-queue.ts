import { type UnixMs, unixMs } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import type { AccountRows, Batch, Delivery, Group, Queue } from '../queue.ts'
import { createAdmission } from './admission.ts'
import { createAppender, pendingBytes, preparePending } from './appender.ts'
import { createBacklog } from './backlog.ts'
import { type DamageReport, setAsideBefore } from './damage.ts'
import { type LetterSummary, openDeadLetters } from './dead-letters.ts'
import { createNodeFiles, type Files } from './files.ts'
import { createGroups } from './groups.ts'
import { createJournal } from './journal.ts'
import { type QueueLog, silentLog } from './log-types.ts'
import { createReceiptFiles } from './receipt-files.ts'
import { createReceiptMemory } from './receipts.ts'
import { recover } from './recovery.ts'
import { createReserve } from './reserve.ts'
import { createSegmentBook } from './segment-book.ts'

export interface LogQueueOptions {
  /** Created when absent. Only one process may use it at a time. */
  folder: string
  /** Bytes of waiting batches and dead letters together. The folder grows beyond it by one segment at most, and by 24 bytes for each batch id of the last day. */
  capBytes: number
  /** Default 64 MiB, at most an eighth of the cap. */
  segmentBytes?: number
  /** Memory for payloads of fresh batches; default 64 MiB. */
  hotBytes?: number
  /** A group ends when its batches have so many bytes; default 64 MiB. */
  groupBytes?: number
  /** Batch ids remembered at most; default 2 million (about 100 MB when full). Beyond it the oldest are forgotten first. */
  rememberedBatches?: number
  /** Waiting rows beyond which publishers are slowed to the pace of the store; default 150,000. */
  paceRows?: number
  /** Longest delay of one publish for it; default 100 ms. */
  paceMs?: number
  /** How long a publish waits for room when the log is full; default 5 s. */
  roomMs?: number
  now?: () => number
  /** Whether the disk has room for storing so many waiting bytes; where it has not, batches are refused. Default: a batch is refused when its write fails. */
  hasRoom?: (waitingBytes: number) => boolean
  log?: QueueLog
  /** Called once for each damage found, at open. Default: it is logged. */
  onDamage?: (report: DamageReport) => void
  /** Told of rows that were acknowledged and have become unreadable while they waited. */
  onLost?: (lost: AccountRows) => void
  /** For tests that let the file system fail. */
  files?: Files
}

const MIB = 1024 * 1024
/** The batch id of a replay: it makes one harmless that was cut off before the letter was removed. */
const replayId = ({ id, at }: { id: string; at: UnixMs }): string => `replay/${id}/${at}`

/**
 * The queue of one process: an append-only log of segment files, a journal of what was handed out, receipts of batch ids and a folder
 * of dead letters.
 * @throws HeartwoodError `data-folder-unusable`, `data-newer`
 */
export const createLogQueue = async (options: LogQueueOptions): Promise<Queue> => {
  try {
    return await openLogQueue(options)
  } catch (cause) {
    if (cause instanceof HeartwoodError) throw cause
    throw new HeartwoodError(
      'data-folder-unusable',
      `The queue in ${options.folder} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        cause,
      },
    )
  }
}

const openLogQueue = async (options: LogQueueOptions): Promise<Queue> => {
  const { capBytes, now = Date.now, log = silentLog } = options
  const files = options.files ?? createNodeFiles(options.folder)
  const report = options.onDamage ?? ((damage: DamageReport) => log.error({ ...damage }, damage.message))
  await files.makeFolder('')
  const damaged = await setAsideBefore(files)
  const onDamage = (damage: DamageReport): void => {
    report(damage)
    // Damage to the journal costs no events.
    if (damage.damagedBytes === 0) return
    damaged.pieces += 1
    damaged.bytes += damage.damagedBytes
  }
  const memory = createReceiptMemory({
    limit: options.rememberedBatches ?? 2_000_000,
    now,
    onForgotten: (count) => log.warn({ count }, 'more batch ids within a day than are remembered; the oldest were forgotten early'),
  })
  const segmentBytes = Math.min(options.segmentBytes ?? 64 * MIB, Math.max(64 * 1024, Math.floor(capBytes / 8)))
  const reserve = await createReserve(files, Math.floor(segmentBytes / 16), log)
  const receiptFiles = await createReceiptFiles(files, now)
  await receiptFiles.load(memory)
  const backlog = createBacklog()
  const groupBytes = options.groupBytes ?? 64 * MIB
  const recovery = await recover({ files, memory, backlog, groupBytes, log, onDamage })
  const { logId } = recovery
  const deadLetters = await openDeadLetters({ files, logId, now, onDamage })
  const journal = await createJournal(files, recovery.journal, reserve)
  const segments = createSegmentBook({ files, recovered: recovery.segments, memory, receiptFiles, reserve, log })

  /** `reserved` are the bytes of batches that are being written; all before `done` is stored. */
  const live = {
    bytes: segments.bytesFrom(recovery.journal.done),
    reserved: 0,
    done: recovery.journal.done,
    lastStoredAt: Number.NEGATIVE_INFINITY,
    lostRows: 0,
  }
  let closing: Promise<void> | undefined

  const groups = createGroups({
    source: { files, logId, segments, log },
    recovery,
    journal,
    hotBytes: options.hotBytes ?? 64 * MIB,
    groupBytes,
    now,
    onStored({ done }) {
      live.done = done
    },
  })

  /** @param deliveries what of the group was stored or set aside */
  const forget = async (group: Group, deliveries: readonly Delivery[]): Promise<void> => {
    await groups.acknowledge(group)
    backlog.stored(deliveries)
    for (const lost of backlog.settle(live.done, segments.list())) {
      live.lostRows += lost.rows
      options.onLost?.(lost)
    }
    live.bytes = segments.bytesFrom(live.done)
    live.lastStoredAt = now()
    segments.retire(live.done)
    admission.wake()
  }

  const usedBytes = (): number => live.bytes + live.reserved + deadLetters.bytes

  const admission = createAdmission({
    capBytes,
    load: () => ({ bytes: usedBytes(), rows: backlog.rows, lastStoredAt: live.lastStoredAt }),
    reserve: (bytes) => {
      live.reserved += bytes
    },
    now,
    paceRows: options.paceRows ?? 150_000,
    paceMs: options.paceMs ?? 100,
    roomMs: options.roomMs ?? 5_000,
  })

  const appender = createAppender({
    files,
    logId,
    firstSegment: recovery.nextSegment,
    previous: recovery.segments.at(-1) ?? { number: 0, endOffset: 0 },
    segmentBytes,
    now,
    hasRoom: () => options.hasRoom?.(live.bytes + live.reserved) ?? true,
    makeRoom: segments.settled,
    log,
    onSegment: segments.begin,
    onDurable(appended) {
      segments.extend(appended)
      for (const entry of appended) {
        backlog.add(entry.position.segment, entry.batch)
        live.bytes += entry.sizeBytes
        live.reserved -= entry.sizeBytes
        groups.arrived(entry)
      }
      groups.wake()
    },
  })

  const publish = async (batch: Batch): Promise<void> => {
    const pending = preparePending(logId, batch)
    const bytes = pendingBytes(pending)
    await admission.admit(bytes)
    try {
      await appender.append(pending)
    } catch (error) {
      live.reserved -= bytes
      admission.wake()
      throw error
    }
  }

  /** A second click must not publish a letter that the first has not removed yet. */
  const replaying = new Map<string, Promise<number>>()
  const replay: Queue['deadLetters']['replay'] = (id, onPublish) => {
    const running = replaying.get(id) ?? replayNow(id, onPublish).finally(() => replaying.delete(id))
    replaying.set(id, running)
    return running
  }

  const replayNow = async (id: string, onPublish: ((batch: Batch) => () => void) | undefined): Promise<number> => {
    const letter = await deadLetters.get(id)
    if (letter === undefined) throw new HeartwoodError('dead-letter-not-found', `There is no dead letter ${id}.`)
    const { batch } = letter
    const batchId = replayId(letter)
    if (memory.find(batch.projectId, batchId) === undefined) {
      const takeBack = onPublish?.(batch)
      try {
        await publish({ ...batch, batchId, receivedAt: unixMs(now()) })
      } catch (error) {
        takeBack?.()
        throw error
      }
    }
    await deadLetters.remove(id)
    admission.wake()
    return batch.rows
  }

  const discard = async (projectId: number): Promise<AccountRows[]> => {
    const letters = (await deadLetters.summaries()).filter((letter) => letter.projectId === projectId)
    for (const { id } of letters) await deadLetters.remove(id)
    admission.wake()
    return letters
  }

  const shutDown = async (): Promise<void> => {
    admission.close()
    await appender.close()
    await groups.close()
    await segments.settled()
    await journal.close()
    await receiptFiles.close()
  }

  segments.retire(recovery.journal.done)
  await segments.settled()
  const letters: LetterSummary[] = []
  for (const letter of await deadLetters.summaries()) {
    // In the log again: only its removal was cut off. Batch ids are forgotten, so that waiting for the next replay could store it twice.
    if (memory.find(letter.projectId, replayId(letter)) !== undefined) await deadLetters.remove(letter.id)
    else letters.push(letter)
  }
  const left = { waiting: backlog.list(), deadLettered: letters }

  return {
    left,
    publish,
    recall: memory.find,
    take: groups.take,
    async acknowledge(group) {
      // One that a crash kept from being forgotten when it was set aside, and that was stored now, must not be replayed too.
      for (const delivery of group.deliveries) await deadLetters.withdraw(delivery)
      await forget(group, group.deliveries)
    },
    async deadLetter(group, reason) {
      const { deliveries } = await groups.reread(group)
      const wanted = new Set(group.deliveries.map(({ position }) => position))
      for (const delivery of deliveries) if (wanted.has(delivery.position)) await deadLetters.add(delivery, reason)
      await forget(group, deliveries)
    },
    reread: groups.reread,
    split: groups.split,
    deadLetters: { list: deadLetters.list, get: deadLetters.get, replay, discard },
    depth() {
      const oldestAt = groups.oldestAt()
      const oldestMs = oldestAt === undefined ? 0 : Math.max(0, now() - oldestAt)
      return { bytes: usedBytes(), capBytes, rows: backlog.rows, oldestMs, deadLetters: deadLetters.count, lostRows: live.lostRows }
    },
    damaged: () => ({ ...damaged }),
    close() {
      closing ??= shutDown()
      return closing
    },
  }
}
