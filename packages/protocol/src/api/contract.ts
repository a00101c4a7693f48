import { z } from 'zod'
import { eventJsonSchema } from '../event-json.ts'
import { LIMITS } from '../limits.ts'
import { checkinRoutes } from './checkins.ts'
import { deviceRoutes } from './device.ts'
import { feedbackRoutes } from './feedback.ts'
import { flowRoutes } from './flows.ts'
import { issueRoutes } from './issues.ts'
import { releaseRoutes } from './releases.ts'
import { requestRoutes } from './requests.ts'
import { defineRoute, SCOPES } from './route.ts'
import {
  dropReasonSchema,
  ingestAnswerSchema,
  KEY_CLIENTS,
  keySchema,
  levelCountsSchema,
  partialSchema,
  personSchema,
  projectNameSchema,
  projectRef,
  projectSchema,
  queryStatsSchema,
  redactionSchema,
  retentionSchema,
  sampleRatesSchema,
  searchFilterShape,
} from './schemas.ts'
import { timelineRoutes } from './timeline.ts'

/** Formats of `POST /ingest/<format>`; `auto` looks at the content. */
export const FORMATS = ['auto', 'json', 'jsonl', 'logfmt', 'syslog', 'csv', 'text', 'obl'] as const
export type Format = (typeof FORMATS)[number]

const rawDefaults = {
  project: projectRef.optional().describe('Id or slug; needed by people and the local administrator, a key brings its own'),
  service: z.string().optional(),
  environment: z.string().optional(),
  dataset: z.string().optional(),
  level: z.string().optional(),
  host: z.string().optional(),
  timezone: z.string().optional().describe('IANA name or offset for stamps without a zone; UTC unless given'),
  year: z.string().optional().describe('Year for stamps without one; else the nearest past'),
  after: z.string().optional().describe('RFC 3339: what a line without any stamp inherits until the first one that has it'),
  import: z.string().optional().describe('`1`: retention counts from receipt, so that files years old are taken'),
}

const emailSchema = z.email().max(254)
const passwordSchema = z.string().min(10, 'A password has at least 10 characters.').max(1_000)

const valueCountSchema = z.object({ value: z.string(), count: z.number() })

