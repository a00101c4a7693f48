import { type IssueState, type Level, unixMicros } from '@heartwood/protocol'
import { OCCURRENCES_OF_EVENT } from '../../query/occurrences.ts'
import type { TimeRange } from '../../query/time-range.ts'
import { FULL_COLUMNS } from '../../store/events/rows/event-row.ts'
import { NEWEST_FIRST, sql, within } from '../../store/events/sql.ts'

/** SQL of issues. Texts only: no statement is run here. */

export type IssueSort = 'lastSeen' | 'firstSeen' | 'occurrences' | 'users'

export interface IssueScope {
  projectId: number
  /** Undefined: all there is. */
  range: TimeRange | undefined
  /** Condition for events, of the search language. */
  where: string
}

/** What people have said, as far as it decides which issues are listed. */
export interface Said {
  resolved: readonly { issueId: string; at: number }[]
  inProgress: readonly string[]
}

export interface IssueFilter {
  said: Said
  state: IssueState | undefined
  level: Level | undefined
  /** Undefined: all. */
  issueIds: readonly string[] | undefined
  sort: IssueSort
  limit: number
  offset: number
}

const NEWEST = '(ts, toUInt128(id))'

const alsoWithin = (range: TimeRange | undefined): string => (range === undefined ? '' : ` AND ${within(range)}`)

const GROUPED = `issue_id, round(sum(${OCCURRENCES_OF_EVENT})) AS occurrences, toFloat64(count()) AS events, toFloat64(uniqIf(user_id, user_id != '')) AS users,
toUnixTimestamp64Milli(min(ts)) AS first_ms, toUnixTimestamp64Milli(max(ts)) AS last_ms, max(level) AS top_level,
argMax(message, ${NEWEST}) AS last_message, argMax(attributes['error.type'], ${NEWEST}) AS error_type,
argMax(attributes['error.message'], ${NEWEST}) AS error_message, groupUniqArrayIf(10)(service, service != '') AS services`

const ORDER: Record<IssueSort, string> = {
  lastSeen: 'last_ms DESC',
  firstSeen: 'first_ms DESC',
  occurrences: 'occurrences DESC',
  users: 'users DESC',
}

export interface IssueRow {
  issue_id: string
  occurrences: number
  events: number
  users: number
  first_ms: number
  last_ms: number
  top_level: string
  last_message: string
  error_type: string
  error_message: string
  services: string[]
}

const grouped = ({ projectId, range, where }: IssueScope, issueIds: readonly string[] | undefined): string => {
  const issues = issueIds === undefined ? `issue_id != ''` : `issue_id IN ${sql.list(issueIds, sql.text)}`
  return `SELECT ${GROUPED} FROM events WHERE project_id = ${sql.integer(projectId)}${alsoWithin(range)} AND ${issues} AND ${where} GROUP BY issue_id`
}

/** The same decision as `judge` in model.ts, where the engine has to take it: before the page is cut. */
function stateCondition({ resolved, inProgress }: Said, state: IssueState | undefined): string {
  if (state === undefined) return '1'
  const ids = resolved.map(({ issueId }) => issueId)
  const times = resolved.map(({ at }) => at)
  const resolvedAt = ids.length === 0 ? '0' : `transform(issue_id, ${sql.list(ids, sql.text)}, ${sql.list(times, sql.integer)}, 0)`
  const isResolved = `last_ms <= ${resolvedAt}`
  const isInProgress = inProgress.length === 0 ? '0' : `issue_id IN ${sql.list(inProgress, sql.text)}`
  if (state === 'resolved') return isResolved
  return state === 'in-progress' ? isInProgress : `NOT (${isResolved}) AND NOT (${isInProgress})`
}

const listed = (scope: IssueScope, { said, state, level, issueIds }: IssueFilter): string =>
  `SELECT * FROM (${grouped(scope, issueIds)}) WHERE ${stateCondition(said, state)}${level === undefined ? '' : ` AND top_level = ${sql.level(level)}`}`

/** One row an issue, a page of them. */
export const issuesQuery = (scope: IssueScope, filter: IssueFilter): string =>
  `${listed(scope, filter)} ORDER BY ${ORDER[filter.sort]}, issue_id LIMIT ${sql.integer(filter.limit)} OFFSET ${sql.integer(filter.offset)}`

export const issueCountQuery = (scope: IssueScope, filter: IssueFilter): string =>
  `SELECT toFloat64(count()) AS total FROM (${listed(scope, filter)})`

/** Errors that a client held back and only counted at its end, by the hash that it gave them. */
export const heldBackQuery = (projectId: number, range: TimeRange | undefined): string =>
  `SELECT attributes['fingerprint'] AS fingerprint, round(sum(${OCCURRENCES_OF_EVENT})) AS occurrences FROM events
WHERE project_id = ${sql.integer(projectId)}${alsoWithin(range)} AND level = 'error' AND hasAllTokens(lower(message), ['deduplicated', 'error', 'summary'])
AND issue_id = '' AND attributes['fingerprint'] != '' GROUP BY fingerprint LIMIT 10000`

/** To which issue the errors of a client's hash belong. */
export const hashOwnersQuery = (projectId: number, issueIds: readonly string[]): string =>
  `SELECT issue_id, groupUniqArray(1000)(attributes['fingerprint']) AS fingerprints FROM events
WHERE project_id = ${sql.integer(projectId)} AND issue_id IN ${sql.list(issueIds, sql.text)} AND attributes['fingerprint'] != '' GROUP BY issue_id`

/** A stack for each issue: of its newest event. */
export const stacksQuery = (projectId: number, places: readonly { issueId: string; lastMs: number }[]): string => {
  const place = ({ issueId, lastMs }: { issueId: string; lastMs: number }): string =>
    `(issue_id = ${sql.text(issueId)} AND ${within({ from: unixMicros(lastMs * 1000), to: unixMicros((lastMs + 1) * 1000) })})`
  return `SELECT issue_id, JSONExtractString(detail, 'stack') AS stack FROM events WHERE project_id = ${sql.integer(projectId)}
AND (${places.map(place).join(' OR ')}) ORDER BY ${NEWEST_FIRST} LIMIT 1 BY issue_id`
}

export const newestEventsQuery = (projectId: number, issueId: string, limit: number): string =>
  `SELECT ${FULL_COLUMNS} FROM events WHERE project_id = ${sql.integer(projectId)} AND issue_id = ${sql.text(issueId)} ORDER BY ${NEWEST_FIRST} LIMIT ${sql.integer(limit)}`
