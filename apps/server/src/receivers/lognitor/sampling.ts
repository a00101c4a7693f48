import { toMicros, type UnixMs, unixMs } from '@heartwood/protocol'
import type { Sampling } from '../../ingest/decoder.ts'
import type { RateSetting } from '../door.ts'

/**
 * Clients learn rates from a header of our answers and keep them until the next. Which rate a stored log was let through at is therefore what
 * its client had been told when the log was made, not what is set when it arrives.
 */
export interface SamplingNotes {
  /** What the clients of this key go by, newest first. */
  of(keyId: string, setting: RateSetting): readonly Sampling[]
  /** The header for an answer that leaves now; undefined when there is nothing to tell. */
  tell(keyId: string, setting: RateSetting): string | undefined
}

/** For how long clients are told that there are no rates any more: one that says nothing meanwhile keeps the old ones. */
const CLEARED_FOR_MS = 7 * 24 * 3600 * 1000
const KEPT = 3

interface Told {
  /** The change that was told of last. */
  at: number
  sampling: readonly Sampling[]
}

export function createSamplingNotes(now: () => UnixMs): SamplingNotes {
  const startedAt = now()
  const told = new Map<string, Told>()

  const known = (keyId: string, { sampleRates, sampleRatesAt }: RateSetting): Told | undefined => {
    const noted = told.get(keyId)
    if (noted !== undefined || sampleRatesAt === undefined || sampleRatesAt >= startedAt) return noted
    // Told by a former run, most likely.
    return { at: sampleRatesAt, sampling: [{ from: toMicros(unixMs(sampleRatesAt)), rates: sampleRates }] }
  }

  return {
    of: (keyId, setting) => known(keyId, setting)?.sampling ?? [],

    tell(keyId, setting) {
      const { sampleRates, sampleRatesAt: at } = setting
      if (at === undefined) return undefined
      const cleared = Object.keys(sampleRates).length === 0
      if (cleared && now() - at > CLEARED_FOR_MS) {
        told.delete(keyId)
        return undefined
      }
      const former = known(keyId, setting)
      if (former?.at !== at) {
        told.set(keyId, { at, sampling: [{ from: toMicros(now()), rates: sampleRates }, ...(former?.sampling ?? [])].slice(0, KEPT) })
      } else if (!told.has(keyId)) told.set(keyId, former)
      return JSON.stringify(sampleRates)
    },
  }
}
