import { readFileSync } from 'node:fs'
import type { Context } from './context.ts'
import { EXIT } from './errors.ts'
import { isBrokenPipe, run } from './run.ts'

/** After a signal. */
const END_WITHIN_MS = 3_000

/** Composition root: the process's arguments, streams and signals. Called by bin/heartwood.cjs. */
export async function main(): Promise<void> {
  const stop = new AbortController()
  // Until the command has ended: were nothing left to wait for before that, it would otherwise look as if all were done.
  process.exitCode = EXIT.failed
  let interrupted: number = EXIT.interrupted
  const argv = process.argv.slice(2)
  // Every command but the server's ends at its next safe place, or at once when that takes long or it is asked twice.
  const listenForSignals = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        interrupted = signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
        if (stop.signal.aborted) process.exit(interrupted)
        stop.abort()
        setTimeout(() => process.exit(interrupted), END_WITHIN_MS).unref()
      })
    }
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (isBrokenPipe(error)) process.exit(EXIT.done)
      throw error
    })
  }
  const { env, stdin, stdout, stderr } = process
  const context: Context = { env, cwd: process.cwd(), stdin, stdout, stderr, signal: stop.signal }
  try {
    const exit = await run(argv, context, readVersion(), listenForSignals)
    process.exitCode = exit === EXIT.interrupted ? interrupted : exit
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    stderr.write(`heartwood: this is a defect of Heartwood; please report it with these lines.\n${text}\n`)
    process.exitCode = EXIT.failed
  }
  // Idle keep-alive connections must not hold the process; what was written has to arrive first.
  await Promise.all([stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))))
  process.exit()
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}
