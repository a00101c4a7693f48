import type { api } from '@heartwood/protocol'
import { type EventJson, type LevelCounts, type RouteOutput, type UnixMs, unixMicros } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import { type Order, readCursor, writeCursor } from '../../query/cursor.ts'
import { parseQuery } from '../../query/parser.ts'
import { planQuery } from '../../query/planner.ts'
import { COMPLETION_MS, DEFAULT_BUDGET, type Spending, startSpending } from '../../query/spending.ts'
import { parseTime, parseTimeRange, type TimeRange } from '../../query/time-range.ts'
import type { Budget, EventStore } from '../../store/events/event-store.ts'
import { type EventRow, rowMicros, toEventJson } from '../../store/events/rows/event-row.ts'
import { createDensity, createRarities, type Density } from './density.ts'
import { type FieldType, type FieldValue, fieldValue, LISTED_COLUMNS } from './field-values.ts'
import { histogramRows, toHistogram } from './histogram.ts'
import {
  attributeNamesQuery,
  type Counted,
  columnCountsQuery,
  countQuery,
  eventQuery,
  isRolledUp,
  levelCountsQuery,
  nextMinuteQuery,
  pageQuery,
  type Scope,
  selectRows,
  topValuesQuery,
  youngMinuteQuery,
} from './queries.ts'
import { type WalkStep, walk } from './walk.ts'

type Answer<Name extends 'search' | 'histogram' | 'fields' | 'facets' | 'counts' | 'values'> = RouteOutput<(typeof api)[Name]>

interface Filter {
  q: string
  from: string
  to: string
}
export interface SearchRequest extends Filter {
  limit: number
  cursor?: string | undefined
  order: Order
  fields?: string | undefined
}

/** Questions about the stored events of one project. An aborted signal ends the statement in the engine. */
export interface Logs {
  /** @throws HeartwoodError `query-invalid`, `time-invalid`, `cursor-invalid`, `engine-unavailable` */
  search(projectId: number, request: SearchRequest, signal?: AbortSignal): Promise<Answer<'search'>>
  /** @throws HeartwoodError `event-not-found` */
  event(projectId: number, id: string, timestamp: string | undefined, signal?: AbortSignal): Promise<EventJson>
  histogram(projectId: number, filter: Filter & { buckets: number; count: Counted }, signal?: AbortSignal): Promise<Answer<'histogram'>>
  fields(projectId: number, filter: Filter, signal?: AbortSignal): Promise<Answer<'fields'>>
  facets(projectId: number, filter: Filter & { fields: string; limit: number }, signal?: AbortSignal): Promise<Answer<'facets'>>
  counts(projectId: number, filter: Filter & { by: string; count: Counted; limit: number }, signal?: AbortSignal): Promise<Answer<'counts'>>
  values(projectId: number, filter: Filter & { field: string; contains: string; limit: number }, signal?: AbortSignal): Promise<Answer<'values'>>
}

export interface LogsDeps {
  store: EventStore
  now(): UnixMs
  /** What one request may cost. Default {@link DEFAULT_BUDGET}. */
  budget?: Budget
}

/** Rows that names of attributes are gathered from. */
const SAMPLE_ROWS = 5_000
const MAX_NAMES = 2_000
const MAX_FACETS = 30
/** Selective queries look at the newest rows first, as a word may be frequent, and then at all that an index leaves. */
const WINDOWS = { selective: 2, other: 6 } as const
/** About the newest rows that the values of a field are counted in: reading all of them took half a second. */
const VALUE_ROWS = 100_000
/** With fewer occurrences among those rows, older ones are looked at as well. */
const VALUE_OCCURRENCES = 1_000
/** Rows are sorted when they are found, and indexes asked before anything is opened: of twenty parts three have something to read. */
const UNORDERED = { optimize_read_in_order: 0, use_skip_indexes_on_data_read: 0 }

