import type { ResolvedOptions } from '../options.ts'
import type { Batch, Platform } from '../ports.ts'
import type { EventRecord } from '../record.ts'
import { type Draft, pathOf, seal } from './batches.ts'
import type { EventBuffer } from './buffer.ts'

export interface FillerDeps {
  readonly platform: Platform
  readonly options: () => ResolvedOptions
  readonly buffer: EventBuffer
  /** Undefined: it counted why there is no line. */
  readonly prepare: (record: EventRecord) => string | undefined
  /** `prepare` threw. */
  readonly onDefect: (error: unknown) => void
  readonly batchId: () => string
}

export interface Filled {
  readonly batch: Batch
  /** Number of its first event, as the buffer counts. */
  readonly first: number
}

/** Makes batches of what is in the buffer, an event at a time, so that it can stop after any of them. */
export interface Filler {
  /** Of the batch that is begun; undefined when none is. */
  readonly draft: Draft | undefined
  readonly maxEvents: number
  readonly maxBytes: number
  /** Goes on with the batch that is begun, or begins one. @returns it when it is full or nothing is left; undefined when time is up, or no event became a line */
  fill(deadline: number): Filled | undefined
  /** The batch that is begun as far as it is. */
  finish(): Filled | undefined
  /** Options changed. */
  reconfigured(): void
}

/** Of lines, before compression: a request of this size is quick to make, and any proxy lets it through once it is compressed. */
const BATCH_BYTES = 1024 * 1024

export const createFiller = ({ platform, options, buffer, prepare, onDefect, batchId }: FillerDeps): Filler => {
  let draft: Draft | undefined
  let maxEvents = 0
  let maxBytes = 0
  const measure = (): void => {
    const { batchSize, maxBufferEvents, maxBufferBytes } = options()
    // A buffer that is hardly larger than a batch is to have room for others beside it.
    maxEvents = Math.max(1, Math.min(batchSize, maxBufferEvents >> 1))
    maxBytes = Math.max(1, Math.min(BATCH_BYTES, maxBufferBytes >> 2))
  }
  measure()

  const lineOf = (record: EventRecord): string | undefined => {
    try {
      return prepare(record)
    } catch (error) {
      onDefect(error)
      return undefined
    }
  }

  const finish = (): Filled | undefined => {
    const done = draft
    draft = undefined
    return done === undefined || done.lines.length === 0 ? undefined : { batch: seal(done, batchId(), platform), first: done.first }
  }

  return {
    get draft() {
      return draft
    },
    get maxEvents() {
      return maxEvents
    },
    get maxBytes() {
      return maxBytes
    },
    fill(deadline) {
      draft ??= { path: pathOf(options()), first: buffer.pushed - buffer.size, lines: [], bytes: 0 }
      while (draft.lines.length < maxEvents && draft.bytes < maxBytes) {
        const record = buffer.shift()
        if (record === undefined) break
        const line = lineOf(record)
        if (line !== undefined) {
          draft.lines.push(line)
          draft.bytes += line.length
        }
        if (platform.monotonicNow() >= deadline && buffer.size > 0) return undefined
      }
      return finish()
    },
    finish,
    reconfigured: measure,
  }
}
