import type { ResolvedOptions } from '../options.ts'
import type { Batch } from '../ports.ts'
import type { EventBuffer } from './buffer.ts'
import type { Filled, Filler } from './filler.ts'

/** A batch in memory. */
export interface Parcel {
  batch: Batch
  /** Number of its first event, as the buffer counts. */
  readonly first: number
  packed: boolean
  /** On its way to the server or the spool. */
  busy: boolean
  /** Counted already: whatever is on its way makes no difference any more. */
  gone: boolean
  failures: number
  /** Failures that are not the batch's. */
  excused: number
  /** How often Heartwood had answered when a try of this batch last met nobody. */
  missedAt: number | undefined
  /** Not before then again (monotonic ms). */
  notBefore: number
  /** Which try of all it had last; 0: none. */
  tried: number
}

export interface MemoryDeps {
  readonly options: () => ResolvedOptions
  readonly buffer: EventBuffer
  readonly filler: Filler
  /** Bytes that others hold. */
  readonly otherBytes: () => number
}

/** Everything that is in memory: the buffer, the batch that is begun, and the batches beside them. */
export interface Memory {
  readonly parcels: readonly Parcel[]
  add(filled: Filled): void
  remove(parcel: Parcel): void
  /** Puts several in the place of one. */
  split(parcel: Parcel, parts: readonly Batch[]): void
  /** Takes out all parcels. */
  takeParcels(): readonly Parcel[]
  /** All events, by counting them. */
  readonly events: number
  /** Bytes of all events, roughly. */
  readonly bytes: number
  /** Number of the oldest event in the buffer. */
  readonly oldestInBuffer: number
  /** Number of the oldest event. */
  readonly oldest: number
  /** The buffer holds a batch. */
  readonly isFull: boolean
  /** More than half of what may be held is taken. */
  readonly isCrowded: boolean
  /** Another batch beside the buffer takes no more than half of what may be held. */
  readonly hasRoom: boolean
  /** What is held beside the buffer leaves it less room. To be called when that changed. */
  rebound(): void
}

const parcelOf = (batch: Batch, first: number): Parcel => ({
  batch,
  first,
  packed: false,
  busy: false,
  gone: false,
  failures: 0,
  excused: 0,
  missedAt: undefined,
  notBefore: 0,
  tried: 0,
})

export const createMemory = ({ options, buffer, filler, otherBytes }: MemoryDeps): Memory => {
  let parcels: readonly Parcel[] = []
  const heldEvents = (): number => parcels.reduce((sum, { batch }) => sum + batch.events, filler.draft?.lines.length ?? 0)
  const heldBytes = (): number => parcels.reduce((sum, { batch }) => sum + batch.body.byteLength, (filler.draft?.bytes ?? 0) + otherBytes())
  const oldestInBuffer = (): number => buffer.pushed - buffer.size

  return {
    get parcels() {
      return parcels
    },
    add({ batch, first }) {
      parcels = [...parcels, parcelOf(batch, first)]
    },
    remove(parcel) {
      parcel.gone = true
      parcels = parcels.filter((other) => other !== parcel)
    },
    split(parcel, parts) {
      parcel.gone = true
      parcels = parcels.flatMap((other) => (other === parcel ? parts.map((batch) => parcelOf(batch, parcel.first)) : [other]))
    },
    takeParcels() {
      const all = parcels
      parcels = []
      for (const parcel of all) parcel.gone = true
      return all
    },
    get events() {
      return buffer.size + heldEvents()
    },
    get bytes() {
      return buffer.bytes + heldBytes()
    },
    get oldestInBuffer() {
      return oldestInBuffer()
    },
    get oldest() {
      return parcels.reduce((least, { first }) => Math.min(least, first), filler.draft?.first ?? oldestInBuffer())
    },
    get isFull() {
      return buffer.size >= filler.maxEvents || buffer.bytes >= filler.maxBytes
    },
    get isCrowded() {
      const { maxBufferEvents, maxBufferBytes } = options()
      return buffer.size + heldEvents() > maxBufferEvents / 2 || buffer.bytes + heldBytes() > maxBufferBytes / 2
    },
    get hasRoom() {
      const { maxBufferEvents, maxBufferBytes } = options()
      return heldEvents() + filler.maxEvents <= maxBufferEvents / 2 && heldBytes() + filler.maxBytes <= maxBufferBytes / 2
    },
    rebound() {
      const { maxBufferEvents, maxBufferBytes } = options()
      buffer.resize(
        Math.max(1, maxBufferEvents >> 2, maxBufferEvents - heldEvents()),
        Math.max(1, maxBufferBytes >> 2, Math.floor(maxBufferBytes - heldBytes())),
      )
    },
  }
}
