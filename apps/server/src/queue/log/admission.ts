import { HeartwoodError } from '../../errors.ts'

/**
 * Decides when a batch may be appended. Three answers: at once; a little later (rows wait while the store keeps up, or the log is nearly full);
 * or `queue-full`. A delay is better than a refusal, since a refused body is sent again whole.
 */
export interface Admission {
  /**
   * Resolves when the batch may be appended; `reserve` has been called for it by then.
   * @throws HeartwoodError `queue-full`, `shutting-down`
   */
  admit(bytes: number): Promise<void>
  /** Room has become free. */
  wake(): void
  close(): void
}

export interface Load {
  /** Bytes that count against the cap, those being written included. */
  bytes: number
  /** Rows that wait to be stored. */
  rows: number
  /** When a group was last stored, in ms of `now`. */
  lastStoredAt: number
}

export interface AdmissionOptions {
  capBytes: number
  load: () => Load
  /** Counts the bytes into the load. */
  reserve: (bytes: number) => void
  now: () => number
  /** Beyond so many waiting rows publishers are slowed to the pace of the store, as long as it stores. */
  paceRows: number
  /** Longest delay for the sake of the pace. */
  paceMs: number
  /** Longest wait for room when the log is full. */
  roomMs: number
}

const NEARLY_FULL = 0.8
const NEARLY_FULL_MS = 1_000
const STORING_WITHIN_MS = 3_000
const WAITING_BYTES = 64 * 1024 * 1024
const RETRY_AFTER_SECONDS = 5

/** Milliseconds for which one batch is held back. */
export const delayFor = (load: Load, options: Pick<AdmissionOptions, 'capBytes' | 'paceRows' | 'paceMs' | 'now'>): number => {
  const storing = options.now() - load.lastStoredAt < STORING_WITHIN_MS
  const pace = storing ? clamp((load.rows - options.paceRows) / options.paceRows) * options.paceMs : 0
  const fill = clamp((load.bytes / options.capBytes - NEARLY_FULL) / (1 - NEARLY_FULL)) ** 2 * NEARLY_FULL_MS
  return Math.round(Math.max(pace, fill))
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

export const createAdmission = (options: AdmissionOptions): Admission => {
  const waiting = new Set<{ bytes: number; let: () => void; refuse: (error: HeartwoodError) => void }>()
  const sleeping = new Map<NodeJS.Timeout, () => void>()
  let waitingBytes = 0
  let closed = false

  const fits = (bytes: number): boolean => options.load().bytes + bytes <= options.capBytes

  const full = (): HeartwoodError =>
    new HeartwoodError('queue-full', `The queue has reached its limit of ${Math.round(options.capBytes / 1024 / 1024)} MiB.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        sleeping.delete(timer)
        resolve()
      }, ms)
      sleeping.set(timer, resolve)
    })

  const waitForRoom = (bytes: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer)
        if (waiting.delete(waiter)) waitingBytes -= bytes
      }
      const waiter = {
        bytes,
        let: () => {
          leave()
          options.reserve(bytes)
          resolve()
        },
        refuse: (error: HeartwoodError) => {
          leave()
          reject(error)
        },
      }
      const timer = setTimeout(() => {
        waiter.refuse(full())
        wake()
      }, options.roomMs)
      waiting.add(waiter)
      waitingBytes += bytes
    })

  /** First come, first served. */
  const wake = (): void => {
    for (const waiter of waiting) {
      if (!fits(waiter.bytes)) break
      waiter.let()
    }
  }

  const assertOpen = (): void => {
    if (closed) throw new HeartwoodError('shutting-down', 'The queue takes no more batches.')
  }

  return {
    async admit(bytes) {
      assertOpen()
      if (bytes > options.capBytes) throw full()
      const delay = delayFor(options.load(), options)
      if (delay > 0) await sleep(delay)
      assertOpen()
      if (fits(bytes) && waiting.size === 0) return options.reserve(bytes)
      if (waitingBytes + bytes > WAITING_BYTES) throw full()
      await waitForRoom(bytes)
    },
    wake,
    close() {
      closed = true
      for (const [timer, resolve] of sleeping) {
        clearTimeout(timer)
        resolve()
      }
      sleeping.clear()
      for (const waiter of [...waiting]) waiter.refuse(new HeartwoodError('shutting-down', 'The queue takes no more batches.'))
    },
  }
}
