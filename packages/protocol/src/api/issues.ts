import { z } from 'zod'
import { LEVELS } from '../event.ts'
import { eventJsonSchema } from '../event-json.ts'
import { LIMITS } from '../limits.ts'
import { defineRoute } from './route.ts'
import { ownProjectRef, partialSchema, personSchema, searchFilterShape, timeSchema } from './schemas.ts'

/**
 * What people say of an issue. A resolved issue whose error comes back is `open` again, and `regressed`, without anyone's doing: it is
 * resolved only as long as it was last seen before it was resolved.
 */
export const ISSUE_STATES = ['open', 'in-progress', 'resolved'] as const
const issueStateSchema = z.enum(ISSUE_STATES).meta({ id: 'IssueState' })
export type IssueState = z.infer<typeof issueStateSchema>

const issueSchema = z
  .object({
    id: z.string().describe('As `issueId` of its events'),
    title: z.string().describe('Type and message of its newest error'),
    type: z.string().optional(),
    message: z.string(),
    level: z.enum(LEVELS).describe('Highest of its events'),
    state: issueStateSchema,
    regressed: z.boolean().describe('It came back after it was resolved'),
    occurrences: z.number().describe('Errors that its events stand for: a client may send one event for many equal errors'),
    events: z.number(),
    users: z.number().describe('Different user ids, an estimate above some thousands'),
    firstSeen: z.string(),
    lastSeen: z.string(),
    services: z.array(z.string()).describe('At most 10'),
    assignees: z.array(personSchema),
    resolvedAt: z.string().optional(),
    updatedAt: z.string().optional().describe('When state or assignees were last changed'),
  })
  .meta({ id: 'Issue' })
export type IssueJson = z.infer<typeof issueSchema>

const noteSchema = z.object({ id: z.string(), text: z.string(), author: personSchema.nullable(), createdAt: z.string() })
const idSchema = z.string().min(1).max(LIMITS.id)

export const issueRoutes = {
  listIssues: defineRoute({
    method: 'GET',
    path: '/api/issues',
    summary: 'Issues: errors that are one and the same, counted over the range',
    access: 'read',
    query: z.object({
      ...searchFilterShape,
      from: timeSchema.default('-30d'),
      state: issueStateSchema.optional(),
      level: z.enum(LEVELS).optional().describe('Highest of its events'),
      assignee: z.string().max(100).optional().describe('Id of a person'),
      sort: z.enum(['lastSeen', 'firstSeen', 'occurrences', 'users']).default('lastSeen'),
      limit: z.coerce.number().int().min(1).max(200).default(30),
      offset: z.coerce.number().int().min(0).max(100_000).default(0),
    }),
    response: z.object({ issues: z.array(issueSchema), total: z.number(), partial: partialSchema }),
    errors: ['query-invalid', 'time-invalid', 'engine-unavailable'],
  }),
  issue: defineRoute({
    method: 'GET',
    path: '/api/issues/:id',
    summary: 'One issue over all that is kept of it, with its newest events and its notes',
    access: 'read',
    params: z.object({ id: idSchema }),
    query: z.object({ project: ownProjectRef }),
    response: z.object({ issue: issueSchema, newest: z.array(eventJsonSchema), notes: z.array(noteSchema), partial: partialSchema }),
    errors: ['issue-not-found', 'engine-unavailable'],
  }),
  updateIssue: defineRoute({
    method: 'PATCH',
    path: '/api/issues/:id',
    summary: 'Change the state of an issue, who is to mend it, or add a note',
    access: 'admin',
    params: z.object({ id: idSchema }),
    query: z.object({ project: ownProjectRef }),
    body: z.object({
      state: issueStateSchema.optional(),
      assignees: z.array(z.string().max(100)).max(50).optional().describe('Ids of people; replaces those there were'),
      note: z.string().trim().min(1).max(10_000).optional(),
    }),
    response: issueSchema,
    errors: ['issue-not-found', 'person-not-found', 'engine-unavailable'],
  }),
}
