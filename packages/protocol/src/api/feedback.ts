import { z } from 'zod'
import { defineRoute } from './route.ts'
import { ownProjectRef, partialSchema, timeSchema } from './schemas.ts'

export const feedbackRoutes = {
  feedback: defineRoute({
    method: 'GET',
    path: '/api/feedback',
    summary: 'What users wrote, newest first',
    access: 'read',
    query: z.object({
      project: ownProjectRef,
      from: timeSchema.default('-30d'),
      to: timeSchema.default('now'),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    response: z.object({
      feedback: z.array(
        z.object({
          id: z.uuid().describe('Id of the event; `GET /api/events/:id` has the screenshot'),
          feedbackId: z.string(),
          timestamp: z.string(),
          comments: z.string(),
          name: z.string().optional(),
          email: z.string().optional(),
          url: z.string().optional(),
          eventId: z.string().optional().describe('What the client called the error that it is about'),
        }),
      ),
      partial: partialSchema,
    }),
    errors: ['time-invalid', 'engine-unavailable'],
  }),
}
