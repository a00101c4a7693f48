import type { IssueJson, IssueState, Level } from '@heartwood/protocol'
import type { IssueRecord, Person } from '../../store/meta/meta-store.ts'
import type { IssueRow, Said } from './queries.ts'

const TITLE = 300

/** What people said, and what happened since: an issue that was seen after it was resolved is open again. */
function judge(record: IssueRecord | undefined, lastSeenMs: number): { state: IssueState; regressed: boolean } {
  if (record?.state !== 'resolved') return { state: record?.state ?? 'open', regressed: false }
  const regressed = lastSeenMs > (record.resolvedAt ?? 0)
  return { state: regressed ? 'open' : 'resolved', regressed }
}

export const toSaid = (records: readonly IssueRecord[]): Said => ({
  resolved: records.flatMap(({ issueId, state, resolvedAt }) =>
    state === 'resolved' && resolvedAt !== undefined ? [{ issueId, at: resolvedAt }] : [],
  ),
  inProgress: records.filter(({ state }) => state === 'in-progress').map(({ issueId }) => issueId),
})

export const toPersonJson = ({ id, email, name }: Person) => ({ id, email, name })
export const toTime = (ms: number): string => new Date(ms).toISOString()

/** @param heldBack errors of this issue that clients only counted. */
export function toIssueJson(row: IssueRow, record: IssueRecord | undefined, heldBack: number): IssueJson {
  const { state, regressed } = judge(record, row.last_ms)
  const message = row.error_message === '' ? row.last_message : row.error_message
  const title = [row.error_type, message].filter((part) => part !== '').join(': ')
  return {
    id: row.issue_id,
    title: [...(title.split('\n', 1)[0] ?? '').slice(0, TITLE * 2)].slice(0, TITLE).join(''),
    ...(row.error_type === '' ? {} : { type: row.error_type }),
    message: row.last_message,
    level: row.top_level as Level,
    state,
    regressed,
    occurrences: row.occurrences + heldBack,
    events: row.events,
    users: row.users,
    firstSeen: toTime(row.first_ms),
    lastSeen: toTime(row.last_ms),
    services: row.services.toSorted(),
    assignees: (record?.assignees ?? []).map(toPersonJson),
    ...(record?.resolvedAt === undefined ? {} : { resolvedAt: toTime(record.resolvedAt) }),
    ...(record === undefined ? {} : { updatedAt: toTime(record.updatedAt) }),
  }
}
