import { z } from 'zod'
import { eventJsonSchema } from '../event-json.ts'
import { defineRoute } from './route.ts'
import { dropReasonSchema, projectRef } from './schemas.ts'

/** How this server does, and what it could not store. */
export const systemRoutes = {
  ledger: defineRoute({
    method: 'GET',
    path: '/api/ledger',
    summary:
      'received = stored + queued + dead-lettered + refused by reason, per project, door and key; `damaged`: pieces and bytes of the queue that could not be read',
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
      damaged: z
        .object({ pieces: z.number(), bytes: z.number() })
        .describe(
          'Pieces of the queue that could not be read and lie in queue/damaged: of any project, and of how many events is not known, so that no row counts them',
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
}
