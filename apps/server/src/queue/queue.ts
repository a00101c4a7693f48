import type { UnixMs } from '@heartwood/protocol'

/** What one request left to be stored. `payload` is an encoded block of events (store/events/block). */
export interface Batch {
  projectId: number
  /** The receiver that took it (`native`, `raw`, `syslog`, …). */
  door: string
  /** Key that brought it, `''` when there was none (syslog). */
  keyId: string
  /** Given by the client, or `''`; unique within a project. */
  batchId: string
  receivedAt: UnixMs
  rows: number
  /** Entries of the request that were refused, so that a repeat gets the same answer. */
  rejectedRows: number
  payload: Uint8Array
}

export interface Delivery extends Batch {
  /** Place in the queue, unique and rising: `segment:offset` or a broker's id. */
  position: string
}

/**
 * Deliveries to be stored together. Its composition is durable before it is handed out: after a crash the same token comes with the
 * same deliveries in the same order, so that the engine recognises the repeat of an insert.
 */
export interface Group {
  token: string
  deliveries: Delivery[]
  rows: number
  /** It was in hand before, in a run that ended or as part of a group that was split: some of it may be stored already. */
  mayBeStored: boolean
}

/** Rows of one account. */
export interface AccountRows {
  projectId: number
  door: string
  keyId: string
  rows: number
}

interface QueueDepth {
  bytes: number
  capBytes: number
  /** Rows that are durable but not yet acknowledged as stored. */
  rows: number
  /** Age of the oldest waiting batch in milliseconds; 0 when there is none. */
  oldestMs: number
  deadLetters: number
  /** Rows that have become unreadable while they waited, since the start. */
  lostRows: number
}

/** What could not be read. */
export interface DamagedPieces {
  pieces: number
  bytes: number
}

export interface DeadLetter {
  id: string
  /** Of the payload. */
  sizeBytes: number
  at: UnixMs
  reason: string
  batch: Batch
}

export interface RememberedBatch {
  rows: number
  rejectedRows: number
}

/** Bounded, durable, at-least-once; the token of a group and the ids of its events make storing exactly-once. */
export interface Queue {
  /** What a former run left, as it was when the queue was opened. */
  left: { waiting: readonly AccountRows[]; deadLettered: readonly AccountRows[] }
  /**
   * Resolves when the batch is durable. Near the limit it answers late rather than never.
   * @throws HeartwoodError `queue-full` at the limit or when the disk is full, `queue-unavailable` when it cannot be written for another reason,
   * `shutting-down` after `close` began.
   */
  publish(batch: Batch): Promise<void>
  /** What became of a batch id within the last 24 hours, across restarts. */
  recall(projectId: number, batchId: string): RememberedBatch | undefined
  /**
   * The next group, as soon as `maxRows` wait or the oldest waited `maxWaitMs`; undefined when closed: what still waits stays for the next start.
   * A failure loses nothing: the next call begins where it stood. Groups may overlap: the next can be taken before the last is acknowledged; they are acknowledged in order.
   */
  take(limits: { maxRows: number; maxWaitMs: number }): Promise<Group | undefined>
  /** The group is stored (or dead-lettered): forget it. Durable before it resolves, or repeated with the same token after a crash. */
  acknowledge(group: Group): Promise<void>
  /** Sets the deliveries that are given here aside with the reason, then forgets the group. */
  deadLetter(group: Group, reason: string): Promise<void>
  /** The group with its payloads read anew, for one whose payloads were handed over to another thread. */
  reread(group: Group): Promise<Group>
  /**
   * Makes two groups of one, with tokens of their own, that take its place: to find the delivery that the engine cannot store. Durable when it
   * resolves, so that after a crash the parts come again and not the whole. Payloads are read anew.
   * @param count deliveries of the first part; default half of them
   */
  split(group: Group, count?: number): Promise<[Group, Group]>
  deadLetters: {
    /** Oldest first, with empty payloads; `get` has them. */
    list(): Promise<DeadLetter[]>
    get(id: string): Promise<DeadLetter | undefined>
    /**
     * Publishes it again as a new batch and removes it; answers with its rows. Calls at the same time are one.
     * @param onPublish called before it is published, since it may be stored before this resolves; what it returns is called when that failed
     * @throws HeartwoodError `dead-letter-not-found`, and those of `publish`
     */
    replay(id: string, onPublish?: (batch: Batch) => () => void): Promise<number>
    /** Removes those of a project that was deleted. @returns what they held */
    discard(projectId: number): Promise<readonly AccountRows[]>
  }
  depth(): QueueDepth
  /**
   * What could not be read of what a former run left, set aside and still there: at this start, at earlier ones, and since. How many
   * events were in it is not known.
   */
  damaged(): DamagedPieces
  /** Stops taking batches; what was published stays for the next start. */
  close(): Promise<void>
}
