import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'
import { writeSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { Compress, ContextStore, Platform, Spool, Transport } from '@heartwood/sdk-core'
import { decompress } from './compress.ts'
import { createFrames } from './errors/frames.ts'
import { createSourceReader } from './errors/source-lines.ts'
import { runAsOwn } from './own-requests.ts'

export interface NodeParts {
  readonly transport: Transport
  readonly context: ContextStore
  readonly compress: Compress
  readonly spool: Spool | undefined
}

const STDERR = 2

/** What Node lends the SDK. Nothing of it keeps a process alive. Hooks of the program that run later are not watched: what they print would be events. */
export const createNodePlatform = ({ transport, context, compress, spool }: NodeParts): Platform => {
  // What runs later belongs to nobody: not to the request that happened to log first.
  const outside = AsyncLocalStorage.snapshot()
  const later = (run: () => void): void => outside(runAsOwn, run)
  return {
    now: Date.now,
    monotonicNow: () => performance.now(),
    randomBytes: (length) => randomFillSync(new Uint8Array(length)),
    encode: (text) => Buffer.from(text),
    setTimer(run, ms, keepAlive = false) {
      const timer = setTimeout(later, ms, run)
      if (!keepAlive) timer.unref()
      return { cancel: () => clearTimeout(timer) }
    },
    defer(run) {
      // Not unref'd: then it would run only when something else happens. It holds the process for this one turn.
      setImmediate(later, run)
    },
    transport,
    context,
    compress,
    decompress,
    frames: createFrames(createSourceReader()),
    ...(spool === undefined ? {} : { spool }),
    warn,
  }
}

/** One line on stderr. */
export function warn(message: string): void {
  try {
    // Not the console, which may be captured, and not process.stderr, whose writes may be lost at exit.
    writeSync(STDERR, `${message}\n`)
  } catch {
    // A closed or full stderr: there is nobody to tell.
  }
}
