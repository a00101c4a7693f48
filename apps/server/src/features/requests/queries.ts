import type { Buckets } from '../../query/intervals.ts'
import type { Plan } from '../../query/planner.ts'
import type { TimeRange } from '../../query/time-range.ts'
import { ROW_COLUMNS } from '../../store/events/rows/event-row.ts'
import { NEWEST_FIRST, sql, within } from '../../store/events/sql.ts'

/** Which requests are asked for. */
export interface RequestScope {
  projectId: number
  plan: Plan
  range: TimeRange
  service: string | undefined
  method: string | undefined
  route: string | undefined
}

const condition = ({ projectId, plan, range, service, method, route }: RequestScope): string =>
  [
    `project_id = ${sql.integer(projectId)} AND ${within(range)} AND kind = 'request'`,
    ...(service === undefined ? [] : [`service = ${sql.text(service)}`]),
    ...(method === undefined ? [] : [`method = ${sql.text(method)}`]),
    ...(route === undefined ? [] : [`${ROUTE} = ${sql.text(route)}`]),
    plan.where,
  ].join(' AND ')

/** The path stands in for a route that nobody named. */
const ROUTE = `if(route = '', path, route)`
const SERVER_ERROR = `(status >= 500 OR (status = 0 AND level >= 'error'))`
const STATUSES = `countIf(status >= 400 AND status < 500) AS client_errors, countIf(${SERVER_ERROR}) AS server_errors`
const DURATIONS = 'quantilesTDigestIf(0.5, 0.95, 0.99)(duration_ms, isFinite(duration_ms)) AS durations, countIf(isFinite(duration_ms)) AS timed'

export const routesQuery = (scope: RequestScope, apdexMs: number, limit: number): string => {
  const satisfied = sql.integer(apdexMs)
  return `SELECT service, method, ${ROUTE} AS shown_route, count() AS count, ${STATUSES}, ${DURATIONS},
countIf(duration_ms <= ${satisfied} AND NOT ${SERVER_ERROR}) AS satisfied, countIf(duration_ms > ${satisfied} AND duration_ms <= ${satisfied} * 4 AND NOT ${SERVER_ERROR}) AS tolerated,
toUnixTimestamp64Milli(max(ts)) AS last
FROM events WHERE ${condition(scope)} GROUP BY service, method, shown_route ORDER BY count DESC, service, method, shown_route LIMIT ${sql.integer(limit)}`
}

/** A row for each bucket that has requests, and one with `bucket` -1 for all of them. */
export const chartQuery = (scope: RequestScope, { intervalMs, firstMs }: Buckets): string =>
  `SELECT if(grouping(number) = 1, -1, number) AS bucket, count() AS count, ${STATUSES}, ${DURATIONS}
FROM (SELECT intDiv(toUnixTimestamp64Micro(ts) - ${sql.integer(firstMs * 1000)}, ${sql.integer(intervalMs * 1000)}) AS number, status, level, duration_ms FROM events WHERE ${condition(scope)})
GROUP BY GROUPING SETS ((number), ())`

export const statusesQuery = (scope: RequestScope): string =>
  `SELECT status, count() AS count FROM events WHERE ${condition(scope)} GROUP BY status ORDER BY count DESC LIMIT 100`

export const slowestQuery = (scope: RequestScope, limit: number): string =>
  `SELECT ${ROW_COLUMNS} FROM events WHERE ${condition(scope)} AND isFinite(duration_ms) ORDER BY duration_ms DESC, ${NEWEST_FIRST} LIMIT ${sql.integer(limit)}`
