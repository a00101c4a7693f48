import { HeartwoodError } from '../../errors.ts'

/** Work that waits in line for one of a few things, each of which does one piece at a time. */
export interface Lane<Thing extends object | number> {
  /**
   * @param signal leaves the line; work that has begun is not touched.
   * @returns undefined when the signal fired before the work began.
   * @throws HeartwoodError `shutting-down` after `close` began, or what the work throws.
   */
  run<Value>(work: (thing: Thing) => Promise<Value>, signal?: AbortSignal): Promise<Value | undefined>
  /** Takes no more work and resolves when all that was taken is done. */
  close(): Promise<void>
}

/** @param renew gives a fresh thing for one whose work failed. */
export const createLane = <Thing extends object | number>(
  things: readonly Thing[],
  renew: (thing: Thing) => Thing = (thing) => thing,
): Lane<Thing> => {
  const free = [...things]
  const waiting: ((thing: Thing | undefined) => void)[] = []
  let closing = false
  let onIdle: (() => void) | undefined

  const release = (thing: Thing): void => {
    const next = waiting.shift()
    if (next !== undefined) {
      next(thing)
      return
    }
    free.push(thing)
    if (free.length === things.length) onIdle?.()
  }
  const acquire = async (signal: AbortSignal | undefined): Promise<Thing | undefined> => {
    const thing = free.pop()
    if (thing !== undefined) return thing
    return new Promise((resolve) => {
      const start = (given: Thing | undefined): void => {
        signal?.removeEventListener('abort', leave)
        resolve(given)
      }
      const leave = (): void => {
        waiting.splice(waiting.indexOf(start), 1)
        start(undefined)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(start)
    })
  }

  return {
    async run(work, signal) {
      if (closing) throw new HeartwoodError('shutting-down', 'The event store is closing.')
      if (signal?.aborted) return undefined
      const thing = await acquire(signal)
      if (thing === undefined) return undefined
      let next: Thing = thing
      try {
        return await work(thing)
      } catch (error) {
        next = renew(thing)
        throw error
      } finally {
        release(next)
      }
    },
    close() {
      closing = true
      if (free.length === things.length) return Promise.resolve()
      return new Promise((resolve) => {
        onIdle = resolve
      })
    },
  }
}
