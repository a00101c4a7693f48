import { HeartwoodError } from '../../errors.ts'
import type { Logs } from '../../features/logs/service.ts'
import { DEFAULT_BUDGET, startSpending } from '../../query/spending.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { type EventRow, toEventJson } from '../../store/events/rows/event-row.ts'
import { isUuid } from '../../store/events/sql.ts'
import { type TraceHubLog, toLog } from './log.ts'
import { integerOf, isLevel, levelsOf, type Query, textOf, theirLevel, timeOf } from './parameters.ts'
import {
  GRANULARITIES,
  type Granularity,
  type LogFilter,
  latestQuery,
  logCountQuery,
  logsQuery,
  overviewQuery,
  severityQuery,
  timelineQuery,
} from './queries.ts'

interface LogPage {
  items: TraceHubLog[]
  total: number
  page: number
  per_page: number
}

interface LogsSummary {
  logs: number
  errors: number
  fatals: number
  services: number
}

/** The reading half of TraceHub's API, for one project. Parameters come as they stand in the address. */
export interface TraceHubReading {
  /** @throws HeartwoodError `validation-failed`, `engine-unavailable` */
  logs(projectId: number, query: Query, signal: AbortSignal): Promise<LogPage>
  /** The list below a project: by level or `ALL`, `search`, `limit` and `offset`. */
  projectLogs(projectId: number, query: Query, signal: AbortSignal): Promise<TraceHubLog[]>
  /** In the first of these projects that has it. @throws HeartwoodError `event-not-found` */
  log(projectIds: readonly number[], id: string, query: Query, signal: AbortSignal): Promise<TraceHubLog>
  summary(projectId: number, signal: AbortSignal): Promise<LogsSummary>
  /** RFC 3339; null where there is no log. */
  latest(projectId: number, signal: AbortSignal): Promise<string | null>
  severity(projectId: number, query: Query, signal: AbortSignal): Promise<{ items: { level: string; count: number }[] }>
  timeline(projectId: number, query: Query, signal: AbortSignal): Promise<{ points: { bucket: string; count: number }[]; granularity: Granularity }>
}

const MAX_WORDS = 20

export function createTraceHubReading({ store, logs }: { store: EventStore; logs: Pick<Logs, 'event'> }): TraceHubReading {
  const read = async <Row>(text: string, signal: AbortSignal): Promise<Row[]> => {
    const spending = startSpending(store, DEFAULT_BUDGET, signal)
    const { rows } = await spending.query<Row>(text)
    // Nothing in these answers could say that there is more than they hold.
    if (spending.partial !== null) throw new HeartwoodError('engine-unavailable', spending.partial.message)
    return rows
  }
  const page = async (projectId: number, filter: LogFilter, limit: number, offset: number, signal: AbortSignal): Promise<TraceHubLog[]> =>
    (await read<EventRow>(logsQuery(projectId, filter, limit, offset), signal)).map((row) => toLog(toEventJson(row), projectId))

  return {
    async logs(projectId, query, signal) {
      const [number, size] = [integerOf(query, 'page', 1, 1, 1_000_000), integerOf(query, 'per_page', 50, 1, 200)]
      const filter: LogFilter = {
        levels: levelsOf(query),
        service: textOf(query, 'service'),
        module: textOf(query, 'module'),
        environment: textOf(query, 'environment'),
        traceId: textOf(query, 'trace_id'),
        from: timeOf(query, 'from_ts'),
        to: timeOf(query, 'to_ts'),
        words: wordsOf(textOf(query, 'q')),
      }
      const items = await page(projectId, filter, size, (number - 1) * size, signal)
      const isAll = number === 1 && items.length < size
      const total = isAll ? items.length : ((await read<{ total: number }>(logCountQuery(projectId, filter), signal))[0]?.total ?? 0)
      return { items, total, page: number, per_page: size }
    },

    projectLogs(projectId, query, signal) {
      const isAny = textOf(query, 'level')?.toUpperCase() === 'ALL'
      const filter: LogFilter = { levels: isAny ? undefined : levelsOf(query), words: wordsOf(textOf(query, 'search')) }
      return page(projectId, filter, integerOf(query, 'limit', 100, 1, 1_000), integerOf(query, 'offset', 0, 0, 10_000_000), signal)
    },

    async log(projectIds, id, query, signal) {
      if (isUuid(id)) {
        const at = timeOf(query, 'timestamp') === undefined ? undefined : textOf(query, 'timestamp')
        for (const projectId of projectIds) {
          const event = await logs.event(projectId, id, at, signal).catch((error: unknown) => {
            if (error instanceof HeartwoodError && error.code === 'event-not-found') return undefined
            throw error
          })
          if (event !== undefined) return toLog(event, projectId)
        }
      }
      throw new HeartwoodError('event-not-found', 'Log not found')
    },

    async summary(projectId, signal) {
      const [row] = await read<LogsSummary>(overviewQuery(projectId), signal)
      return row ?? { logs: 0, errors: 0, fatals: 0, services: 0 }
    },

    async latest(projectId, signal) {
      const ms = Number((await read<{ latest_ms: number }>(latestQuery(projectId), signal))[0]?.latest_ms ?? 0)
      return ms === 0 ? null : new Date(ms).toISOString()
    },

    async severity(projectId, query, signal) {
      const filter = { from: timeOf(query, 'from'), to: timeOf(query, 'to') }
      const rows = await read<{ name: string; rows: number }>(severityQuery(projectId, filter), signal)
      return { items: rows.map(({ name, rows: count }) => ({ level: isLevel(name) ? theirLevel(name) : name, count })) }
    },

    async timeline(projectId, query, signal) {
      const filter = { from: timeOf(query, 'from'), to: timeOf(query, 'to') }
      const wanted = textOf(query, 'granularity') ?? ''
      const granularity = Object.hasOwn(GRANULARITIES, wanted) ? (wanted as Granularity) : 'day'
      const rows = await read<{ at: number; rows: number }>(timelineQuery(projectId, filter, granularity), signal)
      return { points: rows.map(({ at, rows: count }) => ({ bucket: new Date(at * 1000).toISOString(), count })), granularity }
    },
  }
}

const wordsOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
