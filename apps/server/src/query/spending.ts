import { HeartwoodError } from '../errors.ts'
import type { Budget, EventStore, QueryOptions, QueryResult } from '../store/events/event-store.ts'

/** What one request of the API may cost altogether, however many statements it takes. */
export const DEFAULT_BUDGET: Budget = { timeMs: 10_000, memoryBytes: 512 * 1024 * 1024, rowsToRead: 1_000_000_000 }
/** Completion has to be quick or not at all. */
export const COMPLETION_MS = 3_000

type Partial = QueryResult<unknown>['partial']

/** Runs the statements of one request on what is left of its budget, and adds up what they cost. */
export interface Spending {
  query<Row>(sql: string, settings?: QueryOptions['settings']): Promise<QueryResult<Row>>
  /** Why it ended early, if any statement did. */
  readonly partial: Partial
  readonly stats: QueryResult<unknown>['stats']
}

export function startSpending(store: Pick<EventStore, 'query'>, budget: Budget, signal: AbortSignal | undefined): Spending {
  const started = performance.now()
  let partial: Partial = null
  let rowsRead = 0
  let bytesRead = 0
  return {
    async query<Row>(sql: string, settings?: QueryOptions['settings']) {
      const left: Budget = {
        timeMs: Math.max(1, Math.floor(budget.timeMs - (performance.now() - started))),
        memoryBytes: budget.memoryBytes,
        rowsToRead: Math.max(1, budget.rowsToRead - rowsRead),
      }
      const result = await store.query<Row>(sql, { budget: left, ...(signal ? { signal } : {}), ...(settings ? { settings } : {}) })
      if (result.partial?.reason === 'cancelled') throw new HeartwoodError('request-cancelled', 'The client left before its answer was there.')
      partial ??= withWhole(result.partial, budget)
      rowsRead += result.stats.rowsRead
      bytesRead += result.stats.bytesRead
      return result
    },
    get partial() {
      return partial
    },
    get stats() {
      return { elapsedMs: Math.round((performance.now() - started) * 10) / 10, rowsRead, bytesRead }
    },
  }
}

/** Says the limit of the request, not what was left of it for its last statement. */
function withWhole(partial: Partial, budget: Budget): Partial {
  if (partial === null) return null
  const advice = 'Narrow the time range or add a field to the query to see everything.'
  if (partial.reason === 'time') return { reason: 'time', message: `The search was stopped after ${budget.timeMs / 1000} seconds. ${advice}` }
  if (partial.reason === 'rows') {
    return { reason: 'rows', message: `The search was stopped after reading ${budget.rowsToRead.toLocaleString('en')} rows. ${advice}` }
  }
  return { reason: partial.reason, message: `${partial.message} ${advice}` }
}
