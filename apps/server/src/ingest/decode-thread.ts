import { Worker } from 'node:worker_threads'
import { HeartwoodError } from '../errors.ts'
import type { DecodeRunner } from './decode-job.ts'
import type { DecodeJob, DecodeOutcome, Decoder } from './decoder.ts'

/** What goes to the thread, and what comes back, one or several at a time; buffers are transferred, never copied. */
export type ThreadRequest = { id: number; job: DecodeJob }
export type ThreadReply = { id: number; outcome: DecodeOutcome } | { id: number; error: string }

export interface DecodeThreadOptions {
  /** The composition root of the thread: decode-worker.ts, or what it was built into. */
  workerUrl: URL
  execArgv?: string[]
  /** Given to the thread at its start. */
  workerData: unknown
  /** Bytes of jobs handed over and not yet answered; more wait here, in order. Default 48 MiB. */
  inFlightBytes?: number
  /** Bytes of jobs that may wait beyond that; one more is refused with `queue-full`. Default 128 MiB. */
  waitingBytes?: number
  /** A job that takes longer has hung: the thread is ended and started anew. Default 60 s. */
  jobTimeoutMs?: number
  /** How long `close` waits for what is under way. Default 1 s: nobody waits for those answers any more. */
  closeTimeoutMs?: number
  /** Told when the thread had to be started again. */
  onRestart?: (reason: string) => void
}

interface Pending {
  job: DecodeJob
  bytes: number
  resolve(outcome: DecodeOutcome): void
  reject(error: Error): void
}

const RETRY_AFTER_SECONDS = 1
/** Time between deaths of the thread, so that one which cannot start does not spin. */
const RESTART_DELAY_MS = 200

/**
 * Runs decode jobs on a thread of their own. A thread that dies or hangs is started again; the jobs it had fail with `queue-full`, so that
 * clients send them again.
 */
export function createDecodeThread(options: DecodeThreadOptions): Decoder {
  const inFlightLimit = options.inFlightBytes ?? 48 * 1024 * 1024
  const waitingLimit = options.waitingBytes ?? 128 * 1024 * 1024
  const jobTimeoutMs = options.jobTimeoutMs ?? 60_000
  const running = new Map<number, Pending>()
  const waiting: Pending[] = []
  let runningBytes = 0
  let waitingBytes = 0
  let nextId = 1
  let closed = false
  let worker: Worker | undefined
  let watchdog: NodeJS.Timeout | undefined
  let restart: NodeJS.Timeout | undefined
  let drained: (() => void) | undefined

  const busy = (message: string): HeartwoodError => new HeartwoodError('queue-full', message, { retryAfterSeconds: RETRY_AFTER_SECONDS })

  const watch = (): void => {
    clearTimeout(watchdog)
    if (running.size === 0) return
    watchdog = setTimeout(() => lose(`a request took longer than ${jobTimeoutMs} ms to decode`), jobTimeoutMs)
    watchdog.unref()
  }

  const start = (): void => {
    const started = new Worker(options.workerUrl, {
      workerData: options.workerData,
      ...(options.execArgv === undefined ? {} : { execArgv: options.execArgv }),
    })
    worker = started
    started.on('message', (replies: ThreadReply[]) => replies.forEach(receive))
    started.on('error', (error) => worker === started && lose(error instanceof Error ? error.message : String(error)))
    started.on('exit', (code) => worker === started && lose(`it ended with code ${code}`))
  }

  const lose = (reason: string): void => {
    const lost = worker
    worker = undefined
    clearTimeout(watchdog)
    if (!closed) options.onRestart?.(reason)
    for (const pending of running.values()) pending.reject(busy('Decoding was interrupted.'))
    running.clear()
    runningBytes = 0
    void lost?.terminate()
    drained?.()
    if (closed) return
    restart = setTimeout(() => {
      start()
      pump()
    }, RESTART_DELAY_MS)
  }

  const receive = (reply: ThreadReply): void => {
    const pending = running.get(reply.id)
    if (!pending) return
    running.delete(reply.id)
    runningBytes -= pending.bytes
    watch()
    if ('outcome' in reply) pending.resolve(reply.outcome)
    else pending.reject(new HeartwoodError('internal', 'Decoding failed.', { cause: new Error(reply.error) }))
    pump()
    if (running.size === 0 && waiting.length === 0) drained?.()
  }

  const pump = (): void => {
    while (worker !== undefined && waiting.length > 0) {
      const [next] = waiting
      if (next === undefined || (running.size > 0 && runningBytes + next.bytes > inFlightLimit)) return
      waiting.shift()
      waitingBytes -= next.bytes
      const id = nextId++
      running.set(id, next)
      runningBytes += next.bytes
      if (running.size === 1) watch()
      worker.postMessage({ id, job: next.job } satisfies ThreadRequest, transferable(next.job.body))
    }
  }

  start()
  return {
    decode(job) {
      if (closed) return Promise.reject(new HeartwoodError('shutting-down', 'The server is stopping.'))
      const bytes = job.body.byteLength
      if (waiting.length > 0 && waitingBytes + bytes > waitingLimit) return Promise.reject(busy('Too many requests wait to be decoded.'))
      return new Promise((resolve, reject) => {
        waiting.push({ job, bytes, resolve, reject })
        waitingBytes += bytes
        pump()
      })
    },
    async close() {
      closed = true
      let late: NodeJS.Timeout | undefined
      if (running.size > 0 || waiting.length > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve
          late = setTimeout(resolve, options.closeTimeoutMs ?? 1_000)
          pump()
          if (worker === undefined) resolve()
        })
      }
      clearTimeout(late)
      clearTimeout(watchdog)
      clearTimeout(restart)
      for (const pending of [...running.values(), ...waiting.splice(0)]) {
        pending.reject(new HeartwoodError('shutting-down', 'The server is stopping.'))
      }
      running.clear()
      const last = worker
      worker = undefined
      await last?.terminate()
    },
  }
}

/** A buffer goes over whole only if nothing else lives in it. */
export function transferable(bytes: Uint8Array): ArrayBuffer[] {
  const { buffer } = bytes
  return buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && bytes.byteLength === buffer.byteLength ? [buffer] : []
}

/** Decodes on the thread of the caller: for tests, and where there is one core. */
export function createInlineDecoder(run: DecodeRunner): Decoder {
  return {
    decode: (job) => new Promise((resolve) => resolve(run(job))),
    close: () => Promise.resolve(),
  }
}
