import { z } from 'zod'
import { eventJsonSchema } from '../event-json.ts'
import { LIMITS } from '../limits.ts'
import { defineRoute } from './route.ts'
import { levelCountsSchema, ownProjectRef, partialSchema, queryStatsSchema, searchFilterShape } from './schemas.ts'

/** Columns by whose values events can be counted whole: none is left out. */
export const COUNTED_BY = ['service', 'environment', 'dataset', 'host', 'release'] as const

const countedSchema = z
  .enum(['events', 'occurrences'])
  .default('events')
  .describe(
    'Stored events, or what they stand for: repeats that a client held back are added, and a log that came through at a sample rate (attribute `sample_rate`) weighs 1 / rate. That reads every event',
  )

const valueCountSchema = z.object({ value: z.string(), count: z.number() })

/** Events by the search language. */
export const logRoutes = {
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
        .describe(
          'Comma list of what to return with each row besides id, kind, timestamp, level, service and message: columns, attributes, `attributes` for all of them, `*` for whole events. The fewer, the quicker. Default: everything but `detail`',
        ),
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
    query: z.object({ project: ownProjectRef, timestamp: z.string().max(64).optional().describe('Its timestamp, which makes finding it quick') }),
    response: eventJsonSchema,
    errors: ['event-not-found', 'engine-unavailable'],
  }),
  histogram: defineRoute({
    method: 'GET',
    path: '/api/histogram',
    summary: 'How many events match over time, by level',
    access: 'read',
    query: z.object({
      ...searchFilterShape,
      buckets: z.coerce
        .number()
        .int()
        .min(1)
        .max(LIMITS.histogramBuckets)
        .default(60)
        .describe('How many at most; `intervalMs` in the answer is the narrowest round width that needs no more'),
      count: countedSchema,
    }),
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
    query: z.object({ project: ownProjectRef, q: searchFilterShape.q }),
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
  counts: defineRoute({
    method: 'GET',
    path: '/api/counts',
    summary: 'All events that match, by the values of one field and by level, the most frequent value first',
    access: 'read',
    query: z.object({
      ...searchFilterShape,
      by: z.enum(COUNTED_BY).default('service'),
      count: countedSchema,
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    response: z.object({
      rows: z.array(z.object({ value: z.string().nullable().describe('null: events without one'), total: z.int(), byLevel: levelCountsSchema })),
      hasMore: z.boolean(),
      partial: partialSchema,
    }),
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
}