export function createLogs({ store, now, budget = DEFAULT_BUDGET }: LogsDeps): Logs {
  const densities = new Map<number, Density>()
  const rarities = createRarities()
  const densityOf = (projectId: number): Density => {
    const known = densities.get(projectId)
    if (known) return known
    const density = createDensity()
    densities.set(projectId, density)
    return density
  }

  const readScope = (projectId: number, q: string): Scope => ({ projectId, plan: planQuery(parseQuery(q)) })
  const begin = (projectId: number, { q, from, to }: Filter): { scope: Scope; range: TimeRange } => ({
    scope: readScope(projectId, q),
    range: parseTimeRange(from, to, now()),
  })

  /** Goes through the range in windows until `need` matches were found. */
  const walkScope = async (
    scope: Scope,
    spending: Spending,
    options: { range: TimeRange; order: Order; need: number; isRare?: boolean },
    read: (window: TimeRange, need: number) => Promise<WalkStep>,
  ): Promise<void> => {
    const { order } = options
    const { isSelective } = scope.plan
    const density = densityOf(scope.projectId)
    await walk({
      ...options,
      firstMicros: density.windowFor(options.range, options.need),
      maxWindows: options.isRare ? 1 : isSelective ? WINDOWS.selective : WINDOWS.other,
      async read(window, need, isLast) {
        const step = await read(window, need)
        if (!isLast && !isSelective) density.learn(window, step.rowsRead)
        return step
      },
      async jump(rest) {
        if (!isRolledUp(rest)) return order === 'desc' ? rest.to : rest.from
        // Both are asked: what was stored a moment ago may lie before all that the rollup knows.
        const texts = [nextMinuteQuery(scope, rest, order), youngMinuteQuery(scope, rest, order)]
        const answers = await Promise.all(texts.map((text) => spending.query<{ found: number; rows: number }>(text)))
        const minutes = answers.flatMap(({ rows }) => rows.filter((row) => row.rows > 0).map(({ found }) => found))
        if (minutes.length === 0) return undefined
        return unixMicros((order === 'desc' ? Math.max(...minutes) + 60 : Math.min(...minutes)) * 1_000_000)
      },
    })
  }

  return {
    async search(projectId, request, signal) {
      const { q, order, limit } = request
      const scope = readScope(projectId, q)
      const cursor = request.cursor === undefined ? undefined : readCursor(request.cursor, projectId, q, order)
      const range = cursor?.range ?? parseTimeRange(request.from, request.to, now())
      const selection = selectRows(request.fields)
      const spending = startSpending(store, budget, signal)
      const rows: (EventRow & { picked_attributes?: { [key: string]: string } })[] = []
      const remaining = cursor === undefined ? range : beyond(range, cursor.ts, order)
      const isRare = rarities.isRare(projectId, q, range)
      await walkScope(scope, spending, { range: remaining, order, need: limit + 1, isRare }, async (window, need) => {
        const text = pageQuery({ scope, range: window, order, after: cursor, limit: need, selection })
        const result = await spending.query<EventRow>(text, UNORDERED)
        rows.push(...result.rows)
        return { found: result.rows.length, rowsRead: result.stats.rowsRead, stopped: result.partial !== null }
      })
      if (scope.plan.rollup === undefined && cursor === undefined && spending.partial === null)
        rarities.learn(projectId, q, range, rows.length <= limit)
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      const hasMore = rows.length > limit && last !== undefined
      const nextCursor = hasMore ? writeCursor({ order, range, ts: rowMicros(last.ts), id: last.id }, projectId, q) : null
      const events = page.map((row) => toEventJson(selection.picked ? { ...row, attributes: row.picked_attributes ?? {} } : row))
      return { events, nextCursor, partial: spending.partial, stats: spending.stats }
    },

    async event(projectId, id, timestamp, signal) {
      const spending = startSpending(store, budget, signal)
      for (const range of placesOf(id, timestamp === undefined ? undefined : parseTime(timestamp, 'timestamp', now()))) {
        const { rows } = await spending.query<EventRow>(eventQuery(projectId, id, range))
        if (rows[0]) return toEventJson(rows[0])
      }
      if (spending.partial) throw new HeartwoodError('engine-unavailable', spending.partial.message)
      throw new HeartwoodError('event-not-found', `There is no event ${id} in this project.`)
    },

    async histogram(projectId, filter, signal) {
      const { scope, range } = begin(projectId, filter)
      const spending = startSpending(store, budget, signal)
      const { buckets, text } = histogramRows(scope, range, filter.buckets, filter.count)
      const { rows } = text === undefined ? { rows: [] } : await spending.query<{ bucket: number; level: never; rows: number }>(text)
      return { ...toHistogram(buckets, rows), partial: spending.partial }
    },

    async fields(projectId, filter, signal) {
      const { scope, range } = begin(projectId, filter)
      const spending = startSpending(store, budget, signal)
      let sample: TimeRange = { from: range.to, to: range.to }
      await walkScope(scope, spending, { range, order: 'desc', need: SAMPLE_ROWS }, async (window) => {
        const { rows, stats, partial } = await spending.query<{ rows: number }>(countQuery(scope, window))
        const found = rows[0]?.rows ?? 0
        if (found > 0) sample = { from: window.from, to: sample.from === sample.to ? window.to : sample.to }
        // The engine counts from what it knows of its parts, and reads less than there is.
        return { found, rowsRead: Math.max(found, stats.rowsRead), stopped: partial !== null }
      })
      if (sample.from === sample.to)
        return { fields: LISTED_COLUMNS.map(({ name, type }) => ({ name, type, column: true, count: 0 })), partial: spending.partial }
      const columns = LISTED_COLUMNS.map(({ value }) => value)
      const [counts, names] = await Promise.all([
        spending.query<{ [name: string]: number }>(columnCountsQuery(scope, sample, columns)),
        spending.query<{ name: string; rows: number }>(attributeNamesQuery(scope, sample, MAX_NAMES)),
      ])
      const listed = LISTED_COLUMNS.map(({ name, type }, i) => ({ name, type, column: true, count: counts.rows[0]?.[`c${i}`] ?? 0 }))
      return { fields: [...listed, ...attributeFields(names.rows)], partial: spending.partial }
    },

    async facets(projectId, filter, signal) {
      const { scope, range } = begin(projectId, filter)
      const spending = startSpending(store, budget, signal)
      const names = [...new Set(filter.fields.split(',').map((name) => name.trim()))].filter((name) => name !== '')
      if (names.length > MAX_FACETS) throw new HeartwoodError('validation-failed', `At most ${MAX_FACETS} facets can be asked for at once.`)
      const facets = await Promise.all(
        names.map(async (field) => ({ field, values: await topValues(spending, scope, range, fieldValue(field), filter.limit) })),
      )
      return { facets, partial: spending.partial }
    },

    async counts(projectId, { by, count, limit, ...filter }, signal) {
      const { scope, range } = begin(projectId, filter)
      const spending = startSpending(store, budget, signal)
      const text = levelCountsQuery(scope, range, fieldValue(by), count, limit + 1)
      const { rows } = await spending.query<{ value: string; total: number; levels: LevelCounts }>(text)
      return {
        rows: rows.slice(0, limit).map(({ value, total, levels }) => ({ value: value === '' ? null : value, total, byLevel: levels })),
        hasMore: rows.length > limit,
        partial: spending.partial,
      }
    },

    async values(projectId, filter, signal) {
      const { scope, range } = begin(projectId, filter)
      const spending = startSpending(store, { ...budget, timeMs: Math.min(budget.timeMs, COMPLETION_MS) }, signal)
      const field = fieldValue(filter.field)
      const { limit, contains } = filter
      if (field.inRollup && scope.plan.rollup !== undefined) {
        return { field: filter.field, values: await topValues(spending, scope, range, field, limit, contains), partial: spending.partial }
      }
      let values: Answer<'values'>['values'] = []
      let rows = 0
      let isSample = false
      await walkScope(scope, spending, { range, order: 'desc', need: VALUE_ROWS / 4 }, async ({ from }) => {
        const before = spending.stats.rowsRead
        values = await topValues(spending, scope, { from, to: range.to }, field, limit, contains)
        const read = spending.stats.rowsRead - before
        const occurrences = values.reduce((sum, { count }) => sum + count, 0)
        const isEnough = values.length >= limit || (contains === '' && occurrences >= VALUE_OCCURRENCES)
        const fresh = read - rows
        rows = read
        isSample = rows >= VALUE_ROWS / 2 && isEnough && from > range.from
        return { found: 0, rowsRead: fresh, stopped: spending.partial !== null || isSample }
      })
      const sampled = { reason: 'rows', message: `Counted in the newest ${rows.toLocaleString('en')} events.` } as const
      return { field: filter.field, values, partial: spending.partial ?? (isSample ? sampled : null) }
    },
  }
}

