import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { registerErrors } from '../../http/errors.ts'
import { registerNotFound } from '../../http/not-found.ts'
import { type DeviceLogins, LOGIN_LIFE_MS } from './device-logins.ts'
import { timberlogsError } from './errors.ts'
import type { Query } from './parameters.ts'
import type { TimberlogsReading } from './reading.ts'

export interface TimberlogsRoutesDeps {
  reading: TimberlogsReading
  logins: DeviceLogins
  /** A key that reads one project, for a login that was approved. */
  createToken(login: { projectId: number; personId: string | undefined }): Promise<{ token: string; projectName: string }>
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number; name: string }
  publicUrl(): string | undefined
}

const LOGINS_PER_ADDRESS = { points: 30, duration: 15 * 60 }

/** The reading half of Timberlogs' API, and the login of its command line tool. */
export async function registerTimberlogs(app: FastifyInstance, deps: TimberlogsRoutesDeps): Promise<void> {
  const { reading, resolveProject } = deps
  await app.register(async (scope) => {
    registerErrors(scope, timberlogsError)
    const config = { access: 'read' } as const
    const query = (request: FastifyRequest): Query => request.query as Query
    const projectOf = (request: FastifyRequest) => {
      const { project } = query(request)
      return resolveProject(request.caller, typeof project === 'string' ? project : undefined)
    }

    scope.get('/v1/logs', { config }, (request, reply) => reading.logs(projectOf(request).id, query(request), abortOnClose(reply)))
    scope.get('/v1/logs/search', { config }, (request, reply) => reading.search(projectOf(request).id, query(request), abortOnClose(reply)))
    scope.get('/v1/logs/:id', { config }, (request, reply) =>
      reading.log(projectOf(request).id, (request.params as { id: string }).id, abortOnClose(reply)),
    )
    scope.get('/v1/flows', { config }, (request, reply) => reading.flows(projectOf(request).id, query(request), abortOnClose(reply)))
    scope.get('/v1/stats', { config }, (request, reply) => reading.stats(projectOf(request).id, query(request), abortOnClose(reply)))
    scope.get('/v1/stats/summary', { config }, (request, reply) => reading.summary(projectOf(request).id, abortOnClose(reply)))
    scope.get('/v1/whoami', { config }, async (request) => ({ workspaceName: projectOf(request).name }))
    registerDeviceLogin(scope, deps)
  })
  registerNotFound(app, '/v1', timberlogsError)
}

/** No one is signed in here, and there is no key: the codes are all there is. */
function registerDeviceLogin(scope: FastifyInstance, { logins, createToken, publicUrl }: TimberlogsRoutesDeps): void {
  const config = { access: 'public' } as const
  const starts = new RateLimiterMemory(LOGINS_PER_ADDRESS)
  // Any content type, and none: these bodies are read below or not at all.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  scope.post('/v1/auth/device', { config }, async (request, reply) => {
    const wait = await secondsToWait(starts, request.ip)
    const login = wait === 0 ? logins.start(request.ip) : undefined
    if (login === undefined) {
      reply.code(429)
      return { error: 'Rate limit exceeded', retryAfter: Math.max(1, wait) }
    }
    const address = publicUrl() ?? `${request.protocol}://${request.host}`
    return {
      device_code: login.deviceCode,
      user_code: login.userCode,
      verification_uri: `${address.replace(/\/$/, '')}/device`,
      expires_in: LOGIN_LIFE_MS / 1000,
      interval: 5,
    }
  })

  scope.post('/v1/auth/device/token', { config }, async (request, reply) => {
    const redeemed = logins.redeem(deviceCodeIn(request.body))
    if (redeemed === 'pending') return reply.code(400).send({ error: 'authorization_pending' })
    if (redeemed === 'unknown') return reply.code(400).send({ error: 'expired_token', error_description: 'The code is unknown or has expired.' })
    if (redeemed.is === 'denied') return reply.code(400).send({ error: 'access_denied', error_description: 'The login was denied.' })
    const { token, projectName } = await createToken(redeemed)
    reply.header('cache-control', 'no-store')
    return { access_token: token, token_type: 'Bearer', workspace_name: projectName }
  })
}

async function secondsToWait(limiter: RateLimiterMemory, address: string): Promise<number> {
  try {
    await limiter.consume(address)
    return 0
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    return Math.ceil(refused.msBeforeNext / 1000)
  }
}

function deviceCodeIn(body: unknown): string {
  try {
    const value: unknown = JSON.parse(typeof body === 'string' ? body : '')
    if (typeof value === 'object' && value !== null && 'device_code' in value && typeof value.device_code === 'string') return value.device_code
  } catch {
    // Not JSON: no code.
  }
  return ''
}
