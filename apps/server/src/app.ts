import { constants } from 'node:zlib'
import compress, { type FastifyCompressOptions } from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import { PROTOCOL_VERSION } from '@heartwood/protocol'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import { type BodyOptions, registerRawBody } from './http/body.ts'
import { brokenRequestOptions, passOverExpectations } from './http/broken-requests.ts'
import { passOverCancelledRequests } from './http/cancelled-requests.ts'
import { registerDashboard } from './http/dashboard.ts'
import { registerErrors } from './http/errors.ts'
import { registerJsonBody } from './http/json-body.ts'
import { watchRefusals } from './receivers/refusals.ts'
import type { Metrics } from './self/metrics.ts'

/** Registers the routes of one receiver or feature. */
type RegisterRoutes = (app: FastifyInstance) => void | Promise<void>

export interface AppDeps {
  logger: FastifyBaseLogger
  metrics: Metrics
  trustProxy: boolean | string[]
  /** Who calls, and whether they may: set before any route. */
  access: RegisterRoutes
  /** Doors for events: they read their bodies themselves. */
  receivers: readonly RegisterRoutes[]
  /** Told of requests to doors of which no receiver saw the events: not allowed, too large, or broken. */
  onRefused: NonNullable<BodyOptions['onRefused']>
  /** Routes of the API, with JSON bodies. */
  features: readonly RegisterRoutes[]
  dashboardFolder: string
}

const API_BODY_BYTES = 1024 * 1024

/** Several clients close idle connections after 30 s themselves; closing earlier than they do loses what they send at that moment. */
const KEEP_ALIVE_MS = 75_000

/** One Fastify with every route; it never listens, so that tests inject into it. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  // The type that follows from a logger and connection handlers of one's own fits no function that takes an instance; routes use nothing of either.
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: deps.trustProxy,
    bodyLimit: API_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // `http://host/` + `/ingest` is what a base address with a slash becomes; a redirect would lose the body.
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    ...brokenRequestOptions,
    // Its type names the server of the options above; routes and plugins are written for the general one.
  }) as unknown as FastifyInstance
  registerErrors(app)
  passOverExpectations(app)
  app.addHook('onSend', async (_, reply) => {
    reply.header('x-heartwood-protocol', PROTOCOL_VERSION)
  })
  app.addHook('onResponse', async (request, reply) => {
    deps.metrics.observeRequest(request.routeOptions.url ?? 'none', request.method, reply.statusCode, reply.elapsedTime / 1000)
  })
  await app.register(cookie)
  await deps.access(app)

  await app.register(async (doors) => {
    registerRawBody(doors, { onRefused: deps.onRefused })
    watchRefusals(doors, deps.onRefused)
    for (const register of deps.receivers) await register(doors)
  })
  await app.register(async (pages) => {
    passOverCancelledRequests(pages)
    await pages.register(helmet, SECURITY_HEADERS)
    await pages.register(compress, COMPRESSION)
    registerJsonBody(pages)
    for (const register of deps.features) await register(pages)
    await registerDashboard(pages, deps.dashboardFolder)
  })
  return app
}

/** Answers are read once: a page of a hundred events takes 0.2 ms at Brotli's level 1, 0.9 at 4, for a tenth fewer bytes. */
const COMPRESSION = {
  threshold: 1024,
  encodings: ['br', 'gzip', 'deflate'],
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } },
  zlibOptions: { level: 2 },
} satisfies FastifyCompressOptions

const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  crossOriginEmbedderPolicy: false,
}