async function topValues(spending: Spending, scope: Scope, range: TimeRange, field: FieldValue, limit: number, contains = '') {
  const { rows } = await spending.query<{ value: string; total: number }>(topValuesQuery(scope, range, field, limit, contains))
  return rows.map(({ value, total }) => ({ value, count: total }))
}

/** The part of a range from a cursor on. */
const beyond = ({ from, to }: TimeRange, ts: number, order: Order): TimeRange =>
  order === 'desc' ? { from, to: unixMicros(Math.min(to, ts + 1)) } : { from: unixMicros(Math.max(from, ts)), to }

/** Where an event may lie: at its time, near the time of receipt that its id holds, anywhere. */
function placesOf(id: string, at: number | undefined): (TimeRange | undefined)[] {
  const receivedMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  const around = (center: number, before: number, after: number): TimeRange => ({ from: unixMicros(center - before), to: unixMicros(center + after) })
  const HOUR = 3_600_000_000
  return [...(at === undefined ? [] : [around(at, 1_000, 1_000)]), around(receivedMs * 1000, 2 * HOUR, HOUR), undefined]
}

const TYPES: ReadonlyMap<string, FieldType> = new Map([
  ['n', 'number'],
  ['b', 'boolean'],
  ['j', 'list'],
])

/** Names with the type that most of their values have. */
function attributeFields(rows: readonly { name: string; rows: number }[]): { name: string; type: FieldType; column: boolean; count: number }[] {
  const marks = new Map(rows.map(({ name, rows }) => [name, rows]))
  return rows
    .filter(({ name }) => name.startsWith('t:'))
    .map(({ name, rows: count }) => {
      const plain = name.slice(2)
      const type = [...TYPES].find(([mark]) => (marks.get(`${mark}:${plain}`) ?? 0) * 2 > count)?.[1] ?? 'text'
      return { name: plain, type, column: false, count }
    })
}
