import { type UnixMicros, unixMicros } from '@heartwood/protocol'
import type { Cursor, Order } from '../../query/cursor.ts'
import type { Buckets } from '../../query/intervals.ts'
import { OCCURRENCES_OF_EVENT } from '../../query/occurrences.ts'
import type { Plan } from '../../query/planner.ts'
import type { TimeRange } from '../../query/time-range.ts'
import { FULL_COLUMNS, LIST_COLUMNS, ROW_COLUMNS } from '../../store/events/rows/event-row.ts'
import { afterPlace, NEWEST_FIRST, OLDEST_FIRST, sql, within } from '../../store/events/sql.ts'
import type { FieldValue } from './field-values.ts'

/** SQL of the Logs page. Texts only: no statement is run here. */

/** Which rows are asked for. */
export interface Scope {
  projectId: number
  plan: Plan
}

const condition = ({ projectId, plan }: Scope, range: TimeRange): string =>
  `project_id = ${sql.integer(projectId)} AND ${within(range)} AND ${plan.where}`

/** What a page of rows shows. */
export interface RowSelection {
  columns: string
  /** Attributes in the column `picked_attributes` instead of all. */
  picked: boolean
}

/** Columns that a list has anyway, and those that can be asked for by their wire names. */
const MORE_COLUMNS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    receivedAt: 'received_at',
    environment: 'environment',
    release: 'release',
    host: 'host',
    dataset: 'dataset',
    tags: 'tags',
    traceId: 'trace_id',
    spanId: 'span_id',
    sessionId: 'session_id',
    userId: 'user_id',
    requestId: 'request_id',
    flowId: 'flow_id',
    stepIndex: 'step_index',
    issueId: 'issue_id',
    method: 'method',
    route: 'route',
    path: 'path',
    status: 'status',
    durationMs: 'duration_ms',
  }),
)

/** @param fields `undefined` for all but `detail`, `*` for whole events, else a comma list of columns and attributes; `attributes` are all of them. */
export function selectRows(fields: string | undefined): RowSelection {
  if (fields === undefined) return { columns: ROW_COLUMNS, picked: false }
  const names = fields.split(',').map((name) => name.trim())
  if (names.includes('*')) return { columns: FULL_COLUMNS, picked: false }
  const columns = new Set(LIST_COLUMNS.split(', '))
  const attributes: string[] = []
  for (const name of names) {
    const column = MORE_COLUMNS.get(name)
    if (column !== undefined) columns.add(column)
    else if (name !== '' && !columns.has(name)) attributes.push(name)
  }
  if (names.includes('attributes')) columns.add('attributes').add('attribute_types')
  if (attributes.length === 0 || names.includes('attributes')) return { columns: [...columns].join(', '), picked: false }
  // A name that held an object brings everything below it.
  const chosen = `k IN ${sql.list(attributes, sql.text)} OR ${attributes.map((name) => `startsWith(k, ${sql.text(`${name}.`)})`).join(' OR ')}`
  columns.add(`mapFilter((k, v) -> ${chosen}, attributes) AS picked_attributes`).add('attribute_types')
  return { columns: [...columns].join(', '), picked: true }
}

export interface PageQuery {
  scope: Scope
  range: TimeRange
  order: Order
  after: Cursor | undefined
  limit: number
  selection: RowSelection
}

/**
 * The filter is a PREWHERE of its own making: left to itself the engine puts the limit's running minimum there instead, and reads
 * the columns of the order for every row (half again as much work for a scan).
 */
export function pageQuery({ scope: { projectId, plan }, range, order, after, limit, selection }: PageQuery): string {
  const place = after ? ` AND ${afterPlace(order, after.ts, after.id)}` : ''
  const filter = plan.where === '1' ? '' : ` PREWHERE ${plan.where}`
  return `SELECT ${selection.columns} FROM events${filter} WHERE project_id = ${sql.integer(projectId)} AND ${within(range)}${place}
ORDER BY ${order === 'desc' ? NEWEST_FIRST : OLDEST_FIRST} LIMIT ${sql.integer(limit)}`
}

const MINUTE = 60_000_000
/** The rollup keeps minutes as seconds since 1970 in 32 bits. */
const ROLLUP_RANGE: TimeRange = { from: unixMicros(0), to: unixMicros(Date.UTC(2106, 0, 1) * 1000) }

