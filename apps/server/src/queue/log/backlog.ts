import type { AccountRows, Batch, Delivery } from '../queue.ts'
import type { Position } from './position.ts'

/**
 * Counts what is durable and not yet stored, by segment and account, so that what has become unreadable on the way is known to the row: it is
 * what is left of a segment when everything else in it is stored.
 */
export interface Backlog {
  add(segment: number, batch: Omit<Batch, 'payload'>): void
  stored(deliveries: readonly Delivery[]): void
  /** What was in segments that end before `done` and was never stored; it is counted no longer. */
  settle(done: Position, segments: readonly { number: number; endOffset: number }[]): AccountRows[]
  list(): AccountRows[]
  readonly rows: number
}

export const createBacklog = (): Backlog => {
  const segments = new Map<number, Map<string, AccountRows>>()
  let rows = 0

  const count = (segment: number, { projectId, door, keyId }: Omit<AccountRows, 'rows'>, change: number): void => {
    const accounts = segments.get(segment) ?? new Map<string, AccountRows>()
    segments.set(segment, accounts)
    const name = `${projectId}\0${door}\0${keyId}`
    const account = accounts.get(name) ?? { projectId, door, keyId, rows: 0 }
    accounts.set(name, account)
    account.rows += change
    rows += change
    if (account.rows === 0) accounts.delete(name)
  }

  return {
    add: (segment, batch) => count(segment, batch, batch.rows),
    stored(deliveries) {
      for (const delivery of deliveries) count(Number.parseInt(delivery.position, 10), delivery, -delivery.rows)
    },
    settle(done, known) {
      const ends = new Map(known.map(({ number, endOffset }) => [number, endOffset]))
      const lost: AccountRows[] = []
      for (const [segment, accounts] of segments) {
        const isBehind = segment < done.segment || (segment === done.segment && (ends.get(segment) ?? 0) <= done.offset)
        if (!isBehind) continue
        for (const account of accounts.values()) {
          lost.push(account)
          rows -= account.rows
        }
        segments.delete(segment)
      }
      return lost
    },
    list: () => [...segments.values()].flatMap((accounts) => [...accounts.values()].map((account) => ({ ...account }))),
    get rows() {
      return rows
    },
  }
}
