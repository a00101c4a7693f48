import { HeartwoodError } from '../../errors.ts'
import type { Group } from '../queue.ts'
import type { Appended } from './appender.ts'
import { createCursor, type Queued, type ReadSource, readRange } from './consumer.ts'
import type { Journal } from './journal.ts'
import { comparePositions, formatPosition, type Position } from './position.ts'
import { type Recovery, recordedGroups } from './recovery.ts'

interface TakeLimits {
  maxRows: number
  maxWaitMs: number
}

/** What is handed out, what waits to be, and what a former run had handed out. */
export interface Groups {
  /** A batch became durable. */
  arrived(appended: Appended): void
  /** Lets a taker look again; call it after the last `arrived`. */
  wake(): void
  take(limits: TakeLimits): Promise<Group | undefined>
  acknowledge(group: Group): Promise<void>
  reread(group: Group): Promise<Group>
  split(group: Group, count?: number): Promise<[Group, Group]>
  /** receivedAt of the oldest batch that is not stored. */
  oldestAt(): number | undefined
  /** Takers get nothing more. */
  close(): Promise<void>
}

export interface GroupsOptions {
  source: ReadSource
  recovery: Recovery
  journal: Journal
  hotBytes: number
  groupBytes: number
  now: () => number
  onStored: (stored: { rows: number; sizeBytes: number; done: Position }) => void
}

interface Handed {
  group: Group
  from: Position
  to: Position
  sizeBytes: number
}

const RETRY_MS = 1_000
/** A sleeping taker is woken by the next batch; this is only the timer's upper end. */
const IDLE_MS = 3_600_000

