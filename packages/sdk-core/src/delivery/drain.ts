import type { DropReason } from '@heartwood/protocol/model'
import type { Counts } from '../counts.ts'
import type { Batch, Platform, SendNow } from '../ports.ts'
import type { EventBuffer } from './buffer.ts'
import type { Filler } from './filler.ts'
import type { Link } from './link.ts'
import type { Memory } from './memory.ts'
import { countEvicted, type Replay } from './replay.ts'

export interface DrainDeps {
  readonly platform: Platform
  readonly buffer: EventBuffer
  readonly filler: Filler
  readonly link: Link
  readonly memory: Memory
  readonly replay: Replay
  readonly counts: Counts
  readonly report: (error: unknown) => void
}

/**
 * Takes everything out of memory without waiting for anything but `sendNow`: it is sent by that, or goes to the spool, or is counted as dropped.
 * @param reason for what has no place to go to
 */
export type Drain = (reason: DropReason, sendNow: SendNow | undefined) => void

export const createDrain = (deps: DrainDeps): Drain => {
  let told = false
  return (reason, sendNow) => {
    const lost = drain(deps, reason, sendNow)
    // Nobody may be there any more to ask for the counts. Once: whoever is told may log, and that is lost, too.
    if (lost === 0 || told) return
    told = true
    deps.report(new Error(`${lost} events are lost (${reason}): they were not sent in time.`))
  }
}

/** @returns how many are lost */
const drain = (deps: DrainDeps, reason: DropReason, sendNow: SendNow | undefined): number => {
  const { platform, buffer, filler, link, memory, replay, counts, report } = deps
  const { spool } = platform
  let broken = false
  let lost = 0
  const lose = (events: number): void => {
    counts.dropped(broken ? 'spool-full' : reason, events)
    lost += events
  }

  const keep = (batch: Batch): void => {
    if (spool === undefined || broken) {
      lose(batch.events)
      return
    }
    try {
      const effect = spool.writeSync(batch)
      counts.spooled(batch.events)
      countEvicted(counts, effect)
      replay.written()
    } catch (error) {
      broken = true
      lose(batch.events)
      report(error)
    }
  }

  const batches: Batch[] = []
  const offer = (batch: Batch): void => {
    if (sendNow === undefined) keep(batch)
    else batches.push(batch)
  }
  for (const { batch } of memory.takeParcels()) offer(batch)
  const begun = filler.finish()
  if (begun !== undefined) offer(begun.batch)
  // A hook that logs each time must come to an end.
  const until = buffer.pushed
  while ((spool !== undefined || sendNow !== undefined) && !broken && buffer.size > 0 && buffer.pushed - buffer.size < until) {
    const filled = filler.fill(Number.POSITIVE_INFINITY)
    if (filled !== undefined) offer(filled.batch)
  }

  const verdicts = sendNow === undefined ? [] : link.exchangeNow(batches, sendNow)
  batches.forEach((batch, index) => {
    const verdict = verdicts[index]
    if (verdict?.kind !== 'taken') {
      keep(batch)
      return
    }
    counts.sent(verdict.sent)
    for (const [refusal, events] of verdict.refused) counts.dropped(refusal, events)
  })
  while (buffer.shift() !== undefined) lose(1)
  return lost
}
