import type { EventRecord } from '../record.ts'

export interface BufferOptions {
  readonly maxEvents: number
  readonly maxBytes: number
  /** Told of each record that had to go for a newer one. */
  onDropped(record: EventRecord): void
}

/**
 * Events between their capture and their sending: first in, first out; when it is full the oldest go.
 * Where the stack ends within a call, the buffer is as before it or as after it: every event is either in it or was told of.
 */
export interface EventBuffer {
  push(record: EventRecord): void
  /** The oldest; undefined when there is none. */
  shift(): EventRecord | undefined
  readonly size: number
  readonly bytes: number
  /** How many ever came in. The oldest that is still here was number `pushed - size`. */
  readonly pushed: number
  /** New bounds; what does not fit any more goes, the oldest first. */
  resize(maxEvents: number, maxBytes: number): void
}

const CHUNK = 512

interface Chunk {
  readonly records: (EventRecord | undefined)[]
  next: Chunk | undefined
}

const createChunk = (): Chunk => ({ records: new Array<EventRecord | undefined>(CHUNK).fill(undefined), next: undefined })

/** A chain of small arrays: as large as what it holds, and nothing is ever copied. All operations take the same time at any size. */
export const createBuffer = (options: BufferOptions): EventBuffer => {
  const { onDropped } = options
  let { maxEvents, maxBytes } = options
  let size = 0
  let bytes = 0
  let pushed = 0
  let head = createChunk()
  let tail = head
  /** Place of the oldest in `head`, and of the next one in `tail`. */
  let from = 0
  let to = 0
  let spare: Chunk | undefined
  /** Was taken out, and nobody was told yet. */
  let gone: EventRecord | undefined

  const shift = (): EventRecord | undefined => {
    if (size === 0) return undefined
    const record = head.records[from]
    head.records[from] = undefined
    from += 1
    size -= 1
    bytes -= record?.sizeBytes ?? 0
    if (size === 0) {
      from = 0
      to = 0
    } else if (from === CHUNK && head.next !== undefined) {
      const empty = head
      head = head.next
      empty.next = undefined
      spare = empty
      from = 0
    }
    return record
  }

  const fit = (): void => {
    while (gone !== undefined || size > maxEvents || (bytes > maxBytes && size > 0)) {
      gone ??= shift()
      if (gone !== undefined) onDropped(gone)
      gone = undefined
    }
  }

  return {
    push(record) {
      if (record.sizeBytes > maxBytes) {
        // It would push out everything, and then itself.
        onDropped(record)
        return
      }
      if (to === CHUNK) {
        const chunk = spare ?? createChunk()
        spare = undefined
        tail.next = chunk
        tail = chunk
        to = 0
      }
      pushed += 1
      tail.records[to] = record
      to += 1
      size += 1
      bytes += record.sizeBytes
      if (gone === undefined && size <= maxEvents && bytes <= maxBytes) return
      try {
        fit()
      } catch {
        // The new one is in it: the next call makes room.
      }
    },
    shift,
    get size() {
      return size
    },
    get bytes() {
      return bytes
    },
    get pushed() {
      return pushed
    },
    resize(events, limitBytes) {
      maxEvents = events
      maxBytes = limitBytes
      fit()
    },
  }
}
