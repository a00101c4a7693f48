import type { TimeRange } from '../../query/time-range.ts'
import { FULL_COLUMNS } from '../../store/events/rows/event-row.ts'
import { sql, within } from '../../store/events/sql.ts'

const RUN = `flow_id, toUnixTimestamp64Milli(min(ts)) AS started, toUnixTimestamp64Milli(max(ts)) AS ended, count() AS events, max(step_index) AS last_step,
argMax(message, (ts, toUInt128(id))) AS last_message, argMax(level, (ts, toUInt128(id))) AS end_level, max(level) AS top_level, groupUniqArrayIf(10)(service, service != '') AS services`

/** @returns one row. */
export const runQuery = (projectId: number, flowId: string): string =>
  `SELECT ${RUN} FROM events WHERE project_id = ${sql.integer(projectId)} AND flow_id = ${sql.text(flowId)} GROUP BY flow_id`

/** One row a run, those that began last first. */
export const runsQuery = (projectId: number, read: TimeRange, began: TimeRange, prefix: string | undefined, limit: number): string =>
  `SELECT ${RUN}
FROM events WHERE project_id = ${sql.integer(projectId)} AND ${within(read)} AND ${prefix === undefined ? `flow_id != ''` : `startsWith(flow_id, ${sql.text(prefix)})`}
GROUP BY flow_id HAVING min(ts) >= ${sql.micros(began.from)} AND min(ts) < ${sql.micros(began.to)}
ORDER BY min(ts) DESC, flow_id LIMIT ${sql.integer(limit)}`

/** The first event of each step of these runs. */
export const stepsQuery = (projectId: number, range: TimeRange, flowIds: readonly string[]): string =>
  `SELECT flow_id, step_index, toUnixTimestamp64Micro(min(ts)) AS at, argMin(message, (ts, toUInt128(id))) AS message
FROM events WHERE project_id = ${sql.integer(projectId)} AND ${within(range)} AND flow_id IN ${sql.list(flowIds, sql.text)} AND step_index >= 0
GROUP BY flow_id, step_index`

export const runEventsQuery = (projectId: number, flowId: string, limit: number): string =>
  `SELECT ${FULL_COLUMNS} FROM events WHERE project_id = ${sql.integer(projectId)} AND flow_id = ${sql.text(flowId)}
ORDER BY ts, step_index, toUInt128(id) LIMIT ${sql.integer(limit)}`
