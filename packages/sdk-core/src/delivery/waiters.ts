import type { Platform } from '../ports.ts'

/** Those who await that events have left memory. */
export interface Waiters {
  /** @param until all events with lower numbers @returns whether they left in time */
  wait(until: number, timeoutMs: number): Promise<boolean>
  /** @param oldest number of the oldest event in memory @param isHopeless nothing but the program can change that it stays there */
  settle(oldest: number, isHopeless: boolean): void
}

export const createWaiters = (platform: Pick<Platform, 'setTimer'>): Waiters => {
  const waiting = new Set<{ readonly until: number; done(all: boolean): void }>()
  return {
    wait: (until, timeoutMs) =>
      new Promise((resolve) => {
        const timer = platform.setTimer(() => waiter.done(false), timeoutMs, true)
        const waiter = {
          until,
          done(all: boolean) {
            waiting.delete(waiter)
            timer.cancel()
            resolve(all)
          },
        }
        waiting.add(waiter)
      }),
    settle(oldest, isHopeless) {
      for (const waiter of waiting) {
        if (oldest >= waiter.until) waiter.done(true)
        else if (isHopeless) waiter.done(false)
      }
    },
  }
}
