import { compose } from './compose.ts'
import { type Config, parseConfig } from './config.ts'
import { explain, HeartwoodError } from './errors.ts'
import { explainFullDisk } from './self/data-folder.ts'
import { createLifetime } from './self/lifetime.ts'
import { createLogger } from './self/logger.ts'

export interface RunningServer {
  url: string
  /** Ends it with nothing lost; further calls wait for the first. */
  stop(): Promise<void>
  /** Resolves with the exit code once it has ended, whoever ended it. */
  stopped: Promise<number>
}

/** Everything that was acknowledged is on disk, so leaving late parts behind loses nothing. */
const STOP_MS = 14_000

/**
 * Starts the whole server from the environment and ends it on SIGTERM or SIGINT.
 * @throws HeartwoodError with a sentence for whoever started it; nothing is left open then.
 */
export async function startServer(env: NodeJS.ProcessEnv): Promise<RunningServer> {
  try {
    return await start(parseConfig(env))
  } catch (error) {
    throw error instanceof HeartwoodError ? new HeartwoodError(error.code, explain(error), { details: error.details, cause: error }) : error
  }
}

async function start(config: Readonly<Config>): Promise<RunningServer> {
  const logger = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY === true })
  const lifetime = createLifetime(logger)
  let url: string
  try {
    url = await compose(config, logger, lifetime)
  } catch (error) {
    const failure = await explainFullDisk(config.dataFolder, error)
    await lifetime.end()
    throw failure
  }
  let onEnded: (code: number) => void = () => undefined
  const stopped = new Promise<number>((resolve) => {
    onEnded = resolve
  })
  const end = async () => {
    const late = setTimeout(() => {
      logger.warn('some parts did not close in time; all acknowledged events are on disk')
      onEnded(0)
    }, STOP_MS)
    await lifetime.end()
    clearTimeout(late)
    onEnded(0)
  }
  let ending: Promise<void> | undefined
  const stop = () => {
    ending ??= end()
    return ending
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
  return { url, stop, stopped }
}
