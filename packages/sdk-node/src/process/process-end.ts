import { isMainThread } from 'node:worker_threads'
import type { SendNow } from '@heartwood/sdk-core'
import { joinPatch } from '../registry.ts'
import { sendBlocking } from './send-blocking.ts'
import { watchSignal } from './signals.ts'

/** What a client does when its process ends. */
export interface Ending {
  /** Events in memory. */
  buffered(): number
  flush(timeoutMs: number): Promise<boolean>
  /** The last moment: sends with `sendNow` where it is given; what is left goes to the spool folder or is counted. Must not throw. @param isLast what is captured afterwards is treated so at once */
  flushSync(sendNow?: SendNow, isLast?: boolean): void
  /** Milliseconds by which the end may be delayed. */
  exitTimeoutMs(): number
}

/** A program whose own `beforeExit` logs each time must come to its end all the same. */
const MOST_FLUSHES_BEFORE_EXIT = 3

/**
 * Gives a client its turn when the process ends:
 * - nothing is left to do (`beforeExit`): what is in memory is sent, at most three times, and for at most the exit timeout in all
 * - SIGTERM or SIGINT that the program does not handle: it is sent, with what is logged meanwhile, then the process dies by that signal;
 *   a second signal ends it at once
 * - `process.exit`, and an uncaught error: it is sent while the program stands still, and Node ends the process as it would have
 * - whatever is left of that goes to the spool folder, or is counted
 *
 * No part of it keeps the process alive.
 * @returns what takes it back
 */
export const joinProcessEnd = (ending: Ending): (() => void) => joinPatch('process-end.1', ending, install)

const install = (endings: ReadonlySet<Ending>): (() => boolean) => {
  let flushes = 0
  let spentMs = 0
  /** Of the flush that is under way. */
  let startedMs: number | undefined

  const longestMs = (): number => Math.max(0, ...[...endings].map((ending) => ending.exitTimeoutMs()))
  const flushAll = async (limitMs: number): Promise<boolean> => {
    startedMs = performance.now()
    const results = await Promise.allSettled([...endings].map((ending) => ending.flush(Math.ceil(Math.min(limitMs, ending.exitTimeoutMs())))))
    startedMs = undefined
    return results.every((result) => result.status === 'fulfilled' && result.value)
  }

  const flushOnce = (): void => {
    const leftMs = longestMs() - spentMs
    const buffered = [...endings].reduce((sum, ending) => sum + ending.buffered(), 0)
    if (startedMs !== undefined || buffered === 0 || leftMs <= 0 || flushes >= MOST_FLUSHES_BEFORE_EXIT) return
    flushes += 1
    const begunMs = performance.now()
    void flushAll(leftMs).then((all) => {
      // What could not be sent now is not tried again: it would only delay the end.
      spentMs = all ? spentMs + performance.now() - begunMs : Number.POSITIVE_INFINITY
    })
  }

  // After the listeners of the program, which may log.
  const beforeExit = (): void => process.nextTick(flushOnce)

  /** While the program stands still. */
  const endAll = (deadlineMs: number, isLast: boolean): void => {
    for (const ending of endings) {
      const leftMs = (): number => Math.min(ending.exitTimeoutMs(), deadlineMs - performance.now())
      ending.flushSync((requests) => sendBlocking(requests, leftMs()), isLast)
    }
  }
  const exit = (): void => endAll((startedMs ?? performance.now()) + longestMs() - spentMs, true)

  // First, since a listener of the program that throws would keep the others from their turn.
  process.prependListener('exit', exit)
  process.on('beforeExit', beforeExit)
  const end = { longestMs, flush: () => flushAll(longestMs()), endAll: (deadlineMs: number) => endAll(deadlineMs, false) }
  // Signals reach the main thread only.
  const signals = isMainThread ? (['SIGTERM', 'SIGINT'] as const).map((signal) => watchSignal(signal, end)) : []
  return () => {
    process.off('exit', exit)
    process.off('beforeExit', beforeExit)
    for (const stop of signals) stop()
    return true
  }
}
