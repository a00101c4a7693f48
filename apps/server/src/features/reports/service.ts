import { type api, type RouteOutput, type RouteParsed, toMicros, type UnixMs, unixMs } from '@heartwood/protocol'
import { DEFAULT_BUDGET, startSpending } from '../../query/spending.ts'
import { parseTimeRange } from '../../query/time-range.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { fromEngineTime } from '../../store/events/rows/event-row.ts'
import { checkinsQuery, feedbackQuery, lastCheckinsQuery, releasesQuery } from './queries.ts'

type Api = typeof api
type Question<Name extends 'checkins' | 'feedback' | 'releases'> = RouteParsed<Api[Name], 'query'>

/** What jobs, users and deployments of one project have reported. */
export interface Reports {
  /** @throws HeartwoodError `time-invalid`, `engine-unavailable` */
  checkins(projectId: number, question: Question<'checkins'>, signal?: AbortSignal): Promise<RouteOutput<Api['checkins']>>
  feedback(projectId: number, question: Question<'feedback'>, signal?: AbortSignal): Promise<RouteOutput<Api['feedback']>>
  releases(projectId: number, question: Question<'releases'>, signal?: AbortSignal): Promise<RouteOutput<Api['releases']>>
  /** When each heartbeat was last heard of, and how often in the last 30 days. */
  lastCheckins(
    projectId: number,
    signal?: AbortSignal,
  ): Promise<{ byId: ReadonlyMap<string, { lastAt: string; checkins: number }>; partial: RouteOutput<Api['listHeartbeats']>['partial'] }>
}

const THIRTY_DAYS_MS = 30 * 24 * 3600 * 1000

/** Absent, not empty. `fromEntries` forgets which names it was given. */
const given = <Name extends string>(values: { [Key in Name]: string | undefined }): { [Key in Name]?: string } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as { [Key in Name]?: string }

export function createReports({ store, now }: { store: EventStore; now(): UnixMs }): Reports {
  return {
    async checkins(projectId, { from, to, heartbeat, limit }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const statement = checkinsQuery(projectId, parseTimeRange(from, to, now()), heartbeat, limit)
      const { rows } = await spending.query<{ id: string; ts: string; name: string; heartbeat_id: string; status: string }>(statement)
      const checkins = rows.map(({ id, ts, name, heartbeat_id, status }) => ({
        id,
        timestamp: fromEngineTime(ts),
        heartbeatId: heartbeat_id,
        name,
        status,
      }))
      return { checkins, partial: spending.partial }
    },

    async feedback(projectId, { from, to, limit }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      type Row = { [Name in 'id' | 'ts' | 'message' | `feedback_${'id' | 'name' | 'email' | 'url' | 'event_id'}`]: string }
      const { rows } = await spending.query<Row>(feedbackQuery(projectId, parseTimeRange(from, to, now()), limit))
      const feedback = rows.map((row) => ({
        id: row.id,
        feedbackId: row.feedback_id,
        timestamp: fromEngineTime(row.ts),
        comments: row.message,
        ...given({ name: row.feedback_name, email: row.feedback_email, url: row.feedback_url, eventId: row.feedback_event_id }),
      }))
      return { feedback, partial: spending.partial }
    },

    async releases(projectId, { from, to, limit }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      type Row = { release: string; first: string; last: string; deployments: number; latest: { [name: string]: string } }
      const { rows } = await spending.query<Row>(releasesQuery(projectId, parseTimeRange(from, to, now()), limit))
      const releases = rows.map(({ release, first, last, deployments, latest }) => {
        const services = textsIn(latest.services)
        return {
          releaseId: latest.release_id ?? '',
          version: release,
          firstAt: fromEngineTime(first),
          lastAt: fromEngineTime(last),
          deployments,
          ...given({
            commit: latest['deploy.commit'],
            branch: latest['deploy.branch'],
            deployedBy: latest['deploy.by'],
            deployUrl: latest['deploy.url'],
            changelog: latest.changelog,
          }),
          ...(services === undefined ? {} : { services }),
        }
      })
      return { releases, partial: spending.partial }
    },

    async lastCheckins(projectId, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const range = { from: toMicros(unixMs(now() - THIRTY_DAYS_MS)), to: toMicros(unixMs(now() + 60_000)) }
      const { rows } = await spending.query<{ id: string; last: string; checkins: number }>(lastCheckinsQuery(projectId, range))
      return {
        byId: new Map(rows.map(({ id, last, checkins }) => [id, { lastAt: fromEngineTime(last), checkins }])),
        partial: spending.partial,
      }
    },
  }
}

/** A list as attributes keep it: JSON; items that are no texts stay JSON. What else somebody sent under that name is no list. */
function textsIn(json: string | undefined): string[] | undefined {
  if (json === undefined || !json.startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(json)
    return Array.isArray(list) ? list.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))) : undefined
  } catch {
    return undefined
  }
}
