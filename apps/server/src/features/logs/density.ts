import type { TimeRange } from '../../query/time-range.ts'

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
const FIRST_ROWS = 8_000
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

/** Queries that had no full page in their whole range: looking at the newest rows first would be in vain. */
export interface Rarities {
  isRare(projectId: number, q: string, range: TimeRange): boolean
  learn(projectId: number, q: string, range: TimeRange, isRare: boolean): void
}

const REMEMBERED = 1_000

export function createRarities(): Rarities {
  const known = new Set<string>()
  // What is rare in an hour need not be in a month.
  const keyOf = (projectId: number, q: string, { from, to }: TimeRange): string => `${projectId} ${Math.round(Math.log2(to - from))} ${q}`
  return {
    isRare: (projectId, q, range) => known.has(keyOf(projectId, q, range)),
    learn(projectId, q, range, isRare) {
      const key = keyOf(projectId, q, range)
      known.delete(key)
      if (isRare) known.add(key)
      const [oldest] = known
      if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest)
    },
  }
}