const clip = (range: TimeRange, limits: TimeRange): TimeRange => ({
  from: unixMicros(Math.max(range.from, limits.from)),
  to: unixMicros(Math.min(range.to, limits.to)),
})
export const isEmptyRange = ({ from, to }: TimeRange): boolean => from >= to

/** A range as whole minutes, which the rollup counts, and what is left at both ends. */
function splitAtMinutes(range: TimeRange): { whole: TimeRange; edges: TimeRange[] } {
  const first = unixMicros(Math.ceil(range.from / MINUTE) * MINUTE)
  const last = unixMicros(Math.floor(range.to / MINUTE) * MINUTE)
  const whole = clip({ from: first, to: last }, ROLLUP_RANGE)
  if (isEmptyRange(whole)) return { whole, edges: [range] }
  const edges = [
    { from: range.from, to: whole.from },
    { from: whole.to, to: range.to },
  ]
  return { whole, edges: edges.filter((edge) => !isEmptyRange(edge)) }
}

const minutes = (projectId: number, where: string, range: TimeRange): string =>
  `project_id = ${sql.integer(projectId)} AND minute >= ${seconds(range.from)} AND minute < ${seconds(range.to)} AND ${where}`
const seconds = (micros: UnixMicros): string => `toDateTime(${sql.integer(Math.max(0, Math.floor(micros / 1_000_000)))}, 'UTC')`

/** Whether the rollup has all of a range: it cannot hold times before 1970. */
export const isRolledUp = ({ from, to }: TimeRange): boolean => from >= ROLLUP_RANGE.from && to <= ROLLUP_RANGE.to

const nextMinute = (minute: string, from: string, order: Order): string =>
  `SELECT toUnixTimestamp(${order === 'desc' ? 'max' : 'min'}(${minute})) AS found, count() AS rows FROM ${from}`

/** The newest (or oldest) minute in which something of a range may match. */
export function nextMinuteQuery({ projectId, plan }: Scope, range: TimeRange, order: Order): string {
  const fromMinute = { from: unixMicros(Math.floor(range.from / MINUTE) * MINUTE), to: range.to }
  return nextMinute('minute', `events_by_minute WHERE ${minutes(projectId, plan.rollupAtLeast, fromMinute)}`, order)
}

/**
 * The same of what was stored a moment ago, which the rollup may not have yet: its rows come shortly after those of the table. They do so
 * long before a part is merged for the first time.
 */
export const youngMinuteQuery = ({ projectId, plan }: Scope, range: TimeRange, order: Order): string =>
  nextMinute(
    'toStartOfMinute(ts)',
    `events WHERE project_id = ${sql.integer(projectId)} AND ${within(range)} AND ${plan.rollupAtLeast} AND _part IN (
  SELECT name FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active AND level = 0 AND modification_time > now() - 10)`,
    order,
  )

/** What is counted: stored events, or what they stand for, which the rollup does not know. */
export type Counted = 'events' | 'occurrences'
const counting = (counted: Counted): string => (counted === 'events' ? 'count()' : `toFloat64(round(sum(${OCCURRENCES_OF_EVENT})))`)

/**
 * Queries that count a range together: the rollup where it can, the rows themselves elsewhere.
 * @param rolled counts of the rollup under a condition; undefined where it cannot tell them.
 */
function countedParts(
  { projectId, plan }: Scope,
  range: TimeRange,
  raw: (part: TimeRange) => string,
  rolled: ((where: string) => string) | undefined,
): string[] {
  const { whole, edges } = splitAtMinutes(range)
  if (rolled === undefined || plan.rollup === undefined || isEmptyRange(whole)) return [raw(range)]
  return [rolled(minutes(projectId, plan.rollup, whole)), ...edges.map(raw)]
}

