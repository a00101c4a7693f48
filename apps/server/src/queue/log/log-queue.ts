import { HeartwoodError } from '../../errors.ts'
import type { Batch, DeadLetter, Group, Queue } from '../queue.ts'
import { createAdmission } from './admission.ts'
import { type Appended, createAppender, pendingBytes, preparePending } from './appender.ts'
import { createCursor, type Queued, readRange } from './consumer.ts'
import { DAMAGED_FOLDER, type DamageReport } from './damage.ts'
import { openDeadLetters } from './dead-letters.ts'
import { createNodeFiles, type Files } from './files.ts'
import { createJournal, type Journal } from './journal.ts'
import { type QueueLog, silentLog } from './log-types.ts'
import { formatPosition, type Position, segmentName } from './position.ts'
import { createReceiptFiles } from './receipt-files.ts'
import { createReceiptList, createReceiptMemory, encodeReceipt } from './receipts.ts'
import { type RecoveredSegment, recordedGroups, recover } from './recovery.ts'
import { SEGMENT_HEADER_BYTES as FIRST_OFFSET } from './segment.ts'

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
  log?: QueueLog
  /** Called once for each damage found, at open. Default: it is logged. */
  onDamage?: (report: DamageReport) => void
  /** For tests that let the file system fail. */
  files?: Files
}

interface Handed {
  group: Group
  from: Position
  to: Position
  sizeBytes: number
}

