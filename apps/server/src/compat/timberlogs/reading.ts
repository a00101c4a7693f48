import type { Level } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import { flowName } from '../../features/flows/model.ts'
import type { Logs } from '../../features/logs/service.ts'
import { DEFAULT_BUDGET, startSpending } from '../../query/spending.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { type EventRow, toEventJson } from '../../store/events/rows/event-row.ts'
import { isUuid } from '../../store/events/sql.ts'
import { TIMBERLOGS_LEVELS, type TimberlogsLevel, type TimberlogsLog, toLog, toTimberlogsLevel } from './log.ts'
import { DAY_MS, filterOf, pageOf, periodOf, type Query, textOf, toDay } from './parameters.ts'
import { flowsQuery, GROUPS, type Group, type LogFilter, logsQuery, type Page, SEARCH_FIELDS, type SearchField, statsQuery } from './queries.ts'
import { readSearch, type SearchWords } from './search-words.ts'

interface Pagination extends Page {
  count: number
  hasMore: boolean
  total?: number
}
interface LogPage {
  logs: TimberlogsLog[]
  pagination: Pagination
  /** Only when the engine's budget ended the search before everything was seen. */
  partial?: string
}
type Counts = { [Name in TimberlogsLevel | 'total']: number }
interface Flow {
  flowId: string
  name: string
  source: string | null
  logCount: number
  firstSeen: number
  lastSeen: number
}

/** The reading half of the protocol, answered for one project. Parameters come as they stand in the address. */
export interface TimberlogsReading {
  logs(projectId: number, query: Query, signal: AbortSignal): Promise<LogPage>
  /** @throws HeartwoodError `event-not-found` */
  log(projectId: number, id: string, signal: AbortSignal): Promise<{ log: TimberlogsLog }>
  /** @throws HeartwoodError `validation-failed` without at least two characters to look for */
  search(
    projectId: number,
    query: Query,
    signal: AbortSignal,
  ): Promise<LogPage & { query: { raw: string; parsed: SearchWords; fields: readonly SearchField[] } }>
  flows(projectId: number, query: Query, signal: AbortSignal): Promise<{ flows: Flow[]; pagination: Pagination }>
  /** @throws HeartwoodError `validation-failed` for another `groupBy` than day, hour and source */
  stats(
    projectId: number,
    query: Query,
    signal: AbortSignal,
  ): Promise<{ stats: ({ [key: string]: string | number } & Counts)[]; totals: Counts; period: { from: string; to: string; groupBy: Group } }>
  summary(
    projectId: number,
    signal: AbortSignal,
  ): Promise<{ today: Counts; comparison: { yesterdayTotal: number; changePercent: number; trend: 'up' | 'down' | 'stable' } }>
}

export interface ReadingDeps {
  store: EventStore
  logs: Pick<Logs, 'event'>
  /** ms since 1970. */
  now(): number
}

/** Filters of these have an index that finds the few rows: to read them in the order of the table would open every part of it. */
const INDEXED = ['flowId', 'userId', 'sessionId'] as const
const MIN_SEARCH = 2

const noCounts = (): Counts => ({ debug: 0, info: 0, warn: 0, error: 0, total: 0 })

