import type { Timer } from '../ports.ts'
import type { EventRecord } from '../record.ts'
import { parseFrame } from './parse-stack.ts'

/** How many events one event stands for, as the server reads it. */
const OCCURRENCES = 'heartwood.occurrences'
/** Id of the event that the repeats were like. */
const SUMMARY_OF = 'heartwood.summary_of'

const MAX_ERRORS = 1_000
const MAX_BYTES = 4 * 1024 * 1024
/** A stack is not in the size of a record that nobody has read yet. */
const STACK_BYTES = 4_096

export interface DedupeOptions {
  /** Milliseconds; 0 lets everything through. Asked each time, because options change while a client runs. */
  windowMs(): number
  /** Milliseconds that never run backwards. */
  now(): number
  setTimer(run: () => void, ms: number): Timer
  /** The window of an error is over, or everything has to leave: `repeats` (at least 1) events like that of the id `first` were held back, the last of them is `last`. */
  onSummary(last: EventRecord, repeats: number, first: string): void
}

export interface Dedupe {
  /**
   * Whether an event is an error that came already within the window; it is then counted here, to be told of by `onSummary`, and is to be
   * dropped as `duplicate`. Reads the stack: not for the caller's turn.
   */
  isRepeat(record: EventRecord): boolean
  /** Tells of all repeats held back until now: before a flush, a close, the end of the process. */
  drain(): void
  /** Ends its timer; what was not drained is forgotten. */
  close(): void
}

interface Held {
  /** Id of the event that was let through. */
  readonly first: string
  readonly endsAt: number
  last: EventRecord
  repeats: number
}

/**
 * Makes one event and one summary of many equal errors. Equal are class, message, place, level and what the program chose to group by;
 * the window of an error begins with its first event. At most 1,000 errors and about 4 MiB are remembered: the oldest go first, and are told of then.
 */
export function createDedupe({ windowMs, now, setTimer, onSummary }: DedupeOptions): Dedupe {
  // In the order of their ends, unless the window was changed meanwhile.
  const held = new Map<string, Held>()
  let bytes = 0
  let timer: Timer | undefined

  const tell = (entry: Held): void => {
    const { repeats } = entry
    if (repeats === 0) return
    entry.repeats = 0
    onSummary(entry.last, repeats, entry.first)
  }
  const forget = (key: string, entry: Held): void => {
    held.delete(key)
    bytes -= bytesOf(entry.last)
    tell(entry)
  }
  const endWindows = (): void => {
    timer = undefined
    const at = now()
    for (const [key, entry] of held) if (entry.endsAt <= at) forget(key, entry)
    wait()
  }
  /** The oldest go. */
  const fit = (): void => {
    for (const [key, entry] of held) {
      if (held.size <= MAX_ERRORS && bytes <= MAX_BYTES) break
      forget(key, entry)
    }
  }
  const wait = (): void => {
    if (timer !== undefined) return
    for (const { endsAt } of held.values()) {
      timer = setTimer(endWindows, Math.max(1, endsAt - now()))
      return
    }
  }

  return {
    isRepeat(record) {
      const window = windowMs()
      if (window <= 0 || record.error === undefined || standsForMany(record)) return false
      const key = keyOf(record)
      const known = held.get(key)
      if (known !== undefined) {
        if (known.endsAt <= now()) forget(key, known)
        // Long messages are in the key by their beginning only.
        else if (known.last.error?.message !== record.error.message || known.last.message !== record.message) return false
        else {
          bytes += bytesOf(record) - bytesOf(known.last)
          known.repeats += 1
          known.last = record
          fit()
          return true
        }
      }
      held.set(key, { first: record.id, endsAt: now() + window, last: record, repeats: 0 })
      bytes += bytesOf(record)
      fit()
      wait()
      return false
    },
    drain() {
      for (const entry of held.values()) tell(entry)
    },
    close() {
      timer?.cancel()
      timer = undefined
      held.clear()
      bytes = 0
    },
  }
}

/**
 * The event that tells of repeats: the last of them, standing for all that were held back. Its time, request, flow and user belong together,
 * which those of the first and the time of the last would not.
 */
export function summaryOf(last: EventRecord, repeats: number, first: string): EventRecord {
  // Whoever was to be told was told of the first.
  const { notify: _, ...options } = last.options ?? {}
  return {
    ...last,
    attributes: { ...last.attributes, [OCCURRENCES]: repeats, [SUMMARY_OF]: first },
    options: last.options === undefined ? undefined : options,
    breadcrumbs: undefined,
  }
}

const bytesOf = ({ sizeBytes }: EventRecord): number => sizeBytes + STACK_BYTES

const standsForMany = ({ attributes }: EventRecord): boolean => attributes !== undefined && OCCURRENCES in attributes

function keyOf(record: EventRecord): string {
  const { error, options, bindings } = record
  const bound = bindings?.options
  const fingerprint = options?.fingerprint ?? bound?.fingerprint
  return JSON.stringify([
    record.level,
    record.kind,
    options?.service ?? bound?.service ?? '',
    options?.environment ?? bound?.environment ?? '',
    options?.release ?? bound?.release ?? '',
    options?.dataset ?? bound?.dataset ?? '',
    error?.type,
    error?.message.slice(0, 1_000),
    record.message.slice(0, 1_000),
    fingerprint ?? placeOf(error?.read().stack),
  ])
}

/** The innermost line of a stack that is the program's own, or the innermost of all. */
function placeOf(stack: string | undefined): string {
  if (stack === undefined) return ''
  let first = ''
  for (let start = stack.indexOf('\n'); start >= 0; ) {
    const end = stack.indexOf('\n', start + 1)
    const line = end < 0 ? stack.slice(start + 1) : stack.slice(start + 1, end)
    const frame = parseFrame(line)
    if (frame?.inApp) return line
    if (frame !== undefined && first === '') first = line
    start = end
  }
  return first
}
