/** What the end of a process asks of a client. */
export interface Ending {
  flush(timeoutMs: number): Promise<boolean>
  flushSync(): void
}

/** Sends what is left when the process ends. @returns what ends it */
export const attachToProcess = ({ flush, flushSync }: Ending, exitTimeout: () => number): (() => void) => {
  const beforeExit = (): void => void flush(exitTimeout())
  process.once('beforeExit', beforeExit)
  process.on('exit', flushSync)
  return () => {
    process.off('beforeExit', beforeExit)
    process.off('exit', flushSync)
  }
}
