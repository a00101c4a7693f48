import type { api, RouteOutput, UnixMs } from '@heartwood/protocol'
import { type Buckets, chooseBuckets } from '../../query/intervals.ts'
import { parseQuery } from '../../query/parser.ts'
import { planQuery } from '../../query/planner.ts'
import { DEFAULT_BUDGET, startSpending } from '../../query/spending.ts'
import { parseTimeRange } from '../../query/time-range.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { type EventRow, toEventJson } from '../../store/events/rows/event-row.ts'
import { chartQuery, type RequestScope, routesQuery, slowestQuery, statusesQuery } from './queries.ts'

type Answer<Name extends 'requestRoutes' | 'requestChart' | 'slowestRequests'> = RouteOutput<(typeof api)[Name]>

interface Filter {
  q: string
  from: string
  to: string
  service?: string | undefined
  method?: string | undefined
  route?: string | undefined
}

/** Questions about the requests that the programs of one project served. */
export interface Requests {
  /** @throws HeartwoodError `query-invalid`, `time-invalid`, `engine-unavailable` */
  routes(projectId: number, request: Filter & { apdexMs: number; limit: number }, signal?: AbortSignal): Promise<Answer<'requestRoutes'>>
  chart(projectId: number, request: Filter & { buckets: number }, signal?: AbortSignal): Promise<Answer<'requestChart'>>
  slowest(projectId: number, request: Filter & { limit: number }, signal?: AbortSignal): Promise<Answer<'slowestRequests'>>
}

interface CountsRow {
  count: number
  client_errors: number
  server_errors: number
  durations: (number | null)[]
  timed: number
}

const countsOf = (row: CountsRow | undefined) => {
  const { count, client_errors: clientErrors, server_errors: serverErrors } = row ?? { count: 0, client_errors: 0, server_errors: 0 }
  const [p50Ms, p95Ms, p99Ms] = row !== undefined && row.timed > 0 ? row.durations.map(shorten) : []
  return {
    count,
    ok: count - clientErrors - serverErrors,
    clientErrors,
    serverErrors,
    p50Ms: p50Ms ?? null,
    p95Ms: p95Ms ?? null,
    p99Ms: p99Ms ?? null,
  }
}

/** Durations are stored as 32-bit floats: more digits say nothing. */
const shorten = (ms: number | null): number | null => (ms === null ? null : Number(ms.toPrecision(6)))

const toChart = ({ intervalMs, firstMs, count }: Buckets, rows: readonly (CountsRow & { bucket: number })[]) => {
  const byBucket = new Map(rows.map((row) => [row.bucket, row]))
  return {
    intervalMs,
    total: countsOf(byBucket.get(-1)),
    buckets: Array.from({ length: count }, (_, index) => ({
      from: new Date(firstMs + index * intervalMs).toISOString(),
      ...countsOf(byBucket.get(index)),
    })),
  }
}

export function createRequests({ store, now }: { store: EventStore; now(): UnixMs }): Requests {
  const scopeOf = (projectId: number, { q, from, to, service, method, route }: Filter): RequestScope => ({
    projectId,
    plan: planQuery(parseQuery(q)),
    range: parseTimeRange(from, to, now()),
    service,
    method,
    route,
  })

  return {
    async routes(projectId, request, signal) {
      const scope = scopeOf(projectId, request)
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { rows } = await spending.query<
        CountsRow & { service: string; method: string; shown_route: string; satisfied: number; tolerated: number; last: number }
      >(routesQuery(scope, request.apdexMs, request.limit))
      const minutes = Math.max((scope.range.to - scope.range.from) / 60_000_000, 1 / 60)
      const routes = rows.map((row) => ({
        service: row.service,
        method: row.method,
        route: row.shown_route,
        ...countsOf(row),
        perMinute: row.count / minutes,
        errorShare: row.server_errors / row.count,
        apdex: row.timed === 0 ? null : (row.satisfied + row.tolerated / 2) / row.timed,
        lastAt: new Date(row.last).toISOString(),
      }))
      return { routes, partial: spending.partial }
    },

    async chart(projectId, request, signal) {
      const scope = scopeOf(projectId, request)
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const buckets = chooseBuckets(scope.range, request.buckets)
      const [{ rows }, statuses] = await Promise.all([
        spending.query<CountsRow & { bucket: number }>(chartQuery(scope, buckets)),
        spending.query<{ status: number; count: number }>(statusesQuery(scope)),
      ])
      return { ...toChart(buckets, rows), statuses: statuses.rows, partial: spending.partial }
    },

    async slowest(projectId, request, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { rows } = await spending.query<EventRow>(slowestQuery(scopeOf(projectId, request), request.limit))
      return { events: rows.map((row) => toEventJson(row)), partial: spending.partial }
    },
  }
}