const MIB = 1024 * 1024
const RETRY_MS = 1_000
/** A sleeping taker is woken by the next batch; this is only the timer's upper end. */
const IDLE_MS = 3_600_000

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
  const { capBytes, now = Date.now, log = silentLog, groupBytes = 64 * MIB } = options
  const files = options.files ?? createNodeFiles(options.folder)
  const onDamage = options.onDamage ?? ((report: DamageReport) => log.error({ ...report }, report.message))
  await files.makeFolder('')
  const memory = createReceiptMemory({
    limit: options.rememberedBatches ?? 2_000_000,
    now,
    onForgotten: (count) => log.warn({ count }, 'more batch ids within a day than are remembered; the oldest were forgotten early'),
  })
  const receiptFiles = await createReceiptFiles(files, now)
  await receiptFiles.load(memory)
  const recovery = await recover({ files, memory, log, onDamage })
  const { logId } = recovery
  const deadLetters = await openDeadLetters({ files, logId, now, onDamage })
  const journal: Journal = await createJournal(files, recovery.journal)

  const segments: RecoveredSegment[] = [...recovery.segments]
  const recorded = recordedGroups(recovery.journal)
  /** What is in no group yet; `since` is when its first batch became durable, `oldestAt` when that was received. */
  const waiting = { ...recovery.ungrouped, since: 0 }
  const live = { rows: recovery.rows, bytes: recovery.bytes, reserved: 0 }
  let done: Position = recovery.journal.done
  let lastStoredAt = Number.NEGATIVE_INFINITY
  let handed: Handed[] = []
  let closing: Promise<void> | undefined
  let wakeTaker: () => void = () => undefined
  let taking: Promise<unknown> = Promise.resolve()
  let retiring: Promise<void> = Promise.resolve()

  const book = { list: () => segments }
  const source = { files, logId, segments: book, log }
  const cursor = createCursor({ ...source, hotBytes: options.hotBytes ?? 64 * MIB }, recorded.at(-1)?.to ?? done, recovery.ungrouped.frames)

  const admission = createAdmission({
    capBytes,
    load: () => ({ bytes: live.bytes + live.reserved + deadLetters.bytes, rows: live.rows, lastStoredAt }),
    reserve: (bytes) => {
      live.reserved += bytes
    },
    now,
    paceRows: options.paceRows ?? 150_000,
    paceMs: options.paceMs ?? 100,
    roomMs: options.roomMs ?? 5_000,
  })

  const onDurable = (appended: Appended[]): void => {
    const segment = segments.at(-1)
    for (const entry of appended) {
      const { batch, sizeBytes } = entry
      live.rows += batch.rows
      live.bytes += sizeBytes
      live.reserved -= sizeBytes
      waiting.frames += 1
      waiting.rows += batch.rows
      waiting.bytes += sizeBytes
      if (waiting.frames === 1) Object.assign(waiting, { since: now(), oldestAt: batch.receivedAt })
      if (segment !== undefined) segment.endOffset = entry.next.offset
      if (batch.batchId !== '') {
        const receipt = encodeReceipt(batch)
        segment?.receipts.add(receipt)
        memory.add(receipt)
      }
      cursor.push(entry, now())
    }
    wakeTaker()
  }

  const appender = createAppender({
    files,
    logId,
    firstSegment: recovery.nextSegment,
    previous: segments.at(-1) ?? { number: 0, endOffset: 0 },
    segmentBytes: Math.min(options.segmentBytes ?? 64 * MIB, Math.max(64 * 1024, Math.floor(capBytes / 8))),
    now,
    log,
    onDurable,
    onSegment: (number) => {
      segments.push({ number, endOffset: 0, receipts: createReceiptList(), keepFile: false })
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

  /** Deletes segments of which everything is stored; the newest stays. Their batch ids are durable elsewhere first. */
  const retire = async (): Promise<void> => {
    for (let oldest = segments[0]; oldest !== undefined && segments.length > 1; oldest = segments[0]) {
      const finished =
        oldest.number < done.segment || (oldest.number === done.segment && oldest.endOffset <= done.offset) || oldest.endOffset <= FIRST_OFFSET
      if (!finished) return
      await receiptFiles.append(oldest.receipts.bytes())
      const name = segmentName(oldest.number)
      if (oldest.keepFile) await files.makeFolder(DAMAGED_FOLDER)
      if (oldest.keepFile) await files.rename(name, `${DAMAGED_FOLDER}/${name}`)
      else await files.remove(name)
      segments.shift()
    }
  }

  const retireSoon = (): void => {
    retiring = retiring.then(retire).catch((error: unknown) => log.warn({ err: error }, 'a finished segment of the queue could not be removed yet'))
  }

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeTaker = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const toGroup = (parts: Queued[], from: Position, to: Position): Group => {
    const deliveries = parts.map(({ delivery }) => delivery)
    const rows = deliveries.reduce((sum, delivery) => sum + delivery.rows, 0)
    return { token: `${logId.toString('hex')}/${formatPosition(from)}-${formatPosition(to)}`, deliveries, rows }
  }

  const toHanded = (parts: Queued[], from: Position, to: Position): Handed => ({
    group: toGroup(parts, from, to),
    from,
    to,
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  })

  const hand = (parts: Queued[], from: Position, to: Position): Group => {
    const entry = toHanded(parts, from, to)
    handed.push(entry)
    return entry.group
  }

  /** A group that a former run recorded and did not finish comes again as it was. */
  const takeRecorded = async (): Promise<Group | undefined> => {
    for (let next = recorded.shift(); next !== undefined; next = recorded.shift()) {
      const parts = await readRange(source, next.from, next.to)
      if (parts.length > 0 || handed.length > 0) return hand(parts, next.from, next.to)
      await finish(next.to)
    }
    return undefined
  }

  const takeFresh = async (limits: { maxRows: number }): Promise<Group | undefined> => {
    const from = cursor.place
    const parts: Queued[] = []
    let rows = 0
    let bytes = 0
    let next = await cursor.peek()
    for (; next !== undefined; next = await cursor.peek()) {
      const over = rows + next.delivery.rows > limits.maxRows || bytes + next.sizeBytes > groupBytes
      if (parts.length > 0 && over) break
      cursor.shift()
      parts.push(next)
      rows += next.delivery.rows
      bytes += next.sizeBytes
    }
    waiting.frames -= parts.length
    waiting.rows -= rows
    waiting.bytes -= bytes
    if (parts.length === 0) Object.assign(waiting, { frames: 0, rows: 0, bytes: 0 })
    if (next !== undefined) Object.assign(waiting, { since: next.durableAt, oldestAt: next.delivery.receivedAt })
    if (parts.length === 0) return undefined
    const to = cursor.place
    for (;;) {
      if (closing !== undefined) return undefined
      try {
        await journal.recordGroups([from, to])
        return hand(parts, from, to)
      } catch (error) {
        log.error({ err: error }, 'the queue cannot record what it hands out; trying again')
        await sleep(RETRY_MS)
      }
    }
  }

  const takeNext = async (limits: { maxRows: number; maxWaitMs: number }): Promise<Group | undefined> => {
    while (closing === undefined) {
      const group = await takeRecorded()
      if (group !== undefined) return group
      if (waiting.frames === 0) {
        await sleep(IDLE_MS)
        continue
      }
      const left = waiting.since + limits.maxWaitMs - now()
      const ready = waiting.rows >= limits.maxRows || waiting.bytes >= groupBytes || left <= 0
      const fresh = ready ? await takeFresh(limits) : undefined
      if (fresh !== undefined) return fresh
      if (closing === undefined && !ready) await sleep(left)
    }
    return undefined
  }

  const finish = async (to: Position): Promise<void> => {
    await journal.recordDone(to)
    done = to
    retireSoon()
  }

  /** The oldest group handed out must be this one. */
  const indexOf = (group: Group): number => {
    const index = handed.findIndex((entry) => entry.group.token === group.token)
    if (index !== -1) return index
    throw new HeartwoodError('internal', `The queue did not hand out the group ${group.token}, or it is done with.`)
  }

  const acknowledge = async (group: Group): Promise<void> => {
    const first = handed[indexOf(group)]
    if (first === undefined || first !== handed[0]) {
      throw new HeartwoodError('internal', `The group ${group.token} was acknowledged before the one ahead of it.`)
    }
    await finish(first.to)
    handed = handed.filter((entry) => entry !== first)
    live.rows -= group.rows
    live.bytes -= first.sizeBytes
    lastStoredAt = now()
    admission.wake()
  }

  const reread = async (group: Group): Promise<Group> => {
    const entry = handed[indexOf(group)]
    if (entry === undefined) return group
    const parts = await readRange(source, entry.from, entry.to)
    entry.group = toGroup(parts, entry.from, entry.to)
    return entry.group
  }

  const split = async (group: Group, count = Math.ceil(group.deliveries.length / 2)): Promise<[Group, Group]> => {
    const whole = handed[indexOf(group)]
    const parts = whole === undefined ? [] : await readRange(source, whole.from, whole.to)
    const middle = parts[count - 1]?.next
    if (whole === undefined || middle === undefined || count >= parts.length) {
      throw new HeartwoodError('internal', `The group ${group.token} has ${parts.length} deliveries and cannot be split behind ${count}.`)
    }
    await journal.recordGroups([whole.from, middle, whole.to])
    const index = handed.indexOf(whole)
    const left = toHanded(parts.slice(0, count), whole.from, middle)
    const right = toHanded(parts.slice(count), middle, whole.to)
    handed.splice(index, 1, left, right)
    return [left.group, right.group]
  }

  const replay = async (id: string): Promise<number> => {
    const letter: DeadLetter | undefined = await deadLetters.get(id)
    if (letter === undefined) throw new HeartwoodError('dead-letter-not-found', `There is no dead letter ${id}.`)
    const { batch } = letter
    // Its own batch id makes a replay that a crash cut off between its two steps harmless.
    const batchId = `replay/${id}/${letter.at}`
    if (memory.find(batch.projectId, batchId) === undefined) await publish({ ...batch, batchId, receivedAt: now() as Batch['receivedAt'] })
    await deadLetters.remove(id)
    admission.wake()
    return batch.rows
  }

  const oldestMs = (): number => {
    const inHand = handed[0]?.group.deliveries[0]?.receivedAt ?? (recorded.length > 0 ? recovery.oldestAt : undefined)
    const oldest = inHand ?? (waiting.frames > 0 ? waiting.oldestAt : undefined)
    return oldest === undefined ? 0 : Math.max(0, now() - oldest)
  }

  const shutDown = async (): Promise<void> => {
    admission.close()
    await appender.close()
    wakeTaker()
    await taking.catch(() => undefined)
    await retiring
    await cursor.close()
    await journal.close()
    await receiptFiles.close()
  }

  retireSoon()
  await retiring

  return {
    publish,
    recall: (projectId, batchId) => memory.find(projectId, batchId),
    take(limits) {
      const turn = taking.then(() => takeNext(limits))
      taking = turn.catch(() => undefined)
      return turn
    },
    acknowledge,
    reread,
    async deadLetter(group, reason) {
      for (const delivery of (await reread(group)).deliveries) await deadLetters.add(delivery, reason)
      await acknowledge(group)
    },
    split,
    deadLetters: { list: deadLetters.list, get: deadLetters.get, replay },
    depth: () => ({
      bytes: live.bytes + live.reserved + deadLetters.bytes,
      capBytes,
      rows: live.rows,
      oldestMs: oldestMs(),
      deadLetters: deadLetters.count,
    }),
    close() {
      closing ??= shutDown()
      return closing
    },
  }
}
