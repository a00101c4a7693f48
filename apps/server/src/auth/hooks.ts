import type { Access } from '@heartwood/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, HeartwoodError } from '../errors.ts'
import type { Caller } from '../http/caller.ts'
import { decide, refusal, revokedKey } from './access.ts'
import type { Authenticator, KeyHolder } from './authenticate.ts'
import { corsHeaders } from './cors.ts'
import { readKey, readSessionToken } from './credentials.ts'
import { hasBody, isJson, isSafeMethod, originationOf } from './csrf.ts'
import type { Directory } from './directory.ts'
import { discardBody } from './discard-body.ts'
import { isOriginAllowed } from './origins.ts'
import { type People, SESSION_MS } from './people.ts'
import { hashSecret } from './secrets.ts'
import { sessionCookie } from './session-cookie.ts'

export interface AccessDeps {
  authenticator: Authenticator
  directory: Directory
  people: Pick<People, 'bySession'>
  /** The address people use, once it is known. */
  publicUrl: () => string | undefined
}

const ANONYMOUS: Caller = { kind: 'anonymous' }

/** Routes below these must declare who may call them. */
const GUARDED = /^\/(api|ingest|v1)(\/|$)/

/**
 * Finds out who calls and refuses who may not, before a body is parsed. Call it on the root instance before any route or plugin with routes
 * is registered. Routes declare `config.access` (`handle` does); those below /api, /ingest and /v1 that do not are refused to everyone.
 */
export function registerAccess(app: FastifyInstance, deps: AccessDeps): void {
  app.decorateRequest('caller')

  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config
    request.caller = ANONYMOUS
    if (access === undefined) {
      if (GUARDED.test(request.routeOptions.url ?? '')) throw undeclared(request)
      return
    }
    try {
      await admit(request, reply, access, deps)
    } catch (error) {
      if (!isSafeMethod(request.method)) request.discarded = await discardBody(request.raw)
      throw error
    }
  })

  // A second net under resolveProject: a key that names another project anywhere never reaches a handler.
  app.addHook('preHandler', async (request) => {
    const { caller } = request
    if (caller.kind !== 'key') return
    for (const ref of namedProjects(request)) {
      if (deps.directory.findProject(ref)?.id !== caller.projectId) throw refusal('project-forbidden')
    }
  })
}

async function admit(request: FastifyRequest, reply: FastifyReply, access: Access, deps: AccessDeps): Promise<void> {
  const { origin } = request.headers
  if ((access === 'ingest' || access === 'browser') && origin !== undefined && deps.directory.knowsOrigin(origin)) {
    reply.headers(corsHeaders(origin))
  }
  const key = access === 'public' ? undefined : readKey(request.headers)
  if (key !== undefined) {
    const found = deps.authenticator.authenticate(key, { remoteAddress: request.socket.remoteAddress, headers: request.headers })
    const holder = found instanceof Promise ? await found : found
    if (holder === undefined) throw deps.directory.wasRevoked(hashSecret(key)) ? revokedKey() : refusal('key-invalid')
    request.caller = holder.caller
    insist(decide(holder.caller, access))
    insist(decideOrigin(holder, request))
    return
  }
  const token = readSessionToken(request.headers)
  if (token !== undefined) await admitPerson(request, reply, token, access, deps)
  const decision = decide(request.caller, access)
  // A cookie that has run out wants another sign-in, not a key.
  insist(decision === 'key-missing' && token !== undefined ? 'sign-in-required' : decision)
}

/**
 * For answers that last: whether who began one may still have it.
 * @throws HeartwoodError `key-invalid`, `sign-in-required` when the key was revoked or the session ended since; `meta-unavailable`
 */
export async function readmit(request: FastifyRequest, { authenticator, people }: Pick<AccessDeps, 'authenticator' | 'people'>): Promise<void> {
  const { caller, headers } = request
  if (caller.kind === 'key') {
    const holder = await authenticator.authenticate(readKey(headers) ?? '', { remoteAddress: request.socket.remoteAddress, headers })
    if (holder === undefined) throw refusal('key-invalid')
  }
  if (caller.kind === 'person' && (await people.bySession(readSessionToken(headers) ?? '')) === undefined) throw refusal('sign-in-required')
}

async function admitPerson(request: FastifyRequest, reply: FastifyReply, token: string, access: Access, deps: AccessDeps): Promise<void> {
  // Pages and probes are the same for everyone; only the API asks who it is.
  if (access === 'public' && !request.routeOptions.url?.startsWith('/api/')) return
  const session = await deps.people.bySession(token)
  if (session === undefined) return
  const publicUrl = deps.publicUrl()
  if (!isSafeMethod(request.method)) {
    const source = { method: request.method, host: request.host, headers: request.headers }
    // Doors take any text; there the origin alone has to do.
    const wrongType = access !== 'ingest' && hasBody(source) && !isJson(source)
    if (originationOf(source, publicUrl) !== 'same-origin' || wrongType) throw refusal('csrf-refused')
  }
  request.caller = { kind: 'person', personId: session.person.id }
  if (session.extended) reply.header('set-cookie', sessionCookie(token, SESSION_MS / 1000, request, publicUrl))
}

/** A browser key is in every visitor's hands; all that binds it is the page it is used on. */
function decideOrigin({ key }: KeyHolder, request: FastifyRequest): 'allow' | ErrorCode {
  if (key?.scope !== 'browser') return 'allow'
  const { origin, referer } = request.headers
  const page = origin ?? referer
  // The product whose clients these are allows what names no page at all.
  if (page === undefined && key.client === 'micrologs') return 'allow'
  return isOriginAllowed(key.origins, page) ? 'allow' : 'origin-forbidden'
}

function insist(decision: 'allow' | ErrorCode): void {
  if (decision !== 'allow') throw refusal(decision)
}

const undeclared = (request: FastifyRequest): HeartwoodError =>
  new HeartwoodError('internal', `The route ${request.method} ${request.routeOptions.url} does not declare who may call it.`)

/** What a request calls `project`, wherever it may. The bodies of doors are events: there the word is theirs. */
function namedProjects(request: FastifyRequest): string[] {
  const { access } = request.routeOptions.config
  const isDoor = access === 'ingest' || access === 'browser'
  return [request.params, request.query, isDoor ? undefined : request.body]
    .map((part) => (typeof part === 'object' && part !== null && 'project' in part ? part.project : undefined))
    .filter((project) => project !== undefined)
    .flat()
    .map(String)
}
