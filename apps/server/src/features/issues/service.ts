import type { api, IssueJson, IssueState, Level, RouteOutput, UnixMs } from '@heartwood/protocol'
import { newId } from '../../auth/secrets.ts'
import { HeartwoodError } from '../../errors.ts'
import { parseQuery } from '../../query/parser.ts'
import { planQuery } from '../../query/planner.ts'
import { DEFAULT_BUDGET, type Spending, startSpending } from '../../query/spending.ts'
import { parseTimeRange, type TimeRange } from '../../query/time-range.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { type EventRow, toEventJson } from '../../store/events/rows/event-row.ts'
import type { IssueStore } from '../../store/meta/meta-store.ts'
import { toIssueJson, toPersonJson, toSaid, toTime } from './model.ts'
import {
  hashOwnersQuery,
  heldBackQuery,
  type IssueRow,
  type IssueScope,
  type IssueSort,
  issueCountQuery,
  issuesQuery,
  newestEventsQuery,
  stacksQuery,
} from './queries.ts'

type Answer<Name extends 'listIssues' | 'issue'> = RouteOutput<(typeof api)[Name]>

export interface IssueRequest {
  q: string
  /** Undefined: over all there is. */
  from?: string | undefined
  to?: string | undefined
  state?: IssueState | undefined
  /** Highest of the issue's events. */
  level?: Level | undefined
  assignee?: string | undefined
  sort: IssueSort
  limit: number
  offset: number
}

interface IssueChange {
  state?: IssueState | undefined
  /** Ids of people; replaces those there were. */
  assignees?: readonly string[] | undefined
  note?: string | undefined
  /** Who says so; undefined: the local administrator or a key. */
  personId?: string | undefined
}

/** Issues of one project: counts come from its events, what people say of them from the meta store. */
export interface Issues {
  /** @throws HeartwoodError `query-invalid`, `time-invalid`, `engine-unavailable` */
  list(projectId: number, request: IssueRequest, signal?: AbortSignal): Promise<Answer<'listIssues'>>
  /** @throws HeartwoodError `issue-not-found`, `engine-unavailable` */
  one(projectId: number, issueId: string, signal?: AbortSignal): Promise<Answer<'issue'>>
  /** Stacks of the newest events of these issues, by issue; those without one are left out. */
  stacks(projectId: number, issues: readonly IssueJson[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>
  /** @throws HeartwoodError `issue-not-found`, `person-not-found`, `engine-unavailable` */
  update(projectId: number, issueId: string, change: IssueChange): Promise<IssueJson>
}

export interface IssuesDeps {
  store: EventStore
  issues: IssueStore
  now(): UnixMs
}

const NEWEST = 10

export function createIssues({ store, issues, now }: IssuesDeps): Issues {
  /** Errors of these issues that clients held back and only counted, by issue. */
  const heldBack = async (
    spending: Spending,
    projectId: number,
    range: TimeRange | undefined,
    issueIds: readonly string[],
  ): Promise<ReadonlyMap<string, number>> => {
    if (issueIds.length === 0) return new Map()
    const { rows } = await spending.query<{ fingerprint: string; occurrences: number }>(heldBackQuery(projectId, range))
    if (rows.length === 0) return new Map()
    const counts = new Map(rows.map(({ fingerprint, occurrences }) => [fingerprint, occurrences]))
    const owners = await spending.query<{ issue_id: string; fingerprints: string[] }>(hashOwnersQuery(projectId, issueIds))
    return new Map(owners.rows.map(({ issue_id, fingerprints }) => [issue_id, fingerprints.reduce((sum, hash) => sum + (counts.get(hash) ?? 0), 0)]))
  }

  const load = async (spending: Spending, projectId: number, issueId: string): Promise<IssueJson> => {
    const scope: IssueScope = { projectId, range: undefined, where: '1' }
    const only = {
      said: { resolved: [], inProgress: [] },
      state: undefined,
      level: undefined,
      issueIds: [issueId],
      sort: 'lastSeen',
      limit: 1,
      offset: 0,
    } as const
    const { rows } = await spending.query<IssueRow>(issuesQuery(scope, only))
    const [row] = rows
    if (row === undefined) {
      if (spending.partial) throw new HeartwoodError('engine-unavailable', spending.partial.message)
      throw new HeartwoodError('issue-not-found', `There is no issue ${issueId.slice(0, 100)} in this project.`)
    }
    const [record, held] = [await issues.find(projectId, issueId), await heldBack(spending, projectId, undefined, [issueId])]
    return toIssueJson(row, record, held.get(issueId) ?? 0)
  }

  return {
    async list(projectId, { q, from, to, state, level, assignee, sort, limit, offset }, signal) {
      const range = from === undefined ? undefined : parseTimeRange(from, to ?? 'now', now())
      const scope: IssueScope = { projectId, range, where: planQuery(parseQuery(q)).where }
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const records = await issues.list(projectId)
      const assigned = records.filter(({ assignees }) => assignees.some(({ id }) => id === assignee)).map(({ issueId }) => issueId)
      const filter = { said: toSaid(records), state, level, issueIds: assignee === undefined ? undefined : assigned, sort, limit, offset }
      const { rows } = await spending.query<IssueRow>(issuesQuery(scope, filter))
      const isAll = offset === 0 && rows.length < limit
      const total = isAll ? rows.length : ((await spending.query<{ total: number }>(issueCountQuery(scope, filter))).rows[0]?.total ?? 0)
      const ids = rows.map(({ issue_id }) => issue_id)
      const held = await heldBack(spending, projectId, range, ids)
      const byId = new Map(records.map((record) => [record.issueId, record]))
      const list = rows.map((row) => toIssueJson(row, byId.get(row.issue_id), held.get(row.issue_id) ?? 0))
      return { issues: list, total, partial: spending.partial }
    },

    async one(projectId, issueId, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const issue = await load(spending, projectId, issueId)
      const { rows } = await spending.query<EventRow>(newestEventsQuery(projectId, issueId, NEWEST))
      const notes = (await issues.notes(projectId, issueId)).map(({ id, text, author, createdAt }) => ({
        id,
        text,
        author: author === undefined ? null : toPersonJson(author),
        createdAt: toTime(createdAt),
      }))
      return { issue, newest: rows.map(toEventJson), notes, partial: spending.partial }
    },

    async stacks(projectId, found, signal) {
      if (found.length === 0) return new Map()
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const places = found.map(({ id, lastSeen }) => ({ issueId: id, lastMs: Date.parse(lastSeen) }))
      const { rows } = await spending.query<{ issue_id: string; stack: string }>(stacksQuery(projectId, places))
      return new Map(rows.filter(({ stack }) => stack !== '').map(({ issue_id, stack }) => [issue_id, stack]))
    },

    async update(projectId, issueId, { state, assignees, note, personId }) {
      const spending = startSpending(store, DEFAULT_BUDGET, undefined)
      await load(spending, projectId, issueId)
      if (assignees !== undefined && !(await issues.assign(projectId, issueId, assignees, now()))) {
        throw new HeartwoodError('person-not-found', 'One of those people is not there.')
      }
      if (state !== undefined) await issues.setState(projectId, issueId, state, now())
      if (note !== undefined) await issues.addNote({ id: newId('note'), projectId, issueId, personId, text: note, createdAt: now() })
      return load(spending, projectId, issueId)
    },
  }
}
