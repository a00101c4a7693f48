export interface SignalEnd {
  longestMs(): number
  flush(): Promise<boolean>
  /** What is left, at the last moment. @param deadlineMs until when it may be waited for (performance.now) */
  endAll(deadlineMs: number): void
}

/** A process that its own signal does not end (the first of a container) goes on; then the next signal finds us again. */
const STILL_ALIVE_MS = 1_000

/**
 * Flushes before the process dies by a signal. Only while the program has no listener of its own: with one, Node leaves the ending to it, and
 * so do we. Listeners come and go (`once`, signal-exit), so this one steps aside and comes back with them.
 * @returns what takes it back
 */
export const watchSignal = (signal: 'SIGTERM' | 'SIGINT', { longestMs, flush, endAll }: SignalEnd): (() => void) => {
  let ending = false
  let over = false

  const programListens = (): boolean => process.listeners(signal).some((listener) => listener !== onSignal)

  const finish = (deadlineMs: number): void => {
    if (over) return
    over = true
    endAll(deadlineMs)
    if (programListens()) return
    process.off(signal, onSignal)
    process.kill(process.pid, signal)
    setTimeout(() => {
      ending = false
      over = false
      comeBack()
    }, STILL_ALIVE_MS).unref()
  }

  const onSignal = (): void => {
    if (programListens()) return
    if (ending) {
      // Whoever sends it again has no more patience.
      finish(0)
      return
    }
    ending = true
    const deadlineMs = performance.now() + longestMs()
    const end = (): void => finish(deadlineMs)
    // Not unref'd: without it a program that has nothing left to do would end with status 0 instead of by the signal.
    const timer = setTimeout(end, longestMs())
    void flush().then(() => {
      clearTimeout(timer)
      end()
    })
  }

  const comeBack = (): void => {
    if (!stopped && !process.listeners(signal).length) process.on(signal, onSignal)
  }
  const added = (event: string | symbol, listener: unknown): void => {
    if (event !== signal || listener === onSignal) return
    // Not before it is there: with the last listener Node would stop hearing the signal, and not begin again for the one being added.
    queueMicrotask(() => {
      if (programListens()) process.off(signal, onSignal)
    })
  }
  const removed = (event: string | symbol, listener: unknown): void => {
    if (event === signal && listener !== onSignal) comeBack()
  }

  let stopped = false
  comeBack()
  process.on('newListener', added)
  process.on('removeListener', removed)
  return () => {
    stopped = true
    process.off('newListener', added)
    process.off('removeListener', removed)
    process.off(signal, onSignal)
  }
}
