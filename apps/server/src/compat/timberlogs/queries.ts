import { unixMicros } from '@heartwood/protocol'
import { planQuery } from '../../query/planner.ts'
import { FULL_COLUMNS } from '../../store/events/rows/event-row.ts'
import { NEWEST_FIRST, sql } from '../../store/events/sql.ts'
import { LEVELS_OF, type TimberlogsLevel } from './log.ts'
import type { SearchWords } from './search-words.ts'

/** SQL of the reading half. Texts only: no statement is run here. */

export interface Page {
  limit: number
  offset: number
}

export interface LogFilter {
  level: TimberlogsLevel | undefined
  source: string | undefined
  environment: string | undefined
  dataset: string | undefined
  userId: string | undefined
  sessionId: string | undefined
  flowId: string | undefined
  /** ms, both included. */
  from: number | undefined
  to: number | undefined
}

const COLUMNS = [
  ['source', 'service'],
  ['environment', 'environment'],
  ['dataset', 'dataset'],
  ['userId', 'user_id'],
  ['sessionId', 'session_id'],
  ['flowId', 'flow_id'],
] as const

const micros = (ms: number): string => sql.micros(unixMicros(ms * 1000))

const timeIs = ({ from, to }: Pick<LogFilter, 'from' | 'to'>): string[] => [
  ...(from === undefined ? [] : [`ts >= ${micros(from)}`]),
  ...(to === undefined ? [] : [`ts < ${micros(to + 1)}`]),
]

function fieldsAre(filter: LogFilter): string[] {
  const conditions: string[] = []
  if (filter.level !== undefined) conditions.push(`level IN ${sql.list(LEVELS_OF[filter.level], sql.level)}`)
  for (const [name, column] of COLUMNS) {
    const value = filter[name]
    if (value !== undefined) conditions.push(`${column} = ${sql.text(value)}`)
  }
  return conditions
}

/** The steps of a flow in their order; logs without a step after them. */
const BY_STEP = 'step_index < 0, step_index, ts, toUInt128(id)'

/** One more than the page, so that it is known whether there are more. */
export function logsQuery(projectId: number, filter: LogFilter, page: Page, words?: { words: SearchWords; fields: readonly SearchField[] }): string {
  const conditions = [...fieldsAre(filter), ...(words === undefined ? [] : wordsAre(words.words, words.fields))]
  const where = [`project_id = ${sql.integer(projectId)}`, ...timeIs(filter)].join(' AND ')
  const prewhere = conditions.length === 0 ? '' : ` PREWHERE ${conditions.join(' AND ')}`
  const order = filter.flowId !== undefined && words === undefined ? BY_STEP : NEWEST_FIRST
  return `SELECT ${FULL_COLUMNS} FROM events${prewhere} WHERE ${where} ORDER BY ${order} LIMIT ${sql.integer(page.limit + 1)} OFFSET ${sql.integer(page.offset)}`
}

export const SEARCH_FIELDS = ['message', 'errorName', 'errorStack', 'data'] as const
export type SearchField = (typeof SEARCH_FIELDS)[number]

/** Names and values as JSON writes them; Heartwood's own are left out. */
const DATA_TEXT = `arrayStringConcat(arrayMap((k, v) -> concat('"', k, '":', if(hasAny(attribute_types, [concat('n:', k), concat('b:', k), concat('j:', k), concat('z:', k)]), v, concat('"', v, '"'))), mapKeys(mapFilter((k, v) -> NOT match(k, '^(heartwood|client|error)[.]'), attributes) AS data), mapValues(data)), ',')`

const FIELD_TEXTS: Record<Exclude<SearchField, 'message'>, string> = {
  errorName: `attributes['error.type']`,
  errorStack: `JSONExtractString(detail, 'stack')`,
  data: DATA_TEXT,
}

const holds = (field: SearchField, text: string): string =>
  field === 'message'
    ? planQuery({ is: 'term', term: { on: 'phrase', text } }).where
    : `positionCaseInsensitiveUTF8(${FIELD_TEXTS[field]}, ${sql.text(text)}) > 0`

function wordsAre({ required, phrases, excluded, optional }: SearchWords, fields: readonly SearchField[]): string[] {
  const anywhere = (text: string): string => `(${fields.map((field) => holds(field, text)).join(' OR ')})`
  return [
    ...[...required, ...phrases].map(anywhere),
    ...(optional.length === 0 ? [] : [`(${optional.map(anywhere).join(' OR ')})`]),
    ...excluded.map((text) => `NOT ${anywhere(text)}`),
  ]
}

/** Flows that were seen last within the time, each with all of its logs; `total` counts them before the page is cut. */
export function flowsQuery(projectId: number, { from, to, source }: Pick<LogFilter, 'from' | 'to' | 'source'>, page: Page): string {
  const project = `project_id = ${sql.integer(projectId)}`
  const seen = [project, `flow_id != ''`, ...timeIs({ from, to }), ...(source === undefined ? [] : [`service = ${sql.text(source)}`])].join(' AND ')
  const until = to === undefined ? '' : ` HAVING max(ts) < ${micros(to + 1)}`
  return `SELECT flow_id, count() AS logs, toUnixTimestamp64Milli(min(ts)) AS first, toUnixTimestamp64Milli(max(ts)) AS last,
argMin(service, (step_index < 0, step_index, ts, toUInt128(id))) AS source, count() OVER () AS total
FROM events WHERE ${project} AND flow_id IN (SELECT flow_id FROM events WHERE ${seen} GROUP BY flow_id) GROUP BY flow_id${until}
ORDER BY max(ts) DESC, flow_id LIMIT ${sql.integer(page.limit)} OFFSET ${sql.integer(page.offset)}`
}

export const GROUPS = ['day', 'hour', 'source'] as const
export type Group = (typeof GROUPS)[number]

/** Counts by level. From the minutes' counts, which the engine keeps, unless only one dataset is asked for: they do not know it. */
export function statsQuery(
  projectId: number,
  range: { first: number; end: number },
  group: Group,
  filter: Pick<LogFilter, 'source' | 'environment' | 'dataset'>,
): string {
  const isRolledUp = filter.dataset === undefined
  const time = isRolledUp ? 'minute' : 'ts'
  const at = (ms: number): string => (isRolledUp ? `toDateTime(${sql.integer(ms / 1000)}, 'UTC')` : micros(ms))
  const key = group === 'source' ? 'service' : group === 'day' ? `toString(toDate(${time}, 'UTC'))` : `formatDateTime(${time}, '%Y-%m-%d %H', 'UTC')`
  const conditions = [`project_id = ${sql.integer(projectId)}`, `${time} >= ${at(range.first)}`, `${time} < ${at(range.end)}`]
  for (const [name, column] of COLUMNS.slice(0, 3)) {
    const value = filter[name as 'source' | 'environment' | 'dataset']
    if (value !== undefined) conditions.push(`${column} = ${sql.text(value)}`)
  }
  return `SELECT ${key} AS key, level, ${isRolledUp ? 'sum(count)' : 'count()'} AS rows FROM ${isRolledUp ? 'events_by_minute' : 'events'} WHERE ${conditions.join(' AND ')} GROUP BY key, level`
}
