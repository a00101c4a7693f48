import type { DropReason } from '@heartwood/protocol/model'
import type { Counts } from '../counts.ts'
import type { Batch, Platform, SpoolEffect, SpooledBatch } from '../ports.ts'
import { backoffMs } from './backoff.ts'
import { OPENS_AFTER } from './breaker.ts'
import type { Link } from './link.ts'

export interface ReplayDeps {
  readonly platform: Platform
  readonly link: Link
  readonly counts: Counts
  readonly maxRetries: () => number
  readonly report: (error: unknown) => void
  readonly random: () => number
  /** Whether what comes from the spool may be sent now. */
  readonly mayGoOn: () => boolean
  /** Something changed that others wait for. */
  readonly changed: () => void
}

/** Sends what waits in the spool: the oldest first, one batch at a time, at most ten a second, and one a second while fresh events queue up. */
export interface Replay {
  readonly busy: boolean
  /** Bytes in memory. */
  readonly bytes: number
  /** When there is something to do (monotonic ms); undefined: nothing is known to wait. */
  readonly at: number | undefined
  /** A batch got through, so others would. */
  serverWorks(now: number): void
  /** Something was written into the spool. */
  written(): void
  /** Begins with the next batch. Call it only when that may be sent. */
  go(behind: boolean): void
  /** Takes nothing any more. @returns when the batch at hand is put back */
  stop(): Promise<void>
}

const GAP_MS = 100
const GAP_WHILE_BEHIND_MS = 1_000
/** An empty folder is not looked at again sooner, unless something was written into it: other processes may have left something. */
const LOOK_AGAIN_MS = 30_000

interface Tally {
  /** Of the batch as it lies in the spool, whatever pieces it is sent in. */
  readonly id: string
  sent: number
  refused: Map<DropReason, number>
}

/** What other clients wrote is theirs to count. */
export const countEvicted = (counts: Counts, { evicted }: SpoolEffect): void => {
  for (const { events, own, reason } of evicted) {
    if (!own) continue
    counts.spooled(-events)
    counts.dropped(reason, events)
  }
}

export const createReplay = ({ platform, link, counts, maxRetries, report, random, mayGoOn, changed }: ReplayDeps): Replay => {
  const { spool } = platform
  let pending = spool !== undefined
  let at = 0
  let emptyUntil = 0
  let bytes = 0
  let running: Promise<void> | undefined
  let stopped = false
  /** The batch that failed last, and how often it did while the server took others. */
  let failing = { id: '', failures: 0 }

  /** @returns false when it has to wait */
  const deliver = async (batch: Batch, tally: Tally): Promise<boolean> => {
    if (!mayGoOn()) return false
    const outcome = await link.exchange(batch)
    const refuse = (reason: DropReason, events: number): true => {
      tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + events)
      return true
    }
    switch (outcome.kind) {
      case 'taken':
        tally.sent += outcome.sent
        for (const [reason, events] of outcome.refused) refuse(reason, events)
        return true
      case 'again': {
        if (outcome.free) return false
        failing = { id: tally.id, failures: failing.id === tally.id ? failing.failures + 1 : 1 }
        // So many failures without the breaker being open: the server took others in between, so it is the batch. It must not hold up those behind
        // it for ever. Fewer say nothing of that, however few tries the program asks for.
        return failing.failures > Math.max(maxRetries(), OPENS_AFTER) && !link.open && refuse('retries-exhausted', batch.events)
      }
      case 'refused':
        report(new Error(`A batch of ${batch.events} events from the spool folder is lost: ${outcome.problem}.`))
        return refuse('malformed', batch.events)
      case 'plain':
      case 'split': {
        const instead = await link.instead(batch, outcome.kind)
        if (!('parts' in instead)) return refuse(instead.reason, batch.events)
        for (const part of instead.parts) if (!(await deliver(await link.pack(part), tally))) return false
        return true
      }
    }
  }

  const account = ({ batch, own }: SpooledBatch, { sent, refused }: Tally): void => {
    if (!own) {
      counts.replayed(sent)
      return
    }
    counts.spooled(-batch.events)
    counts.sent(sent)
    for (const [reason, events] of refused) counts.dropped(reason, events)
  }

  const next = async (behind: boolean): Promise<void> => {
    const taken = await spool?.take()
    if (spool !== undefined) countEvicted(counts, spool.losses())
    if (taken === undefined) {
      pending = false
      emptyUntil = platform.monotonicNow() + LOOK_AGAIN_MS
      return
    }
    bytes = taken.batch.body.byteLength
    changed()
    const tally: Tally = { id: taken.batch.id, sent: 0, refused: new Map() }
    if (await deliver(taken.batch, tally)) {
      account(taken, tally)
      at = platform.monotonicNow() + (behind ? GAP_WHILE_BEHIND_MS : GAP_MS)
      await taken.done()
    } else {
      at = platform.monotonicNow() + GAP_WHILE_BEHIND_MS + backoffMs(Math.max(1, failing.failures), random())
      await taken.putBack()
    }
  }

  return {
    get busy() {
      return running !== undefined
    },
    get bytes() {
      return bytes
    },
    get at() {
      return pending && running === undefined && !stopped ? at : undefined
    },
    serverWorks(now) {
      if (spool !== undefined && now >= emptyUntil) pending = true
    },
    written() {
      pending = true
      emptyUntil = 0
    },
    go(behind) {
      if (running !== undefined || stopped || !pending) return
      running = next(behind)
        .catch((error: unknown) => {
          at = platform.monotonicNow() + LOOK_AGAIN_MS
          report(error)
        })
        .then(() => {
          bytes = 0
          running = undefined
          changed()
        })
    },
    async stop() {
      stopped = true
      await running
    },
  }
}
