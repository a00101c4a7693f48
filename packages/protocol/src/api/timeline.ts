import { z } from 'zod'
import { KINDS } from '../event.ts'
import { eventJsonSchema } from '../event-json.ts'
import { LIMITS } from '../limits.ts'
import { defineRoute } from './route.ts'
import { ownProjectRef, partialSchema } from './schemas.ts'

/** What an id can be of. The order is that in which a page that shows it prefers one. */
export const TIMELINE_ROLES = ['flow', 'trace', 'request', 'session', 'user', 'release'] as const
const roleSchema = z.enum(TIMELINE_ROLES).meta({ id: 'TimelineRole' })
export type TimelineRole = z.infer<typeof roleSchema>

export const timelineRoutes = {
  timeline: defineRoute({
    method: 'GET',
    path: '/api/timeline/:id',
    summary: 'Everything that carries an id (of a flow, trace, request, session, user or release), in order',
    access: 'read',
    params: z.object({ id: z.string().min(1).max(LIMITS.id) }),
    query: z.object({
      project: ownProjectRef.describe(
        'Id or slug; a key brings its own. Left out, it is the one project whose events carry the id; several are refused with their names, and a search for it that was stopped early is refused',
      ),
      kind: z.enum(KINDS).optional(),
      limit: z.coerce.number().int().min(1).max(2_000).default(200),
      cursor: z.string().max(200).optional().describe('`nextCursor` of the page before'),
    }),
    response: z.object({
      id: z.string(),
      projectId: z.string(),
      roles: z.array(z.object({ role: roleSchema, count: z.int() })).describe('What the id is of, and in how many events'),
      kinds: z.array(z.object({ kind: z.enum(KINDS), count: z.int() })).describe('Of all its events, whatever `kind` asks for'),
      total: z.int(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      events: z.array(eventJsonSchema).describe('Oldest first'),
      nextCursor: z.string().nullable(),
      partial: partialSchema,
    }),
    errors: ['cursor-invalid', 'engine-unavailable'],
  }),
  timelineProjects: defineRoute({
    method: 'GET',
    path: '/api/timeline/:id/projects',
    summary: 'The projects whose events carry an id, of those that the caller may read',
    access: 'read',
    params: z.object({ id: z.string().min(1).max(LIMITS.id) }),
    response: z.object({
      projects: z.array(z.object({ id: z.string(), name: z.string(), slug: z.string(), lastSeen: z.string() })).describe('Last seen first'),
      partial: partialSchema,
    }),
    errors: ['engine-unavailable'],
  }),
}