export function createTimberlogsReading({ store, logs, now }: ReadingDeps): TimberlogsReading {
  const readPage = async (
    projectId: number,
    filter: LogFilter,
    page: Page,
    signal: AbortSignal,
    search?: { words: SearchWords; fields: readonly SearchField[] },
  ): Promise<LogPage> => {
    const spending = startSpending(store, DEFAULT_BUDGET, signal)
    const settings = INDEXED.some((name) => filter[name] !== undefined) ? { optimize_read_in_order: 0 } : {}
    const { rows } = await spending.query<EventRow>(logsQuery(projectId, filter, page, search), settings)
    const found = rows.slice(0, page.limit).map((row) => toLog(toEventJson(row)))
    return {
      logs: found,
      pagination: { ...page, count: found.length, hasMore: rows.length > page.limit },
      ...(spending.partial === null ? {} : { partial: spending.partial.message }),
    }
  }

  const countLevels = async (
    projectId: number,
    range: { first: number; end: number },
    group: Group,
    filter: Pick<LogFilter, 'source' | 'environment' | 'dataset'>,
    signal: AbortSignal,
  ): Promise<Map<string, Counts>> => {
    const spending = startSpending(store, DEFAULT_BUDGET, signal)
    const { rows } = await spending.query<{ key: string; level: Level; rows: number }>(statsQuery(projectId, range, group, filter))
    const groups = new Map<string, Counts>()
    for (const { key, level, rows: count } of rows) {
      const counts = groups.get(key) ?? noCounts()
      counts[toTimberlogsLevel(level)] += count
      counts.total += count
      groups.set(key, counts)
    }
    return groups
  }

  return {
    logs: (projectId, query, signal) => readPage(projectId, filterOf(query), pageOf(query, { usual: 100, most: 1_000 }), signal),

    async log(projectId, id, signal) {
      if (!isUuid(id)) throw new HeartwoodError('event-not-found', 'Log not found')
      return { log: toLog(await logs.event(projectId, id, undefined, signal)) }
    },

    async search(projectId, query, signal) {
      const raw = (textOf(query, 'q') ?? '').trim()
      if ([...raw].length < MIN_SEARCH) throw new HeartwoodError('validation-failed', 'Search query must be at least 2 characters')
      const named = (textOf(query, 'fields') ?? '').split(',').map((name) => name.trim())
      const known = SEARCH_FIELDS.filter((field) => named.includes(field))
      const fields: readonly SearchField[] = known.length === 0 ? ['message'] : known
      const words = readSearch(raw)
      const page = await readPage(projectId, filterOf(query), pageOf(query, { usual: 50, most: 500 }), signal, { words, fields })
      return { ...page, query: { raw, parsed: words, fields } }
    },

    async flows(projectId, query, signal) {
      const page = pageOf(query, { usual: 50, most: 1_000 })
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { rows } = await spending.query<{ flow_id: string; logs: number; first: number; last: number; source: string; total: number }>(
        flowsQuery(projectId, filterOf(query), page),
      )
      const total = rows[0]?.total ?? 0
      const flows = rows.map((row) => ({
        flowId: row.flow_id,
        name: flowName(row.flow_id),
        source: row.source === '' ? null : row.source,
        logCount: row.logs,
        firstSeen: row.first,
        lastSeen: row.last,
      }))
      return { flows, pagination: { ...page, count: flows.length, hasMore: page.offset + flows.length < total, total } }
    },

    async stats(projectId, query, signal) {
      const asked = textOf(query, 'groupBy') ?? 'day'
      const groupBy = GROUPS.find((name) => name === asked.toLowerCase())
      if (groupBy === undefined) throw new HeartwoodError('validation-failed', 'Validation error: groupBy is day, hour or source')
      const { first, last, end } = periodOf(query, now())
      const groups = await countLevels(projectId, { first, end }, groupBy, filterOf({ ...query, from: undefined, to: undefined }), signal)
      const totals = noCounts()
      for (const counts of groups.values()) for (const name of [...TIMBERLOGS_LEVELS, 'total'] as const) totals[name] += counts[name]
      const sorted = [...groups].sort(([a, x], [b, y]) => (groupBy === 'source' ? y.total - x.total || compare(a, b) : compare(b, a)))
      return {
        stats: sorted.map(([key, counts]) => ({ ...keysOf(groupBy, key), ...counts })),
        totals,
        period: { from: toDay(first), to: toDay(last), groupBy },
      }
    },

    async summary(projectId, signal) {
      const midnight = Math.floor(now() / DAY_MS) * DAY_MS
      const nothing = { source: undefined, environment: undefined, dataset: undefined }
      const days = await countLevels(projectId, { first: midnight - DAY_MS, end: midnight + DAY_MS }, 'day', nothing, signal)
      const today = days.get(toDay(midnight)) ?? noCounts()
      const yesterdayTotal = days.get(toDay(midnight - DAY_MS))?.total ?? 0
      const change = yesterdayTotal === 0 ? (today.total === 0 ? 0 : 100) : ((today.total - yesterdayTotal) / yesterdayTotal) * 100
      const trend = Math.abs(change) <= 1 ? 'stable' : change > 0 ? 'up' : 'down'
      return { today, comparison: { yesterdayTotal, changePercent: Math.round(change), trend } }
    },
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function keysOf(group: Group, key: string): { [name: string]: string | number } {
  if (group === 'source') return { source: key }
  return group === 'day' ? { date: key } : { date: key.slice(0, 10), hour: Number(key.slice(11)) }
}
