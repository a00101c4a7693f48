/** Remembers which request rows are stored: their clients send a batch again when its answer is lost, and give it no name. */
export interface SeenRows {
  /**
   * Passes on the rows that were not stored before. Rows of the same id that are on their way are waited for, so that a repeat is never
   * called stored before the first is.
   * @param ids one a row, in order; undefined for a row without
   * @param store stores the rows at these places; what it throws leaves them unknown
   */
  once<Answer>(ids: readonly (string | undefined)[], store: (fresh: readonly number[]) => Promise<Answer>): Promise<Answer>
}

/** @param limit ids kept; the oldest go first. Default 50,000, about 8 MB. */
export function createSeenRows(limit = 50_000): SeenRows {
  const stored = new Set<string>()
  const underway = new Map<string, Promise<unknown>>()

  const remember = (id: string): void => {
    stored.delete(id)
    stored.add(id)
    if (stored.size <= limit) return
    const [oldest] = stored
    if (oldest !== undefined) stored.delete(oldest)
  }

  return {
    async once(ids, store) {
      for (let first = firstOf(ids, underway); first !== undefined; first = firstOf(ids, underway)) await first.catch(() => undefined)
      const mine = new Set<string>()
      const fresh: number[] = []
      for (const [place, id] of ids.entries()) {
        if (id !== undefined && (stored.has(id) || mine.has(id))) continue
        if (id !== undefined) mine.add(id)
        fresh.push(place)
      }
      const storing = store(fresh)
      for (const id of mine) underway.set(id, storing)
      try {
        const answer = await storing
        for (const id of mine) remember(id)
        return answer
      } finally {
        for (const id of mine) underway.delete(id)
      }
    },
  }
}

function firstOf(ids: readonly (string | undefined)[], underway: ReadonlyMap<string, Promise<unknown>>): Promise<unknown> | undefined {
  if (underway.size === 0) return undefined
  for (const id of ids) {
    const found = id === undefined ? undefined : underway.get(id)
    if (found !== undefined) return found
  }
  return undefined
}
