import type { Level, UnixMicros } from '@heartwood/protocol'
import { FULL_COLUMNS } from '../../store/events/rows/event-row.ts'
import { ATTRIBUTE_ITEMS } from '../../store/events/schema/tables.ts'
import { NEWEST_FIRST, sql } from '../../store/events/sql.ts'

/** SQL of TraceHub's reading half. Texts only: no statement is run here. */

export interface LogFilter {
  levels?: readonly Level[] | undefined
  service?: string | undefined
  module?: string | undefined
  environment?: string | undefined
  traceId?: string | undefined
  from?: UnixMicros | undefined
  to?: UnixMicros | undefined
  /** All of these, each anywhere. */
  words?: readonly string[] | undefined
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** The clients of two languages write one and the same id with dashes and without. */
function formsOf(id: string): string[] {
  if (!UUID.test(id)) return [id]
  const plain = id.replaceAll('-', '')
  const dashed = `${plain.slice(0, 8)}-${plain.slice(8, 12)}-${plain.slice(12, 16)}-${plain.slice(16, 20)}-${plain.slice(20)}`
  return [...new Set([id, plain, dashed, plain.toLowerCase(), dashed.toLowerCase()])]
}

const holds = (word: string): string => {
  const text = sql.text(word)
  const inMessage = `lower(message) LIKE ${sql.text(`%${sql.like(word.toLowerCase())}%`)}`
  return `(${inMessage} OR positionCaseInsensitiveUTF8(message, ${text}) > 0 OR positionCaseInsensitiveUTF8(service, ${text}) > 0 OR arrayExists(v -> positionCaseInsensitiveUTF8(v, ${text}) > 0, mapValues(attributes)))`
}

function logCondition(projectId: number, filter: LogFilter): string {
  const { levels, service, module, environment, traceId, from, to, words } = filter
  const parts = [`project_id = ${sql.integer(projectId)}`, `kind = 'log'`]
  if (from !== undefined) parts.push(`ts >= ${sql.micros(from)}`)
  if (to !== undefined) parts.push(`ts < ${sql.micros(to)}`)
  if (levels !== undefined) parts.push(`level IN ${sql.list(levels, sql.level)}`)
  if (service !== undefined) parts.push(`service = ${sql.text(service)}`)
  if (environment !== undefined) parts.push(`environment = ${sql.text(environment)}`)
  if (traceId !== undefined) parts.push(`trace_id IN ${sql.list(formsOf(traceId), sql.text)}`)
  if (module !== undefined) {
    parts.push(`indexHint(has(${ATTRIBUTE_ITEMS}, ${sql.text(`module=${module}`)})) AND attributes['module'] = ${sql.text(module)}`)
  }
  for (const word of words ?? []) parts.push(holds(word))
  return parts.join(' AND ')
}

export const logsQuery = (projectId: number, filter: LogFilter, limit: number, offset: number): string =>
  `SELECT ${FULL_COLUMNS} FROM events WHERE ${logCondition(projectId, filter)} ORDER BY ${NEWEST_FIRST} LIMIT ${sql.integer(limit)} OFFSET ${sql.integer(offset)}`

export const logCountQuery = (projectId: number, filter: LogFilter): string =>
  `SELECT toFloat64(count()) AS total FROM events WHERE ${logCondition(projectId, filter)}`

export const overviewQuery = (projectId: number): string =>
  `SELECT toFloat64(sum(count)) AS logs, toFloat64(sumIf(count, level = 'error')) AS errors, toFloat64(sumIf(count, level = 'fatal')) AS fatals,
toFloat64(uniqExactIf(service, service != '')) AS services FROM events_by_minute WHERE project_id = ${sql.integer(projectId)} AND kind = 'log'`

export const latestQuery = (projectId: number): string =>
  `SELECT toUnixTimestamp64Milli(max(ts)) AS latest_ms FROM events WHERE project_id = ${sql.integer(projectId)} AND kind = 'log'`

export const severityQuery = (projectId: number, filter: LogFilter): string =>
  `SELECT if(level = 'trace', 'debug', toString(level)) AS name, toFloat64(count()) AS rows FROM events WHERE ${logCondition(projectId, filter)} GROUP BY name ORDER BY rows DESC, name`

export const GRANULARITIES = { hour: 'toStartOfHour(ts)', day: `toStartOfDay(ts, 'UTC')`, week: `toStartOfWeek(ts, 1, 'UTC')` } as const
export type Granularity = keyof typeof GRANULARITIES

export const timelineQuery = (projectId: number, filter: LogFilter, granularity: Granularity): string =>
  `SELECT toUnixTimestamp(toDateTime(${GRANULARITIES[granularity]}, 'UTC')) AS at, toFloat64(count()) AS rows FROM events WHERE ${logCondition(projectId, filter)} GROUP BY at ORDER BY at`