export const createGroups = (options: GroupsOptions): Groups => {
  const { source, recovery, journal, now } = options
  const recorded = recordedGroups(recovery.journal)
  const cursor = createCursor(source, options.hotBytes, recorded.at(-1)?.to ?? recovery.journal.done)
  /** What is in no group yet; `since` is when its first batch became durable, `oldestAt` when that was received. */
  const waiting = { ...recovery.ungrouped, since: 0 }
  let handed: Handed[] = []
  let taking: Promise<unknown> = Promise.resolve()
  let wakeTaker: () => void = () => undefined
  let closed = false

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeTaker = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const toHanded = (parts: Queued[], from: Position, to: Position, mayBeStored: boolean): Handed => {
    const token = `${source.logId.toString('hex')}/${formatPosition(from)}-${formatPosition(to)}`
    const deliveries = parts.map(({ delivery }) => delivery)
    const rows = deliveries.reduce((sum, delivery) => sum + delivery.rows, 0)
    return { group: { token, deliveries, rows, mayBeStored }, from, to, sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
  }

  const hand = (parts: Queued[], from: Position, to: Position, mayBeStored: boolean): Group => {
    const entry = toHanded(parts, from, to, mayBeStored)
    handed.push(entry)
    return entry.group
  }

  /** A group that a former run recorded and did not finish comes again as it was. */
  const takeRecorded = async (): Promise<Group | undefined> => {
    for (let next = recorded[0]; next !== undefined; next = recorded[0]) {
      const parts = await readRange(source, next.from, next.to)
      const isEmpty = parts.length === 0 && handed.length === 0
      // All of it was damaged and set aside.
      if (isEmpty) await journal.recordDone(next.to)
      recorded.shift()
      if (!isEmpty) return hand(parts, next.from, next.to, true)
    }
    return undefined
  }

  const takeFresh = async (limits: TakeLimits): Promise<Group | undefined> => {
    const from = cursor.place
    const before = { ...waiting }
    const parts: Queued[] = []
    let rows = 0
    let bytes = 0
    let next = await cursor.peek()
    for (; next !== undefined; next = await peekAfter(parts)) {
      const over = rows + next.delivery.rows > limits.maxRows || bytes + next.sizeBytes > options.groupBytes
      if (parts.length > 0 && over) break
      cursor.shift()
      parts.push(next)
      rows += next.delivery.rows
      bytes += next.sizeBytes
    }
    const to = cursor.place
    // All that waited has become unreadable: a group of nothing lets the queue forget it.
    const taken = parts.length > 0 ? { frames: parts.length, rows, bytes } : before
    waiting.frames -= taken.frames
    waiting.rows -= taken.rows
    waiting.bytes -= taken.bytes
    if (next !== undefined) Object.assign(waiting, { since: next.durableAt, oldestAt: next.delivery.receivedAt })
    if (comparePositions(from, to) === 0) return undefined
    await recordUntilDurable([from, to])
    return closed ? undefined : hand(parts, from, to, false)
  }

  /** What was taken from the cursor would be lost with a failure: it makes a group, and the next one meets the failure again. */
  const peekAfter = async (taken: readonly Queued[]): Promise<Queued | undefined> => {
    try {
      return await cursor.peek()
    } catch (error) {
      source.log.warn({ err: error, batches: taken.length }, 'the queue could not be read on; a group ends early')
      return undefined
    }
  }

  /** The boundaries of these batches must not change any more, so nothing else can be done than to try again. */
  const recordUntilDurable = async (places: Position[]): Promise<void> => {
    while (!closed) {
      try {
        return await journal.recordGroups(places)
      } catch (error) {
        source.log.error({ err: error }, 'the queue cannot record what it hands out; trying again')
        await sleep(RETRY_MS)
      }
    }
  }

  const takeNext = async (limits: TakeLimits): Promise<Group | undefined> => {
    while (!closed) {
      const group = await takeRecorded()
      if (group !== undefined) return group
      if (closed) break
      if (waiting.frames === 0) {
        await sleep(IDLE_MS)
        continue
      }
      // A clock that was set back must not make them wait for it.
      waiting.since = Math.min(waiting.since, now())
      const left = waiting.since + limits.maxWaitMs - now()
      const isReady = waiting.rows >= limits.maxRows || waiting.bytes >= options.groupBytes || left <= 0
      const fresh = isReady ? await takeFresh(limits) : await sleep(left)
      if (fresh !== undefined) return fresh
    }
    return undefined
  }

  const find = (group: Group): Handed => {
    const entry = handed.find((candidate) => candidate.group.token === group.token)
    if (entry !== undefined) return entry
    throw new HeartwoodError('internal', `The queue did not hand out the group ${group.token}, or it is done with.`)
  }

  return {
    arrived(appended) {
      const { batch, sizeBytes } = appended
      waiting.frames += 1
      waiting.rows += batch.rows
      waiting.bytes += sizeBytes
      if (waiting.frames === 1) Object.assign(waiting, { since: now(), oldestAt: batch.receivedAt })
      cursor.push(appended, now())
    },
    wake: () => wakeTaker(),
    take(limits) {
      const turn = taking.then(() => takeNext(limits))
      taking = turn.catch(() => undefined)
      return turn
    },
    async acknowledge(group) {
      const entry = find(group)
      if (entry !== handed[0]) throw new HeartwoodError('internal', `The group ${group.token} was acknowledged before the one ahead of it.`)
      await journal.recordDone(entry.to)
      handed = handed.filter((other) => other !== entry)
      options.onStored({ rows: entry.group.rows, sizeBytes: entry.sizeBytes, done: entry.to })
    },
    async reread(group) {
      const entry = find(group)
      entry.group = toHanded(await readRange(source, entry.from, entry.to), entry.from, entry.to, entry.group.mayBeStored).group
      return entry.group
    },
    async split(group, count = Math.ceil(group.deliveries.length / 2)) {
      const whole = find(group)
      const parts = await readRange(source, whole.from, whole.to)
      const middle = parts[count - 1]?.next
      if (middle === undefined || count >= parts.length) {
        throw new HeartwoodError('internal', `The group ${group.token} has ${parts.length} deliveries and cannot be split behind ${count}.`)
      }
      await journal.recordGroups([whole.from, middle, whole.to])
      const left = toHanded(parts.slice(0, count), whole.from, middle, true)
      const right = toHanded(parts.slice(count), middle, whole.to, true)
      handed.splice(handed.indexOf(whole), 1, left, right)
      return [left.group, right.group]
    },
    oldestAt() {
      const inHand = handed[0]?.group.deliveries[0]?.receivedAt ?? (recorded.length > 0 ? recovery.oldestAt : undefined)
      return inHand ?? (waiting.frames > 0 ? waiting.oldestAt : undefined)
    },
    async close() {
      closed = true
      wakeTaker()
      await taking
      await cursor.close()
    },
  }
}
