import { DROP_REASONS, type DropReason } from '@heartwood/protocol'

/** Whose entries: counted apart. */
export interface Account {
  projectId: number
  door: string
  keyId: string
}

interface LedgerRow extends Account {
  /** Always stored + queued + deadLettered + all refused. */
  received: number
  stored: number
  /** Durable, not yet stored. */
  queued: number
  deadLettered: number
  refused: Partial<Record<DropReason, number>>
}

/**
 * Where every entry went that reached a door. Each call moves entries from one place to the next, so that the sum holds at any moment;
 * repeats of a batch are not entries of their own. Counts begin with the process: what an earlier one left waiting or set aside is what it begins
 * with.
 */
export interface Ledger {
  refused(account: Account, reason: DropReason, entries: number): void
  /** Handed to the queue. */
  queued(account: Account, entries: number): void
  /** The queue did not take them after all, and their sender still has them: they were never received. */
  takenBack(account: Account, entries: number): void
  /** They left the queue without being stored, or never got into it. */
  withdrawn(account: Account, reason: DropReason, entries: number): void
  stored(account: Account, entries: number): void
  deadLettered(account: Account, entries: number): void
  /** Out of the dead letters, back into the queue; call it before they can be stored. What it returns undoes it. */
  replayed(account: Account, entries: number): () => void
  /** Out of the dead letters, for good. */
  discarded(account: Account, reason: DropReason, entries: number): void
  snapshot(projectId?: number): LedgerRow[]
}

/** Keys come and go; beyond this many accounts the rest is counted together, under no key. */
const MAX_ACCOUNTS = 10_000

interface Counts {
  account: Account
  stored: number
  queued: number
  deadLettered: number
  refused: Partial<Record<DropReason, number>>
}

interface Rows extends Account {
  rows: number
}

/** @param left what an earlier process left in the queue and among the dead letters */
export function createLedger(left: { waiting: readonly Rows[]; deadLettered: readonly Rows[] } = { waiting: [], deadLettered: [] }): Ledger {
  const accounts = new Map<string, Counts>()

  const countsOf = (account: Account): Counts => {
    const key = `${account.projectId}\0${account.door}\0${account.keyId}`
    const found = accounts.get(key)
    if (found) return found
    const { projectId, door, keyId } = account
    if (accounts.size >= MAX_ACCOUNTS && keyId !== '') return countsOf({ projectId, door, keyId: '' })
    const counts: Counts = { account: { projectId, door, keyId }, stored: 0, queued: 0, deadLettered: 0, refused: {} }
    accounts.set(key, counts)
    return counts
  }
  const addRefused = (counts: Counts, reason: DropReason, entries: number): void => {
    if (entries > 0) counts.refused[reason] = (counts.refused[reason] ?? 0) + entries
  }
  const leaveQueue = (counts: Counts, entries: number): void => {
    counts.queued = Math.max(0, counts.queued - entries)
  }

  for (const { rows, ...account } of left.waiting) countsOf(account).queued += rows
  for (const { rows, ...account } of left.deadLettered) countsOf(account).deadLettered += rows

  return {
    refused(account, reason, entries) {
      addRefused(countsOf(account), reason, entries)
    },
    queued(account, entries) {
      countsOf(account).queued += entries
    },
    takenBack(account, entries) {
      leaveQueue(countsOf(account), entries)
    },
    withdrawn(account, reason, entries) {
      const counts = countsOf(account)
      leaveQueue(counts, entries)
      addRefused(counts, reason, entries)
    },
    stored(account, entries) {
      const counts = countsOf(account)
      leaveQueue(counts, entries)
      counts.stored += entries
    },
    deadLettered(account, entries) {
      const counts = countsOf(account)
      leaveQueue(counts, entries)
      counts.deadLettered += entries
    },
    replayed(account, entries) {
      const counts = countsOf(account)
      const left = Math.min(counts.deadLettered, entries)
      counts.deadLettered -= left
      counts.queued += entries
      return () => {
        leaveQueue(counts, entries)
        counts.deadLettered += left
      }
    },
    discarded(account, reason, entries) {
      const counts = countsOf(account)
      counts.deadLettered = Math.max(0, counts.deadLettered - entries)
      addRefused(counts, reason, entries)
    },
    snapshot(projectId) {
      const rows: LedgerRow[] = []
      for (const { account, stored, queued, deadLettered, refused } of accounts.values()) {
        if (projectId !== undefined && account.projectId !== projectId) continue
        const lost = (Object.keys(DROP_REASONS) as DropReason[]).reduce((sum, reason) => sum + (refused[reason] ?? 0), 0)
        rows.push({ ...account, received: stored + queued + deadLettered + lost, stored, queued, deadLettered, refused: { ...refused } })
      }
      return rows
    },
  }
}
