import type { EventJson } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'

/** What a tail writes to: a response that is kept open. */
export interface TailSink {
  /** @returns false when the reader is slow and nothing more should be written until `onDrain`. */
  write(text: string): boolean
  onDrain(resume: () => void): void
  end(): void
}

export interface TailHub {
  /** Live tails of a project, for the thread that decodes: each runs its query against each event. */
  active(projectId: number): { id: number; q: string }[]
  /** Hands out what matched. */
  deliver(tailed: readonly { id: number; events: readonly EventJson[]; dropped: number }[]): void
  /**
   * Begins a tail.
   * @returns ends it.
   * @throws HeartwoodError `too-many-tails`
   */
  open(projectId: number, q: string, sink: TailSink): () => void
  /** Ends all of them. */
  close(): void
}

export interface TailLimits {
  /** Tails of one project at the same time. */
  perProject: number
  all: number
  /** UTF-16 units of text that wait for one slow reader; what comes beyond is dropped and counted. */
  waiting: number
}

/** Tails end when someone leaves a page; nobody can say when. */
const RETRY_AFTER_SECONDS = 10

const DEFAULT_TAIL_LIMITS: TailLimits = { perProject: 20, all: 100, waiting: 2_000_000 }

interface Tail {
  projectId: number
  q: string
  sink: TailSink
  waiting: string[]
  waitingLength: number
  /** Events that had no room since the reader was last told. */
  dropped: number
  isBlocked: boolean
}

export function createTailHub(limits: TailLimits = DEFAULT_TAIL_LIMITS): TailHub {
  const tails = new Map<number, Tail>()
  let lastId = 0

  const flush = (tail: Tail): void => {
    while (!tail.isBlocked) {
      const text = tail.waiting.shift()
      if (text !== undefined) {
        tail.waitingLength -= text.length
        write(tail, text)
      } else if (tail.dropped > 0) {
        const { dropped } = tail
        tail.dropped = 0
        write(tail, sse('drop', { dropped }))
      } else return
    }
  }
  const write = (tail: Tail, text: string): void => {
    tail.isBlocked = !tail.sink.write(text)
    if (!tail.isBlocked) return
    tail.sink.onDrain(() => {
      tail.isBlocked = false
      flush(tail)
    })
  }

  return {
    active(projectId) {
      const found: { id: number; q: string }[] = []
      for (const [id, tail] of tails) if (tail.projectId === projectId) found.push({ id, q: tail.q })
      return found
    },
    deliver(tailed) {
      for (const { id, events, dropped } of tailed) {
        const tail = tails.get(id)
        if (!tail) continue
        tail.dropped += dropped
        for (const event of events) {
          // Once something was dropped, nothing later may come before the notice of it.
          const text = tail.dropped > 0 && tail.isBlocked ? undefined : sse('event', event)
          if (text === undefined || tail.waitingLength + text.length > limits.waiting) tail.dropped++
          else {
            tail.waiting.push(text)
            tail.waitingLength += text.length
          }
        }
        flush(tail)
      }
    },
    open(projectId, q, sink) {
      let ofProject = 0
      for (const tail of tails.values()) if (tail.projectId === projectId) ofProject++
      if (ofProject >= limits.perProject || tails.size >= limits.all) {
        const count = ofProject >= limits.perProject ? ofProject : tails.size
        throw new HeartwoodError('too-many-tails', `There are ${count} live tails already.`, { retryAfterSeconds: RETRY_AFTER_SECONDS })
      }
      const id = ++lastId
      tails.set(id, { projectId, q, sink, waiting: [], waitingLength: 0, dropped: 0, isBlocked: false })
      return () => {
        tails.delete(id)
      }
    },
    close() {
      for (const { sink } of tails.values()) sink.end()
      tails.clear()
    },
  }
}

/** One message of an event stream. JSON has no line breaks of its own. */
export const sse = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
