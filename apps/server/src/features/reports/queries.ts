import type { TimeRange } from '../../query/time-range.ts'
import { NEWEST_FIRST, sql, within } from '../../store/events/sql.ts'

/** SQL of what jobs, users and deployments report. Texts only: no statement is run here. */

type ReportKind = 'checkin' | 'feedback' | 'release'

const reports = (projectId: number, kind: ReportKind, range: TimeRange): string =>
  `FROM events WHERE project_id = ${sql.integer(projectId)} AND kind = '${kind}' AND ${within(range)}`

const attribute = (name: string): string => `attributes[${sql.text(name)}]`

export const lastCheckinsQuery = (projectId: number, range: TimeRange): string =>
  `SELECT ${attribute('heartbeat.id')} AS id, max(ts) AS last, countIf(${attribute('status')} != 'started') AS checkins ${reports(projectId, 'checkin', range)} GROUP BY id LIMIT 10000`

export const checkinsQuery = (projectId: number, range: TimeRange, heartbeat: string | undefined, limit: number): string =>
  `SELECT id, ts, message AS name, ${attribute('heartbeat.id')} AS heartbeat_id, ${attribute('status')} AS status ${reports(projectId, 'checkin', range)}${
    heartbeat === undefined ? '' : ` AND ${attribute('heartbeat.id')} = ${sql.text(heartbeat)}`
  } ORDER BY ${NEWEST_FIRST} LIMIT ${sql.integer(limit)}`

export const feedbackQuery = (projectId: number, range: TimeRange, limit: number): string =>
  `SELECT id, ts, message, ${['id', 'name', 'email', 'url', 'event_id'].map((name) => `${attribute(`feedback.${name}`)} AS ${sql.identifier(`feedback_${name}`)}`).join(', ')} ${reports(projectId, 'feedback', range)} ORDER BY ${NEWEST_FIRST} LIMIT ${sql.integer(limit)}`

/** Each version once, with what its latest deployment said. */
export const releasesQuery = (projectId: number, range: TimeRange, limit: number): string =>
  `SELECT release, min(ts) AS first, max(ts) AS last, count() AS deployments, argMax(attributes, ts) AS latest ${reports(projectId, 'release', range)} GROUP BY release ORDER BY last DESC, release LIMIT ${sql.integer(limit)}`
