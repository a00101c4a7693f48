import type { DropReason } from '@heartwood/protocol/model'
import type { Stats } from './types.ts'

/** Where every event is counted once more than it is lost. */
export interface Counts {
  captured(): void
  sent(events: number): void
  /** Written by this client into the spool, or (negative) taken out of it again. */
  spooled(events: number): void
  dropped(reason: DropReason, events?: number): void
  retried(): void
  replayed(events: number): void
  /** captured − sent − spooled − dropped: what is in memory. */
  read(): Stats
}

export const createCounts = (): Counts => {
  let captured = 0
  let sent = 0
  let spooled = 0
  let dropped = 0
  let retried = 0
  let replayed = 0
  const reasons = new Map<string, number>()
  return {
    captured() {
      captured += 1
    },
    sent(events) {
      sent += events
    },
    spooled(events) {
      spooled += events
    },
    dropped(reason, events = 1) {
      if (events === 0) return
      reasons.set(reason, (reasons.get(reason) ?? 0) + events)
      // Last, and nothing that can throw: both or neither.
      dropped += events
    },
    retried() {
      retried += 1
    },
    replayed(events) {
      replayed += events
    },
    read: () => ({ captured, sent, spooled, buffered: captured - sent - spooled - dropped, dropped: Object.fromEntries(reasons), retried, replayed }),
  }
}