/** Every route of Heartwood's own API. The server registers handlers from it, clients and the OpenAPI document derive from it. */
export const api = {
  ingest: defineRoute({
    method: 'POST',
    path: '/ingest',
    summary: 'Take native events: a JSON object, an array, or one object a line',
    access: 'ingest',
    raw: 'body',
    query: z.object(rawDefaults),
    status: 202,
    response: ingestAnswerSchema,
    errors: ['body-too-large', 'nothing-accepted', 'queue-full', 'encoding-unsupported', 'encoding-broken'],
  }),
  ingestFormat: defineRoute({
    method: 'POST',
    path: '/ingest/:format',
    summary: 'Take log text in a known format, or look at it and find out',
    access: 'ingest',
    raw: 'body',
    params: z.object({ format: z.enum(FORMATS) }),
    query: z.object(rawDefaults),
    status: 202,
    response: ingestAnswerSchema,
    errors: ['body-too-large', 'nothing-accepted', 'queue-full', 'encoding-unsupported', 'encoding-broken'],
  }),

  search: defineRoute({
    method: 'GET',
    path: '/api/search',
    summary: 'Events that match, newest first, a page at a time',
    access: 'read',
    query: z.object({
      ...searchFilterShape,
      limit: z.coerce.number().int().min(1).max(LIMITS.searchPage).default(100),
      cursor: z.string().max(200).optional(),
      order: z.enum(['desc', 'asc']).default('desc'),
      fields: z
        .string()
        .max(2_000)
        .optional()
        .describe('Comma list of attributes to return with each row; `*` for whole events. Default: everything but `detail`'),
    }),
    response: z.object({ events: z.array(eventJsonSchema), nextCursor: z.string().nullable(), partial: partialSchema, stats: queryStatsSchema }),
    errors: ['query-invalid', 'cursor-invalid', 'time-invalid', 'engine-unavailable'],
  }),
  event: defineRoute({
    method: 'GET',
    path: '/api/events/:id',
    summary: 'One event, whole',
    access: 'read',
    params: z.object({ id: z.uuid() }),
    query: z.object({ project: projectRef, timestamp: z.string().max(64).optional().describe('Its timestamp, which makes finding it quick') }),
    response: eventJsonSchema,
    errors: ['event-not-found', 'engine-unavailable'],
  }),
  histogram: defineRoute({
    method: 'GET',
    path: '/api/histogram',
    summary: 'How many events match over time, by level',
    access: 'read',
    query: z.object({ ...searchFilterShape, buckets: z.coerce.number().int().min(1).max(500).default(60) }),
    response: z.object({
      total: z.number(),
      intervalMs: z.number(),
      buckets: z.array(z.object({ from: z.string(), count: z.number(), byLevel: levelCountsSchema })),
      partial: partialSchema,
    }),
    errors: ['query-invalid', 'time-invalid', 'engine-unavailable'],
  }),
  tail: defineRoute({
    method: 'GET',
    path: '/api/tail',
    summary:
      'Events as they arrive, as server-sent events: `event` (an event), `drop` ({ "dropped": n }), `ping`, `end` ({ "status", "code", "message" }: may not go on)',
    access: 'read',
    raw: 'event-stream',
    query: z.object({ project: projectRef, q: searchFilterShape.q }),
    response: eventJsonSchema,
    errors: ['query-invalid', 'too-many-tails'],
  }),
  fields: defineRoute({
    method: 'GET',
    path: '/api/fields',
    summary: 'Names that can be searched: columns, and attributes seen in the range',
    access: 'read',
    query: z.object(searchFilterShape),
    response: z.object({
      fields: z.array(
        z.object({ name: z.string(), type: z.enum(['text', 'number', 'boolean', 'level', 'id', 'list']), column: z.boolean(), count: z.number() }),
      ),
      partial: partialSchema,
    }),
    errors: ['query-invalid', 'time-invalid', 'engine-unavailable'],
  }),
  facets: defineRoute({
    method: 'GET',
    path: '/api/facets',
    summary: 'The most frequent values of several fields among the events that match',
    access: 'read',
    query: z.object({
      ...searchFilterShape,
      fields: z.string().max(2_000).default('level,service,environment,host'),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    }),
    response: z.object({ facets: z.array(z.object({ field: z.string(), values: z.array(valueCountSchema) })), partial: partialSchema }),
    errors: ['query-invalid', 'time-invalid', 'engine-unavailable'],
  }),
  values: defineRoute({
    method: 'GET',
    path: '/api/values',
    summary: 'Frequent values of one field that contain a text, for completion; of many events the newest are counted, and `partial` says so',
    access: 'read',
    query: z.object({
      ...searchFilterShape,
      field: z.string().min(1).max(LIMITS.attributeKey),
      contains: z.string().max(200).default(''),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    }),
    response: z.object({ field: z.string(), values: z.array(valueCountSchema), partial: partialSchema }),
    errors: ['query-invalid', 'time-invalid', 'engine-unavailable'],
  }),

  session: defineRoute({
    method: 'GET',
    path: '/api/session',
    summary: 'Whether someone is signed in, and whether this server still waits for its owner',
    access: 'public',
    response: z.object({ person: personSchema.nullable(), needsOwner: z.boolean(), version: z.string(), publicUrl: z.string() }),
  }),
  claim: defineRoute({
    method: 'POST',
    path: '/api/claim',
    summary: 'Become the owner with the one-time link that the server printed',
    access: 'public',
    body: z.object({ token: z.string().min(1).max(200), email: emailSchema, password: passwordSchema, name: z.string().max(100).default('') }),
    response: z.object({ person: personSchema }),
    errors: ['claim-invalid', 'rate-limited'],
  }),
  signIn: defineRoute({
    method: 'POST',
    path: '/api/sign-in',
    summary: 'Sign in with e-mail and password; answers with a cookie',
    access: 'public',
    body: z.object({ email: z.string().max(254), password: z.string().max(1_000) }),
    response: z.object({ person: personSchema }),
    errors: ['sign-in-failed', 'rate-limited'],
  }),
  signOut: defineRoute({
    method: 'POST',
    path: '/api/sign-out',
    summary: 'End this session',
    access: 'public',
    response: z.object({ ok: z.literal(true) }),
  }),
  me: defineRoute({
    method: 'GET',
    path: '/api/me',
    summary: 'Who the caller is: a person, the local administrator, or a key with its scope and project',
    access: 'read',
    response: z.object({
      kind: z.enum(['person', 'local', 'key']),
      person: personSchema.optional(),
      key: z.object({ id: z.string(), scope: z.enum(SCOPES), projectId: z.string() }).optional(),
    }),
  }),

  listProjects: defineRoute({
    method: 'GET',
    path: '/api/projects',
    summary: 'Projects that the caller may see',
    access: 'read',
    response: z.object({ projects: z.array(projectSchema) }),
  }),
  createProject: defineRoute({
    method: 'POST',
    path: '/api/projects',
    summary: 'Create a project',
    access: 'owner',
    body: z.object({ name: projectNameSchema, retentionDays: retentionSchema.optional() }),
    status: 201,
    response: projectSchema,
  }),
  updateProject: defineRoute({
    method: 'PATCH',
    path: '/api/projects/:project',
    summary: 'Change name, retention, redaction or sample rates of a project',
    access: 'admin',
    params: z.object({ project: projectRef }),
    body: z.object({
      name: projectNameSchema.optional(),
      retentionDays: retentionSchema.optional(),
      redaction: redactionSchema.optional(),
      sampleRates: sampleRatesSchema.optional().describe('Replaces all that were set; `{}` clears them'),
    }),
    response: projectSchema,
    errors: ['project-not-found', 'pattern-invalid'],
  }),
  deleteProject: defineRoute({
    method: 'DELETE',
    path: '/api/projects/:project',
    summary: 'Delete a project, its keys and its events',
    access: 'owner',
    params: z.object({ project: projectRef }),
    query: z.object({ confirm: z.string().describe('The name of the project, typed out') }),
    response: z.object({ ok: z.literal(true) }),
    errors: ['project-not-found', 'confirmation-wrong'],
  }),
  listKeys: defineRoute({
    method: 'GET',
    path: '/api/keys',
    summary: 'Keys of a project; never their secrets',
    access: 'admin',
    query: z.object({ project: projectRef }),
    response: z.object({ keys: z.array(keySchema) }),
    errors: ['project-not-found'],
  }),
  createKey: defineRoute({
    method: 'POST',
    path: '/api/keys',
    summary: 'Create a key; the answer is the only time it is shown',
    access: 'admin',
    body: z.object({
      project: projectRef,
      scope: z.enum(SCOPES),
      name: z.string().trim().max(100).default(''),
      client: z.enum(KEY_CLIENTS).default('heartwood'),
      origins: z.array(z.string().max(300)).max(100).default([]),
    }),
    status: 201,
    response: keySchema.extend({ key: z.string() }),
    errors: ['project-not-found'],
  }),
  revokeKey: defineRoute({
    method: 'DELETE',
    path: '/api/keys/:id',
    summary: 'Revoke a key; it stops at once',
    access: 'admin',
    params: z.object({ id: z.string().max(100) }),
    response: z.object({ ok: z.literal(true) }),
    errors: ['key-not-found'],
  }),

  ledger: defineRoute({
    method: 'GET',
    path: '/api/ledger',
    summary: 'received = stored + refused by reason + queued + dead-lettered + sampled + expired, per project, door and key',
    access: 'admin',
    query: z.object({ project: projectRef.optional() }),
    response: z.object({
      since: z.string(),
      rows: z.array(
        z.object({
          projectId: z.string(),
          door: z.string(),
          keyId: z.string(),
          received: z.number(),
          stored: z.number(),
          queued: z.number(),
          deadLettered: z.number(),
          refused: z.partialRecord(dropReasonSchema, z.number()),
        }),
      ),
    }),
  }),
  health: defineRoute({
    method: 'GET',
    path: '/api/health',
    summary: 'The parts of this server and how they do',
    access: 'owner',
    response: z.object({
      ready: z.boolean(),
      version: z.string(),
      uptimeSeconds: z.number(),
      parts: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string(), latencyMs: z.number() })),
      queue: z.object({
        bytes: z.number(),
        capBytes: z.number(),
        rows: z.number(),
        oldestMs: z.number(),
        deadLetters: z.number(),
        lostRows: z.number().describe('Events that became unreadable on disk while they waited, since the start'),
      }),
      store: z.object({ rows: z.number(), bytes: z.number(), parts: z.number() }),
      memory: z.object({ rssBytes: z.number() }),
      disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }),
      steps: z.array(z.object({ name: z.string(), events: z.number(), microsPerEvent: z.number() })),
    }),
  }),
  listDeadLetters: defineRoute({
    method: 'GET',
    path: '/api/dead-letters',
    summary: 'Batches that could not be stored for a reason of their own',
    access: 'owner',
    response: z.object({
      deadLetters: z.array(
        z.object({
          id: z.string(),
          at: z.string(),
          projectId: z.string(),
          door: z.string(),
          rows: z.number(),
          bytes: z.number(),
          reason: z.string(),
        }),
      ),
    }),
  }),
  inspectDeadLetter: defineRoute({
    method: 'GET',
    path: '/api/dead-letters/:id',
    summary: 'The first events of a dead-lettered batch',
    access: 'owner',
    params: z.object({ id: z.string().max(100) }),
    response: z.object({ events: z.array(eventJsonSchema), reason: z.string() }),
    errors: ['dead-letter-not-found'],
  }),
  replayDeadLetter: defineRoute({
    method: 'POST',
    path: '/api/dead-letters/:id/replay',
    summary: 'Try to store it again',
    access: 'owner',
    params: z.object({ id: z.string().max(100) }),
    response: z.object({ ok: z.literal(true), rows: z.number() }),
    errors: ['dead-letter-not-found', 'queue-full'],
  }),

  ...deviceRoutes,
  ...checkinRoutes,
  ...feedbackRoutes,
  ...releaseRoutes,
  ...flowRoutes,
  ...issueRoutes,
  ...requestRoutes,
  ...timelineRoutes,
} as const

export type Api = typeof api
export type RouteName = keyof Api
