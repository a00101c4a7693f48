import { z } from 'zod'
import { defineRoute } from './route.ts'
import { ownProjectRef, partialSchema, timeSchema } from './schemas.ts'

const heartbeatSchema = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    token: z.string(),
    url: z
      .string()
      .describe('What the job calls when it is done: GET, HEAD or POST, without a key. With `/start` behind it: it began; with `/fail`: it failed'),
    createdAt: z.string(),
    revokedAt: z.string().optional(),
  })
  .meta({ id: 'Heartbeat' })
export type HeartbeatJson = z.infer<typeof heartbeatSchema>

export const checkinRoutes = {
  listHeartbeats: defineRoute({
    method: 'GET',
    path: '/api/heartbeats',
    summary: 'Jobs whose signs of life are waited for, with the addresses that they call',
    access: 'admin',
    query: z.object({ project: ownProjectRef }),
    response: z.object({
      heartbeats: z.array(
        heartbeatSchema.extend({ lastAt: z.string().optional(), checkins: z.int().describe('Runs that ended, well or not, in the last 30 days') }),
      ),
      partial: partialSchema,
    }),
    errors: ['project-not-found', 'engine-unavailable'],
  }),
  createHeartbeat: defineRoute({
    method: 'POST',
    path: '/api/heartbeats',
    summary: 'Create a heartbeat: an address for one job',
    access: 'admin',
    body: z.object({ project: ownProjectRef, name: z.string().trim().min(1).max(100) }),
    status: 201,
    response: heartbeatSchema,
    errors: ['project-not-found'],
  }),
  revokeHeartbeat: defineRoute({
    method: 'DELETE',
    path: '/api/heartbeats/:id',
    summary: 'Revoke a heartbeat; its address stops at once',
    access: 'admin',
    params: z.object({ id: z.string().max(100) }),
    response: z.object({ ok: z.literal(true) }),
    errors: ['heartbeat-not-found'],
  }),
  checkins: defineRoute({
    method: 'GET',
    path: '/api/checkins',
    summary: 'Signs of life, newest first',
    access: 'read',
    query: z.object({
      project: ownProjectRef,
      from: timeSchema.default('-7d'),
      to: timeSchema.default('now'),
      heartbeat: z.string().max(100).optional().describe('Id of one heartbeat'),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    response: z.object({
      checkins: z.array(
        z.object({
          id: z.uuid(),
          timestamp: z.string(),
          heartbeatId: z.string(),
          name: z.string(),
          status: z.string().describe('`ok` `started` `failed`'),
        }),
      ),
      partial: partialSchema,
    }),
    errors: ['time-invalid', 'engine-unavailable'],
  }),
}
