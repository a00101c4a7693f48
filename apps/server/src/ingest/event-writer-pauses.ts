import { HeartwoodError } from '../errors.ts'

/** Waits that end at once, with `shutting-down`, when the writer stops. */
export interface Pauses {
  /** @throws HeartwoodError `shutting-down` */
  pause(ms: number): Promise<void>
  /** Doubles with each try; `tries` counts from 0. */
  afterFailure(tries: number): Promise<void>
  end(): void
}

export const createPauses = ({ firstMs, mostMs }: { firstMs: number; mostMs: number }): Pauses => {
  const waiting = new Set<() => void>()
  let ended = false

  const pause = async (ms: number): Promise<void> => {
    if (!ended) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        waiting.add(wake)
      })
    }
    if (ended) throw new HeartwoodError('shutting-down', 'The event writer stops.')
  }

  return {
    pause,
    afterFailure: (tries) => pause(Math.min(mostMs, firstMs * 2 ** Math.min(tries, 20))),
    end() {
      ended = true
      for (const wake of [...waiting]) wake()
    },
  }
}
