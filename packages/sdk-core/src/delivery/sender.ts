import type { DropReason } from '@heartwood/protocol/model'
import type { Counts } from '../counts.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Platform } from '../ports.ts'
import { backoffMs } from './backoff.ts'
import type { Link, Outcome } from './link.ts'
import type { Memory, Parcel } from './memory.ts'
import { countEvicted, type Replay } from './replay.ts'

export interface SenderDeps {
  readonly platform: Platform
  readonly options: () => ResolvedOptions
  readonly link: Link
  readonly memory: Memory
  readonly replay: Replay
  readonly counts: Counts
  readonly report: (error: Error) => void
  readonly random: () => number
  readonly isPaused: () => boolean
  /** Something changed that others wait for. */
  readonly changed: () => void
}

/** What happens to one batch at a time; whichever way it goes, it is counted once. */
export interface Sender {
  /** Requests on their way. */
  readonly sending: number
  /** One try. Never rejects. */
  send(parcel: Parcel): Promise<void>
  /** Never rejects. */
  toSpool(parcel: Parcel): Promise<void>
}

export const createSender = (deps: SenderDeps): Sender => {
  const { platform, options, link, memory, replay, counts, report, random, isPaused, changed } = deps
  const { spool } = platform
  let sending = 0
  let tries = 0

  const lose = (parcel: Parcel, reason: DropReason, problem: string): void => {
    memory.remove(parcel)
    counts.dropped(reason, parcel.batch.events)
    report(new Error(`${parcel.batch.events} events are lost (${reason}): ${problem}.`))
  }

  const toSpool = async (parcel: Parcel): Promise<void> => {
    parcel.busy = true
    try {
      if (!parcel.packed) parcel.batch = await link.pack(parcel.batch)
      parcel.packed = true
      const effect = parcel.gone ? undefined : await spool?.write(parcel.batch)
      if (effect === undefined) return
      countEvicted(counts, effect)
      if (parcel.gone) return
      memory.remove(parcel)
      counts.spooled(parcel.batch.events)
      replay.written()
    } catch (error) {
      if (!parcel.gone) lose(parcel, 'spool-full', `the spool folder cannot be written: ${error instanceof Error ? error.message : error}`)
    } finally {
      changed()
    }
  }

  const replace = async (parcel: Parcel, verdict: 'split' | 'plain'): Promise<void> => {
    const instead = await link.instead(parcel.batch, verdict)
    if (parcel.gone) return
    if ('parts' in instead) memory.split(parcel, instead.parts)
    else lose(parcel, instead.reason, instead.problem)
  }

  /** Nobody was there: that is the batch's fault only where others were answered since it was so the last time. */
  const isExcused = (parcel: Parcel): boolean => parcel.missedAt === undefined || parcel.missedAt === link.answers

  const failed = async (parcel: Parcel, { absent, problem }: Extract<Outcome, { kind: 'again' }>): Promise<void> => {
    parcel.failures += 1
    if (absent) {
      // With a spool folder nothing is lost by giving up.
      if (spool === undefined && isExcused(parcel)) parcel.excused += 1
      parcel.missedAt = link.answers
    }
    if (parcel.failures - parcel.excused <= options().maxRetries) {
      parcel.notBefore = platform.monotonicNow() + backoffMs(parcel.failures, random())
    } else if (spool === undefined) lose(parcel, 'retries-exhausted', problem)
    else await toSpool(parcel)
  }

  const send = async (parcel: Parcel): Promise<void> => {
    parcel.busy = true
    sending += 1
    try {
      if (!parcel.packed) {
        parcel.batch = await link.pack(parcel.batch)
        parcel.packed = true
        memory.rebound()
        // What held while it was packed may not hold any more.
        if (parcel.gone || isPaused() || link.locked || platform.monotonicNow() < link.readyAt) return
      }
      if (parcel.tried > 0) counts.retried()
      tries += 1
      parcel.tried = tries
      const outcome = await link.exchange(parcel.batch)
      if (parcel.gone) return
      switch (outcome.kind) {
        case 'taken':
          memory.remove(parcel)
          counts.sent(outcome.sent)
          for (const [reason, events] of outcome.refused) counts.dropped(reason, events)
          replay.serverWorks(platform.monotonicNow())
          return
        case 'split':
        case 'plain':
          return await replace(parcel, outcome.kind)
        case 'refused':
          return lose(parcel, 'malformed', outcome.problem)
        case 'again':
          if (!outcome.free) await failed(parcel, outcome)
      }
    } finally {
      sending -= 1
      parcel.busy = false
      changed()
    }
  }

  return {
    get sending() {
      return sending
    },
    send,
    toSpool,
  }
}
