import { Worker } from 'node:worker_threads'
import { ERRORS, type ErrorCode, HeartwoodError } from '../../../errors.ts'
import { type BlockMerger, createBlockMerger, type SealedFile } from './block-merger.ts'

/** Merges event blocks into the file of one insert. One merge is under way at a time. */
export interface BlockBuilder {
  /** Adds the events of one delivery. The payload is handed over: it may be empty for the caller afterwards. */
  append(payload: Uint8Array, projectId: number): void
  /**
   * Writes what was appended since the last seal as one file in ClickHouse's Native format, and starts anew, also after a failure.
   * @throws HeartwoodError `block-invalid` when payloads were damaged (`details.indexes`: which of them, counted in the order of
   *   `append`); `engine-unavailable` when the file could not be written, or the thread ended or hung.
   */
  seal(path: string): Promise<SealedFile>
  close(): Promise<void>
}

/** Remembers which payloads of a merge were damaged, so that the others can be sent again without them. */
const createBuild = (merger: BlockMerger) => {
  let appended = 0
  let damaged: { index: number; error: HeartwoodError }[] = []
  return {
    append(payload: Uint8Array, projectId: number): void {
      try {
        merger.append(payload, projectId)
      } catch (error) {
        if (!(error instanceof HeartwoodError)) throw error
        damaged.push({ index: appended, error })
      }
      appended++
    },
    seal(path: string): SealedFile {
      const [first] = damaged
      const indexes = damaged.map(({ index }) => index)
      appended = 0
      damaged = []
      if (first === undefined) return merger.seal(path)
      merger.reset()
      throw new HeartwoodError(first.error.code, first.error.message, { details: { indexes } })
    },
  }
}

/** The same work on the caller's thread; for tests. */
export const createInlineBlockBuilder = (): BlockBuilder => {
  const build = createBuild(createBlockMerger())
  return {
    append: build.append,
    seal: async (path) => build.seal(path),
    close: async () => undefined,
  }
}

export type BlockRequest = { append: Uint8Array; projectId: number } | { seal: string }
export type BlockReply = { sealed: SealedFile } | { failed: { code: ErrorCode; message: string; details: unknown } }

/** What the thread does with a request; answers only to `seal`. */
export const createBlockResponder = (): ((request: BlockRequest) => BlockReply | undefined) => {
  const build = createBuild(createBlockMerger())
  return (request) => {
    if ('append' in request) {
      build.append(request.append, request.projectId)
      return undefined
    }
    try {
      return { sealed: build.seal(request.seal) }
    } catch (error) {
      if (error instanceof HeartwoodError) return { failed: { code: error.code, message: error.message, details: error.details } }
      throw error
    }
  }
}

export interface BlockThreadOptions {
  /** Entry of the thread: `block-worker.ts`, or what it was built into. */
  workerUrl: URL
  /** Options of Node for the thread, to read sources directly in tests and development. */
  execArgv?: string[]
  /** A merge that takes longer has hung: the thread is ended and started anew. Default 60 s. */
  sealTimeoutMs?: number
}

/** Merges on a thread of its own, which is started with the first payload, and anew when it ended by accident or hung. */
export const createBlockThread = ({ workerUrl, execArgv, sealTimeoutMs = 60_000 }: BlockThreadOptions): BlockBuilder => {
  let worker: Worker | undefined
  let waiting: { resolve: (file: SealedFile) => void; reject: (error: HeartwoodError) => void }[] = []
  /** The thread ended while it held payloads: the next seal has to say so. */
  let lost: HeartwoodError | undefined
  let holds = false
  let closed = false
  let watchdog: NodeJS.Timeout | undefined

  const watch = (): void => {
    clearTimeout(watchdog)
    if (waiting.length === 0) return
    watchdog = setTimeout(() => {
      const hung = worker
      onEnd(new Error(`a merge took longer than ${sealTimeoutMs} ms`))
      void hung?.terminate()
    }, sealTimeoutMs)
  }
  const onEnd = (cause: unknown): void => {
    worker = undefined
    clearTimeout(watchdog)
    const error = new HeartwoodError('engine-unavailable', 'The thread that builds blocks ended.', { cause })
    if (holds && waiting.length === 0) lost = error
    for (const { reject } of waiting) reject(error)
    waiting = []
  }
  const start = (): Worker => {
    const started = new Worker(workerUrl, execArgv === undefined ? {} : { execArgv })
    started.on('message', (reply: BlockReply) => {
      // A thread that was given up may still come to its end.
      if (worker !== started) return
      const next = waiting.shift()
      watch()
      if ('sealed' in reply) next?.resolve(reply.sealed)
      else next?.reject(toError(reply.failed))
    })
    started.on('error', (cause) => worker === started && onEnd(cause))
    started.on('exit', (code) => worker === started && onEnd(new Error(`it ended with code ${code}`)))
    started.unref()
    return started
  }
  const send = (request: BlockRequest, transfer: readonly ArrayBuffer[] = []): void => {
    if (closed) throw new HeartwoodError('shutting-down', 'The block thread is closed.')
    worker ??= start()
    worker.postMessage(request, transfer)
  }

  return {
    append(payload, projectId) {
      holds = true
      const own = ownWhole(payload)
      send({ append: own, projectId }, [own.buffer])
    },
    seal(path) {
      const error = lost
      lost = undefined
      holds = false
      if (error !== undefined) {
        void worker?.terminate()
        worker = undefined
        return Promise.reject(error)
      }
      return new Promise((resolve, reject) => {
        send({ seal: path })
        waiting.push({ resolve, reject })
        if (waiting.length === 1) watch()
      })
    },
    async close() {
      closed = true
      clearTimeout(watchdog)
      const ending = worker
      worker = undefined
      await ending?.terminate()
      for (const { reject } of waiting) reject(new HeartwoodError('shutting-down', 'The block thread was closed.'))
      waiting = []
    },
  }
}

/** A view of a larger buffer would take the whole buffer along. */
const ownWhole = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const { buffer } = bytes
  return buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength ? new Uint8Array(buffer) : bytes.slice()
}

const toError = ({ code, message, details }: { code: ErrorCode; message: string; details: unknown }): HeartwoodError =>
  new HeartwoodError(code in ERRORS ? code : 'internal', message, { details })
