import { CommanderError } from 'commander'
import type { Context } from './context.ts'
import { CliError, EXIT } from './errors.ts'
import { createProgram } from './program.ts'

/**
 * Runs one command line and resolves with its exit code. Expected failures are told in a sentence on stderr; only a defect of ours rejects.
 * @param argv without the program's own name.
 * @param listenForSignals called before a command that leaves its end to `context.signal`; the server arranges its own.
 */
export async function run(argv: string[], context: Context, version: string, listenForSignals: () => void = () => undefined): Promise<number> {
  let exit: number = EXIT.done
  const program = createProgram({
    context,
    version,
    starting: (command) => {
      if (command !== 'serve') listenForSignals()
    },
    finished: (code) => {
      exit = code
    },
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    if (error instanceof CliError) {
      context.stderr.write(`heartwood: ${error.message}\n${error.fix}\n`)
      return error.exit
    }
    // The reader of a pipe has gone (`heartwood query … | head`): nothing is wrong.
    if (isBrokenPipe(error)) return EXIT.done
    if (context.signal.aborted && isAbort(error, context.signal)) return EXIT.interrupted
    throw error
  }
}

const isAbort = (error: unknown, signal: AbortSignal): boolean => error === signal.reason || (error instanceof Error && error.name === 'AbortError')

export const isBrokenPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE'
