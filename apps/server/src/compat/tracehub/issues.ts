import type { IssueJson, IssueState } from '@heartwood/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import type { Issues } from '../../features/issues/service.ts'
import { abortOnClose } from '../../http/abort-on-close.ts'
import { parameterFault } from './errors.ts'
import { toLog } from './log.ts'
import { bodyText, integerOf, levelsOf, type Query, textOf, theirLevel } from './parameters.ts'

export interface TraceHubIssuesDeps {
  issues: Issues
  /** The project that the query names. @throws HeartwoodError `validation-failed`, `project-forbidden` */
  projectOf(request: FastifyRequest): { id: number }
  /** Whether there is such a project (any more). */
  hasProject(ref: string): boolean
  personOf(request: FastifyRequest): { id: string }
}

const STATES: { readonly [theirs: string]: IssueState } = { OPEN: 'open', IN_PROGRESS: 'in-progress', RESOLVED: 'resolved' }
const THEIRS: Record<IssueState, string> = { open: 'OPEN', 'in-progress': 'IN_PROGRESS', resolved: 'RESOLVED' }
const STATUS_FAULT = "Input should be 'OPEN', 'IN_PROGRESS' or 'RESOLVED'"

export function registerTraceHubIssues(scope: FastifyInstance, { issues, projectOf, hasProject, personOf }: TraceHubIssuesDeps): void {
  const config = { access: 'public' } as const
  /** Ours are told apart within a project, theirs everywhere. */
  const placeOf = (request: FastifyRequest): { projectId: number; issueId: string } => {
    const { id } = request.params as { id: string }
    const [, project, issueId] = /^(\d{1,15})-(.{1,512})$/.exec(id) ?? []
    if (project === undefined || issueId === undefined || !hasProject(project)) throw new HeartwoodError('issue-not-found', 'Issue not found')
    return { projectId: Number(project), issueId }
  }

  scope.get('/api/v1/issues', { config }, async (request, reply) => {
    const { id: projectId } = projectOf(request)
    const query = request.query as Query
    const [page, size] = [integerOf(query, 'page', 1, 1, 1_000), integerOf(query, 'per_page', 30, 1, 100)]
    const level = levelsOf(query)?.at(-1)
    const wanted = { q: '', state: stateOf(query), level, sort: 'lastSeen', limit: size, offset: (page - 1) * size } as const
    const signal = abortOnClose(reply)
    const { issues: found, total } = await issues.list(projectId, wanted, signal)
    const stacks = await issues.stacks(projectId, found, signal)
    return { items: found.map((issue) => toIssue(issue, projectId, stacks.get(issue.id))), total, page, per_page: size }
  })

  scope.get('/api/v1/issues/:id', { config }, async (request, reply) => {
    const { projectId, issueId } = placeOf(request)
    const { issue, newest } = await issues.one(projectId, issueId, abortOnClose(reply))
    return { ...toIssue(issue, projectId, newest[0]?.error?.stack), logs: newest.map((event) => toLog(event, projectId)) }
  })

  scope.patch('/api/v1/issues/:id', { config }, async (request) => {
    const { projectId, issueId } = placeOf(request)
    const state = STATES[bodyText(request.body, 'status')]
    if (state === undefined) throw parameterFault('enum', 'body', 'status', STATUS_FAULT)
    await issues.update(projectId, issueId, { state, personId: personOf(request).id })
    return { detail: 'updated' }
  })

  scope.post('/api/v1/issues/:id/assign', { config }, async (request) => {
    const { projectId, issueId } = placeOf(request)
    const userId = bodyText(request.body, 'user_id')
    const { issue } = await issues.one(projectId, issueId)
    const assignees = [...new Set([...issue.assignees.map(({ id }) => id), userId])]
    await issues.update(projectId, issueId, { assignees, personId: personOf(request).id })
    return { detail: 'assigned' }
  })
}

function stateOf(query: Query): IssueState | undefined {
  const status = textOf(query, 'status')
  if (status === undefined) return undefined
  const state = STATES[status.toUpperCase()]
  if (state === undefined) throw parameterFault('enum', 'query', 'status', STATUS_FAULT)
  return state
}

const toIssue = (issue: IssueJson, projectId: number, stack: string | undefined) => ({
  id: `${projectId}-${issue.id}`,
  project_id: String(projectId),
  title: issue.title,
  fingerprint: issue.id,
  status: THEIRS[issue.state],
  level: theirLevel(issue.level),
  first_seen: issue.firstSeen,
  last_seen: issue.lastSeen,
  event_count: issue.occurrences,
  sample_stack: stack ?? null,
  assignees: issue.assignees.map(({ id, email, name }) => ({ id, email, full_name: name })),
  created_at: issue.firstSeen,
  updated_at: issue.updatedAt ?? issue.lastSeen,
})
