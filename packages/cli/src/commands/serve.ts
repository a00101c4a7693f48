import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'

/** What the command line needs of the server package. */
interface ServerModule {
  startServer(env: NodeJS.ProcessEnv): Promise<{ url: string; stop(): Promise<void>; stopped: Promise<number> }>
}

/** Runs the server in this process; its signals, its ready line and its logs are its own. */
export const serve = (): Command<{ host?: string; port?: string }> => async (context, options) => {
  const { host, port, data } = options
  const given = {
    HEARTWOOD_DATA: data,
    ...(host === undefined ? {} : { HEARTWOOD_HOST: host }),
    ...(port === undefined ? {} : { HEARTWOOD_PORT: port }),
  }
  const { startServer } = await loadServer()
  try {
    const server = await startServer({ ...context.env, ...given })
    return await server.stopped
  } catch (error) {
    const expected = describeExpected(error)
    if (expected === undefined) throw error
    context.stderr.write(`heartwood: ${expected}\n`)
    return EXIT.failed
  }
}

async function loadServer(): Promise<ServerModule> {
  const entry = import.meta.resolve('@heartwood/server')
  if (!existsSync(fileURLToPath(entry))) throw new CliError('server-not-installed', 'The server is not built.')
  return (await import(entry)) as ServerModule
}

/** Failures with a code of the server's catalogue are told in their own words; others are defects. */
function describeExpected(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('status' in error)) return undefined
  return error.message
}
