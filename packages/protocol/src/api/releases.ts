import { z } from 'zod'
import { defineRoute } from './route.ts'
import { ownProjectRef, partialSchema, timeSchema } from './schemas.ts'

export const releaseRoutes = {
  releases: defineRoute({
    method: 'GET',
    path: '/api/releases',
    summary: 'Registered versions with their deployments, the last deployed first',
    access: 'read',
    query: z.object({
      project: ownProjectRef,
      from: timeSchema.default('-90d'),
      to: timeSchema.default('now'),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    response: z.object({
      releases: z.array(
        z.object({
          releaseId: z.string(),
          version: z.string(),
          firstAt: z.string(),
          lastAt: z.string(),
          deployments: z.int(),
          commit: z.string().optional(),
          branch: z.string().optional(),
          deployedBy: z.string().optional(),
          deployUrl: z.string().optional(),
          changelog: z.string().optional(),
          services: z.array(z.string()).optional(),
        }),
      ),
      partial: partialSchema,
    }),
    errors: ['time-invalid', 'engine-unavailable'],
  }),
}
