/** Failures in a row. */
export const OPENS_AFTER = 5
const FIRST_MS = 1_000
const MOST_MS = 30_000

/**
 * Keeps a server that is gone from costing anything: after five failures in a row nothing is sent but one request after a while (a probe), until one
 * gets through. The while is 1 s at first and doubles to 30 s, each time between half and all of it.
 */
export interface Breaker {
  readonly open: boolean
  /** When the next probe may go (monotonic ms). */
  readonly probeAt: number
  failed(now: number): void
  worked(): void
  /** The next probe may go at once. */
  probeNow(now: number): void
  /** Opens, and lets a probe go at that moment. */
  openUntil(at: number): void
}

export const createBreaker = (random: () => number): Breaker => {
  let failures = 0
  let open = false
  let probes = 0
  let probeAt = 0
  return {
    get open() {
      return open
    },
    get probeAt() {
      return probeAt
    },
    failed(now) {
      failures += 1
      if (failures < OPENS_AFTER) return
      // Those that were on their way when it opened say nothing new.
      if (open && now < probeAt) return
      const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(probes, 10))
      probeAt = now + most * (0.5 + random() / 2)
      probes += 1
      open = true
    },
    worked() {
      failures = 0
      open = false
      probes = 0
    },
    probeNow(now) {
      probeAt = Math.min(probeAt, now)
    },
    openUntil(at) {
      failures = OPENS_AFTER
      open = true
      probeAt = at
    },
  }
}
