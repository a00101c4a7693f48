import { z } from 'zod'
import { defineRoute } from './route.ts'
import { projectRef } from './schemas.ts'

const codeSchema = z.string().min(1).max(20).describe('The code that the command line tool shows, such as `ABCD-1234`')

/** Logins of other products' command line tools, which a signed-in person approves. */
export const deviceRoutes = {
  deviceLogin: defineRoute({
    method: 'GET',
    path: '/api/device/:code',
    summary: 'A login of a command line tool that waits for approval',
    access: 'owner',
    params: z.object({ code: codeSchema }),
    response: z.object({ code: z.string(), address: z.string(), startedAt: z.string(), expiresAt: z.string() }),
    errors: ['device-code-invalid'],
  }),
  decideDeviceLogin: defineRoute({
    method: 'POST',
    path: '/api/device/:code',
    summary: 'Approve or deny a login of a command line tool; approved, it may read the one project',
    access: 'owner',
    params: z.object({ code: codeSchema }),
    body: z.object({
      approve: z.boolean(),
      project: projectRef.optional().describe('Id or slug of the project that it may read; needed to approve'),
    }),
    response: z.object({ ok: z.boolean() }),
    errors: ['device-code-invalid', 'project-not-found'],
  }),
}
