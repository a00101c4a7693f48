import { LIMITS } from '@heartwood/protocol/model'

/** How much of a value is copied: the rest is marked, so that no value can hold up or fill its program. */
export interface SnapshotLimits {
  /** Characters of one text. */
  readonly text: number
  /** Objects within objects. */
  readonly depth: number
  /** Members of one object or list. */
  readonly members: number
  /** Values of one call. */
  readonly values: number
  /** Estimated bytes of one call. */
  readonly bytes: number
}

export const SNAPSHOT_LIMITS: SnapshotLimits = {
  text: LIMITS.attributeValue,
  depth: LIMITS.attributeDepth,
  members: 1_000,
  values: 10_000,
  bytes: 1_048_576,
}
