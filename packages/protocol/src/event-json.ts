import { z } from 'zod'
import { type Json, KINDS, LEVELS } from './event.ts'

const kindSchema = z.enum(KINDS)
const levelSchema = z.enum(LEVELS)
const jsonSchema: z.ZodType<Json> = z.json() as z.ZodType<Json>

/** An event as the API gives it. Absent, not null, when there is nothing; times are RFC 3339 with microseconds, UTC. */
export const eventJsonSchema = z
  .object({
    id: z.uuid().describe('UUIDv7 given by the server'),
    kind: kindSchema,
    timestamp: z.string().describe('RFC 3339, microseconds, UTC'),
    receivedAt: z.string().optional(),
    level: levelSchema,
    message: z.string(),
    service: z.string().optional(),
    environment: z.string().optional(),
    release: z.string().optional(),
    host: z.string().optional(),
    dataset: z.string().optional(),
    tags: z.array(z.string()).optional(),
    attributes: z.record(z.string(), jsonSchema).optional().describe('As sent: nested objects, numbers and booleans keep their types'),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
    sessionId: z.string().optional(),
    userId: z.string().optional(),
    requestId: z.string().optional(),
    flowId: z.string().optional(),
    stepIndex: z.int().optional(),
    issueId: z.string().optional(),
    error: z.object({ type: z.string().optional(), message: z.string().optional(), stack: z.string().optional() }).optional(),
    request: z
      .object({
        method: z.string().optional(),
        route: z.string().optional(),
        path: z.string().optional(),
        status: z.int().optional(),
        durationMs: z.number().optional(),
      })
      .optional(),
    detail: z.record(z.string(), jsonSchema).optional().describe('What is opened, never searched: frames, breadcrumbs, headers'),
  })
  .meta({ id: 'Event' })
export type EventJson = z.infer<typeof eventJsonSchema>
