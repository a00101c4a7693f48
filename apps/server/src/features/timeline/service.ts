import { type api, type Kind, type RouteOutput, TIMELINE_ROLES, type TimelineRole, unixMicros } from '@heartwood/protocol'
import { readCursor, writeCursor } from '../../query/cursor.ts'
import { DEFAULT_BUDGET, startSpending } from '../../query/spending.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { type EventRow, rowMicros, toEventJson } from '../../store/events/rows/event-row.ts'
import { kindsQuery, pageQuery, projectsQuery, rolesQuery } from './queries.ts'

type Answer = RouteOutput<(typeof api)['timeline']>

/** Everything that carries one id. */
export interface Timeline {
  /** @throws HeartwoodError `cursor-invalid`, `engine-unavailable` */
  read(
    projectId: number,
    id: string,
    request: { kind?: Kind | undefined; limit: number; cursor?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Answer>
  /**
   * Which of these projects have events that carry the id, last seen first.
   * @throws HeartwoodError `engine-unavailable`
   */
  find(projectIds: readonly number[], id: string, signal?: AbortSignal): Promise<{ found: FoundIn[]; partial: Answer['partial'] }>
}

interface FoundIn {
  projectId: number
  lastSeen: string
}

interface RoleRow {
  role: TimelineRole
  kind: Kind
  count: number
  first: number
  last: number
}

export function createTimeline({ store }: { store: EventStore }): Timeline {
  return {
    async read(projectId, id, { kind, limit, cursor }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const place = `${id}\n${kind ?? ''}`
      const after = cursor === undefined ? undefined : readCursor(cursor, projectId, place, 'asc')
      const { rows: found } = await spending.query<RoleRow>(rolesQuery(projectId, id))
      const roles = TIMELINE_ROLES.flatMap((role) => {
        const count = found.filter((row) => row.role === role).reduce((sum, row) => sum + row.count, 0)
        return count === 0 ? [] : [{ role, count }]
      })
      const names = roles.map(({ role }) => role)
      const of = { id, projectId: String(projectId), roles }
      if (names.length === 0) return { ...of, kinds: [], total: 0, from: null, to: null, events: [], nextCursor: null, partial: spending.partial }

      const kinds = await countKinds(
        found,
        names,
        async () => (await spending.query<{ kind: Kind; count: number }>(kindsQuery(projectId, id, names))).rows,
      )
      const range = { from: unixMicros(Math.min(...found.map(({ first }) => first))), to: unixMicros(Math.max(...found.map(({ last }) => last))) }
      const { rows } = await spending.query<EventRow>(pageQuery({ projectId, id, roles: names, kind, range, after, limit: limit + 1 }))
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      const nextCursor =
        rows.length > limit && last !== undefined ? writeCursor({ order: 'asc', range, ts: rowMicros(last.ts), id: last.id }, projectId, place) : null
      return {
        ...of,
        kinds,
        total: kinds.reduce((sum, { count }) => sum + count, 0),
        from: toTime(range.from),
        to: toTime(range.to),
        events: page.map((row) => toEventJson(row)),
        nextCursor,
        partial: spending.partial,
      }
    },

    async find(projectIds, id, signal) {
      if (projectIds.length === 0) return { found: [], partial: null }
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { rows } = await spending.query<{ project: number; last: number }>(projectsQuery(projectIds, id))
      return { found: rows.map(({ project, last }) => ({ projectId: project, lastSeen: toTime(last) })), partial: spending.partial }
    },
  }
}

/** An id of one role has been counted by kind already; of several, events that carry it twice must not count twice. */
async function countKinds(
  found: readonly RoleRow[],
  roles: readonly TimelineRole[],
  count: () => Promise<{ kind: Kind; count: number }[]>,
): Promise<{ kind: Kind; count: number }[]> {
  const rows = roles.length === 1 ? found.map((row) => ({ kind: row.kind, count: row.count })) : await count()
  return rows.sort((a, b) => b.count - a.count)
}

const toTime = (micros: number): string => new Date(micros / 1000).toISOString()
