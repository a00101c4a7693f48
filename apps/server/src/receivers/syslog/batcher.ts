import { randomUUID } from 'node:crypto'
import { type ErrorCode, HeartwoodError } from '../../errors.ts'
import { keepTogether } from '../raw/inner-lines.ts'

export interface BatcherOptions {
  /** Stores a batch of lines. Called one after the other; the same id for the same batch. */
  store(body: Uint8Array, batchId: string): Promise<void>
  /** Messages that were lost, and why. */
  onLost(messages: number, error: HeartwoodError): void
  /** How long messages wait for others. Default 100 ms. */
  windowMs?: number
  /** A batch of this size goes at once. Default 512 KiB. */
  batchBytes?: number
  /** Messages held at most, each with what it takes besides its text. Default 16 MiB. */
  heldBytes?: number
  /** Time between tries while the queue takes nothing. Default 500 ms. */
  retryMs?: number
}

/** What a message takes in memory besides its text, roughly. */
const MESSAGE_BYTES = 100
/** Failures that pass. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['queue-full', 'queue-unavailable'])

/** Gathers messages for a short while and stores them together. */
export interface Batcher {
  /** False when there is no room: the message was not taken. */
  add(message: Buffer): boolean
  /** Resolves to true when there is room again, to false when there never will be. */
  room(): Promise<boolean>
  /** Stores what is held; gives up what the queue does not take. */
  close(): Promise<void>
}

export function createBatcher(options: BatcherOptions): Batcher {
  const { windowMs = 100, batchBytes = 512 * 1024, heldBytes = 16 * 1024 * 1024, retryMs = 500 } = options
  let lines: Buffer[] = []
  let size = 0
  let timer: NodeJS.Timeout | undefined
  let storing: Promise<void> | undefined
  let closing = false
  let waiters: ((room: boolean) => void)[] = []

  const flush = async (): Promise<void> => {
    while (lines.length > 0) {
      const batch = lines
      const body = join(batch)
      const taken = size
      lines = []
      await storeOrLose(body, batch.length)
      size -= taken
      const wake = waiters
      waiters = []
      for (const resolve of wake) resolve(true)
    }
    storing = undefined
  }

  const storeOrLose = async (body: Uint8Array, messages: number): Promise<void> => {
    const batchId = randomUUID()
    for (;;) {
      try {
        // Given away with each try.
        await options.store(body.slice(), batchId)
        return
      } catch (error) {
        const known = error instanceof HeartwoodError ? error : new HeartwoodError('internal', 'Storing failed.', { cause: error })
        if (closing || !PASSING.has(known.code)) {
          options.onLost(messages, known)
          return
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  const start = (): void => {
    clearTimeout(timer)
    timer = undefined
    storing ??= flush()
  }

  return {
    add(message) {
      const bytes = message.length + MESSAGE_BYTES
      if (size + bytes > heldBytes || closing) return false
      lines.push(message)
      size += bytes
      if (size >= batchBytes) start()
      else if (storing === undefined) timer ??= setTimeout(start, windowMs)
      return true
    },
    room() {
      if (closing) return Promise.resolve(false)
      return size + batchBytes <= heldBytes ? Promise.resolve(true) : new Promise((resolve) => waiters.push(resolve))
    },
    async close() {
      closing = true
      start()
      await storing
      for (const resolve of waiters) resolve(false)
    },
  }
}

const LINE_END = Buffer.from('\n')
const join = (messages: Buffer[]): Uint8Array => Buffer.concat(messages.flatMap((message) => [keepTogether(message), LINE_END]))
