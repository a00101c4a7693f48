import { z } from 'zod'
import { defineRoute, SCOPES } from './route.ts'
import { personSchema } from './schemas.ts'

const emailSchema = z.email().max(254)
const passwordSchema = z.string().min(10, 'A password has at least 10 characters.').max(1_000)

export const peopleRoutes = {
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
}
