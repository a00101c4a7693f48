import type { Readable, Writable } from 'node:stream'

export interface OutputStream extends Writable {
  isTTY?: boolean
  columns?: number
}

/** What a command may touch of the process; tests pass their own. */
export interface Context {
  env: NodeJS.ProcessEnv
  cwd: string
  stdin: Readable & { isTTY?: boolean }
  stdout: OutputStream
  stderr: OutputStream
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal
}

/** Options that every command takes. */
export interface GlobalOptions {
  url?: string
  token?: string
  data: string
  project?: string
  json?: boolean
}

/** Runs to its end and says with which exit code. */
export type Command<Options = Record<never, never>> = (context: Context, options: GlobalOptions & Options) => Promise<number>

/** Writes one line of result. Resolves when the stream can take more, so that a slow reader holds the command back. */
export function writeLine(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (stream.write(`${text}\n`) || stream.destroyed) resolve()
    else {
      const done = (): void => {
        stream.off('drain', done)
        stream.off('close', done)
        resolve()
      }
      stream.once('drain', done)
      stream.once('close', done)
    }
  })
}

/** For people: notices, progress, errors. */
export const say = (context: Context, text: string): void => void context.stderr.write(`${text}\n`)
