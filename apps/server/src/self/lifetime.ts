import type { Logger } from './logger.ts'

export interface Lifetime {
  /** To be closed at the end, in reverse order of opening. */
  onEnd(name: string, close: () => unknown): void
  /** Closes everything; one that fails is logged and does not keep the others from closing. */
  end(): Promise<void>
}

export function createLifetime(logger: Logger): Lifetime {
  const opened: { name: string; close: () => unknown }[] = []
  return {
    onEnd(name, close) {
      opened.push({ name, close })
    },
    async end() {
      for (let part = opened.pop(); part !== undefined; part = opened.pop()) {
        const started = performance.now()
        try {
          await part.close()
          logger.debug({ part: part.name, ms: Math.round(performance.now() - started) }, 'closed')
        } catch (error) {
          logger.error({ err: error, part: part.name }, 'a part did not close cleanly')
        }
      }
    },
  }
}
