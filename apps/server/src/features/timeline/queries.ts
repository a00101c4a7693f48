import type { Kind, TimelineRole, UnixMicros } from '@heartwood/protocol'
import { ROW_COLUMNS } from '../../store/events/rows/event-row.ts'
import { afterPlace, OLDEST_FIRST, sql } from '../../store/events/sql.ts'

const ROLE_COLUMNS: Readonly<Record<TimelineRole, string>> = {
  flow: 'flow_id',
  trace: 'trace_id',
  request: 'request_id',
  session: 'session_id',
  user: 'user_id',
  release: 'release',
}
const ROLES = Object.entries(ROLE_COLUMNS) as [TimelineRole, string][]

/** Clients write one and the same trace id with the dashes of a UUID or without. */
const formsOf = (id: string): string[] => {
  const plain = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/.test(id) ? id.replaceAll('-', '') : undefined
  return plain === undefined ? [id] : [plain, plain.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')]
}

const carries = (column: string, id: string): string =>
  column === ROLE_COLUMNS.trace ? `${column} IN ${sql.list(formsOf(id), sql.text)}` : `${column} = ${sql.text(id)}`
const scope = (projectId: number): string => `project_id = ${sql.integer(projectId)}`

/** Rows and kinds by role, each read on its own: a condition that joins columns by OR would use the index of none. */
export const rolesQuery = (projectId: number, id: string): string =>
  ROLES.map(
    ([role, column]) =>
      `SELECT ${sql.text(role)} AS role, kind, count() AS count, toUnixTimestamp64Micro(min(ts)) AS first, toUnixTimestamp64Micro(max(ts)) AS last FROM events WHERE ${scope(projectId)} AND ${carries(column, id)} GROUP BY kind`,
  ).join('\nUNION ALL\n')

/** Projects of these with events that carry the id, last seen first. */
export const projectsQuery = (projectIds: readonly number[], id: string): string => {
  const found = ROLES.map(
    ([, column]) =>
      `SELECT project_id, max(ts) AS last FROM events WHERE project_id IN ${sql.list(projectIds, sql.integer)} AND ${carries(column, id)} GROUP BY project_id`,
  )
  return `SELECT project_id AS project, toUnixTimestamp64Micro(max(last)) AS last FROM (${found.join(' UNION ALL ')}) GROUP BY project_id ORDER BY last DESC, project`
}

export interface TimelinePage {
  projectId: number
  id: string
  /** Roles that the id is known to have. */
  roles: readonly TimelineRole[]
  kind: Kind | undefined
  range: { from: UnixMicros; to: UnixMicros }
  after: { ts: UnixMicros; id: string } | undefined
  limit: number
}

/** The next events, oldest first; one that carries the id in two roles stands there once. */
export const pageQuery = ({ projectId, id, roles, kind, range, after, limit }: TimelinePage): string => {
  const common = [
    scope(projectId),
    `ts >= ${sql.micros(range.from)} AND ts <= ${sql.micros(range.to)}`,
    ...(kind === undefined ? [] : [`kind = ${sql.text(kind)}`]),
    ...(after === undefined ? [] : [afterPlace('asc', after.ts, after.id)]),
  ].join(' AND ')
  const page = `ORDER BY ${OLDEST_FIRST} LIMIT ${sql.integer(limit)}`
  const parts = roles.map((role, index) => {
    // A row belongs to the first of its roles.
    const others = roles.slice(0, index).map((other) => ` AND NOT ${carries(ROLE_COLUMNS[other], id)}`)
    return `SELECT ${ROW_COLUMNS} FROM events WHERE ${common} AND ${carries(ROLE_COLUMNS[role], id)}${others.join('')} ${page}`
  })
  return parts.length === 1 ? parts.join('') : `SELECT * FROM (${parts.map((part) => `(${part})`).join(' UNION ALL ')}) ${page}`
}

/** Kinds of all events that carry the id, each counted once. */
export const kindsQuery = (projectId: number, id: string, roles: readonly TimelineRole[]): string =>
  `SELECT kind, count() AS count FROM events WHERE ${scope(projectId)} AND (${roles.map((role) => carries(ROLE_COLUMNS[role], id)).join(' OR ')}) GROUP BY kind`