/** Counts by bucket and level; buckets are numbered from `firstMs`. */
export function histogramQuery(scope: Scope, range: TimeRange, { intervalMs, firstMs }: Buckets, counted: Counted): string {
  const raw = (part: TimeRange): string =>
    `SELECT intDiv(toUnixTimestamp64Micro(ts) - ${sql.integer(firstMs * 1000)}, ${sql.integer(intervalMs * 1000)}) AS bucket, level, ${counting(counted)} AS rows FROM events WHERE ${condition(scope, part)} GROUP BY bucket, level`
  const rolled = (where: string): string =>
    `SELECT intDiv(toInt64(toUnixTimestamp(minute)) - ${sql.integer(firstMs / 1000)}, ${sql.integer(intervalMs / 1000)}) AS bucket, level, sum(count) AS rows FROM events_by_minute WHERE ${where} GROUP BY bucket, level`
  const isRolled = counted === 'events' && intervalMs % 60_000 === 0
  const [first = '', ...others] = countedParts(scope, range, raw, isRolled ? rolled : undefined)
  if (others.length === 0) return first
  return `SELECT bucket, level, sum(rows) AS rows FROM (${[first, ...others].join(' UNION ALL ')}) GROUP BY bucket, level`
}

/** The most frequent values of one field; empty ones are left out. */
export function topValuesQuery(scope: Scope, range: TimeRange, field: FieldValue, limit: number, contains = ''): string {
  const holds = contains === '' ? '' : ` AND positionCaseInsensitiveUTF8(value, ${sql.text(contains)}) > 0`
  const raw = (part: TimeRange): string =>
    `SELECT ${field.value} AS value, count() AS rows FROM events WHERE ${condition(scope, part)} AND ${field.present}${holds} GROUP BY value`
  const rolled = (where: string): string =>
    `SELECT ${field.value} AS value, sum(count) AS rows FROM events_by_minute WHERE ${where} AND ${field.present}${holds} GROUP BY value`
  const parts = countedParts(scope, range, raw, field.inRollup ? rolled : undefined)
  return `SELECT value, sum(rows) AS total FROM (${parts.join(' UNION ALL ')}) GROUP BY value ORDER BY total DESC, value LIMIT ${sql.integer(limit)}`
}

/** All rows by the values of one field, empty ones too, and by level. */
export function levelCountsQuery(scope: Scope, range: TimeRange, { value, inRollup }: FieldValue, counted: Counted, limit: number): string {
  const raw = (part: TimeRange): string =>
    `SELECT ${value} AS value, level, ${counting(counted)} AS rows FROM events WHERE ${condition(scope, part)} GROUP BY value, level`
  const rolled = (where: string): string =>
    `SELECT ${value} AS value, level, sum(count) AS rows FROM events_by_minute WHERE ${where} GROUP BY value, level`
  const parts = countedParts(scope, range, raw, inRollup && counted === 'events' ? rolled : undefined)
  return `SELECT value, sum(rows) AS total, sumMap(map(toString(level), rows)) AS levels FROM (${parts.join(' UNION ALL ')}) GROUP BY value ORDER BY total DESC, value LIMIT ${sql.integer(limit)}`
}

export const countQuery = (scope: Scope, range: TimeRange): string => `SELECT count() AS rows FROM events WHERE ${condition(scope, range)}`

/** How often each attribute occurs (`t:name`), and how often as a number, boolean or list (`n:name`, `b:name`, `j:name`). */
export const attributeNamesQuery = (scope: Scope, range: TimeRange, limit: number): string =>
  `SELECT arrayJoin(arrayConcat(arrayMap(name -> concat('t:', name), mapKeys(attributes)), attribute_types)) AS name, count() AS rows FROM events WHERE ${condition(scope, range)} GROUP BY name ORDER BY rows DESC, name LIMIT ${sql.integer(limit)}`

/** How many rows have something in each column. */
export const columnCountsQuery = (scope: Scope, range: TimeRange, fields: readonly FieldValue[]): string =>
  `SELECT ${fields.map(({ present }, i) => `countIf(${present}) AS c${sql.integer(i)}`).join(', ')} FROM events WHERE ${condition(scope, range)}`

/** One event; where its time is not known, in the given range. */
export const eventQuery = (projectId: number, id: string, range: TimeRange | undefined): string =>
  `SELECT ${FULL_COLUMNS} FROM events WHERE project_id = ${sql.integer(projectId)}${range ? ` AND ${within(range)}` : ''} AND id = ${sql.uuid(id)} LIMIT 1`
