/**
 * How long the next group may gather: little at low load, so that events are found soon; longer when many come, because large groups cost the
 * engine a fraction of what small ones do; as long as the insert before it takes under pressure.
 */
export interface Pace {
  waitMs(): number
  /** The returned function is called when the insert has ended. */
  insertBegins(rows: number): () => void
}

const LONGEST = 4
/** Groups of this many rows gather for the base time, larger ones in proportion longer, up to {@link LONGEST_IDLE} times as long. */
const SMALL_GROUP = 4_000
const LONGEST_IDLE = 2
/** The weight of the newest insert in the running mean. */
const WEIGHT = 0.3

export const createPace = (baseMs: number, now: () => number = () => performance.now()): Pace => {
  let msPerRow = 0
  let newest = 0
  let running: { startedAt: number; rows: number } | undefined

  return {
    waitMs() {
      const idle = baseMs * Math.min(Math.max(newest / SMALL_GROUP, 1), LONGEST_IDLE)
      if (running === undefined) return idle
      const left = running.rows * msPerRow - (now() - running.startedAt)
      return Math.min(Math.max(left, idle), LONGEST * baseMs)
    },
    insertBegins(rows) {
      const begun = { startedAt: now(), rows }
      running = begun
      newest = rows
      return () => {
        const measured = (now() - begun.startedAt) / Math.max(1, rows)
        // Small inserts cost mostly their fixed part and say little about a row.
        if (rows >= 1_000) msPerRow = msPerRow === 0 ? measured : msPerRow + WEIGHT * (measured - msPerRow)
        running = undefined
      }
    },
  }
}
