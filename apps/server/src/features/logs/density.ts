import type { TimeRange } from './time-range.ts'

/**
 * How many rows of a project the engine reads for a stretch of time, learned from its answers. Only a hint: a wrong one costs a
 * statement, never a row.
 */
export interface Density {
  /** Width of the window that a search should begin with. */
  windowFor(range: TimeRange, need: number): number
  learn(window: TimeRange, rowsRead: number): void
}

/** Read in a few milliseconds. */
const FIRST_ROWS = 20_000
const MINUTE = 60_000_000

export function createDensity(): Density {
  let rowsPerMicro = 0
  return {
    windowFor({ from, to }, need) {
      if (rowsPerMicro === 0) return Math.min(Math.max((to - from) / 1440, MINUTE / 4), 10 * MINUTE)
      return Math.max(FIRST_ROWS, need * 4) / rowsPerMicro
    },
    learn({ from, to }, rowsRead) {
      if (to <= from || rowsRead === 0) return
      const seen = rowsRead / (to - from)
      rowsPerMicro = rowsPerMicro === 0 ? seen : rowsPerMicro * 0.5 + seen * 0.5
    },
  }
}
