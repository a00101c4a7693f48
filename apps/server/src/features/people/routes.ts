import type { FastifyInstance, FastifyRequest } from 'fastify'
import { refusal } from '../../auth/access.ts'
import { type AttemptLimits, createAttemptLimits } from '../../auth/attempt-limits.ts'
import { readSessionToken } from '../../auth/credentials.ts'
import { originationOf } from '../../auth/csrf.ts'
import { type People, SESSION_MS, type SignedIn } from '../../auth/people.ts'
import { clearedSessionCookie, sessionCookie } from '../../auth/session-cookie.ts'
import { handle } from '../../http/route.ts'
import type { Person } from '../../store/meta/meta-store.ts'

export interface PeopleRoutesDeps {
  people: People
  version: string
  publicUrl: () => string | undefined
  limits?: AttemptLimits
}

export function registerPeople(app: FastifyInstance, { people, version, publicUrl, limits = createAttemptLimits() }: PeopleRoutesDeps): void {
  /** Another site must not sign its visitors in as someone of its choice. */
  const refuseOtherSites = (request: FastifyRequest): void => {
    const source = { method: request.method, host: request.host, headers: request.headers }
    if (originationOf(source, publicUrl()) === 'cross-origin') throw refusal('csrf-refused')
  }
  const cookieOf = ({ token }: SignedIn, request: FastifyRequest): string => sessionCookie(token, SESSION_MS / 1000, request, publicUrl())

  handle(app, 'session', async ({ caller, request, reply }) => {
    reply.header('cache-control', 'no-store')
    const person = caller.kind === 'person' ? await people.byId(caller.personId) : undefined
    return {
      person: person === undefined ? null : toPersonJson(person),
      needsOwner: await people.needsOwner(),
      version,
      publicUrl: publicUrl() ?? `${request.protocol}://${request.host}`,
    }
  })

  handle(app, 'claim', async ({ body: { token, email, password, name }, request, reply }) => {
    refuseOtherSites(request)
    await limits.beforeClaim(request.ip)
    const signedIn = await people.claim(token, { email, password, name })
    reply.header('set-cookie', cookieOf(signedIn, request))
    return { person: toPersonJson(signedIn.person) }
  })

  handle(app, 'signIn', async ({ body: { email, password }, request, reply }) => {
    refuseOtherSites(request)
    await limits.beforeSignIn(request.ip, email)
    const signedIn = await people.signIn(email, password)
    await limits.afterSignIn(request.ip, email)
    reply.header('set-cookie', cookieOf(signedIn, request))
    return { person: toPersonJson(signedIn.person) }
  })

  handle(app, 'signOut', async ({ request, reply }) => {
    const token = readSessionToken(request.headers)
    if (token !== undefined) await people.signOut(token)
    reply.header('set-cookie', clearedSessionCookie(request, publicUrl()))
    return { ok: true }
  })

  handle(app, 'me', async ({ caller }) => {
    switch (caller.kind) {
      case 'person': {
        const person = await people.byId(caller.personId)
        if (person === undefined) throw refusal('sign-in-required')
        return { kind: 'person', person: toPersonJson(person) }
      }
      case 'key':
        return { kind: 'key', key: { id: caller.keyId, scope: caller.scope, projectId: String(caller.projectId) } }
      case 'local':
        return { kind: 'local' }
      case 'anonymous':
        throw refusal('sign-in-required')
    }
  })
}

const toPersonJson = ({ id, email, name }: Person) => ({ id, email, name })
