import { emitWarning } from 'node:process'
import { createHttpCapture, type HttpOptions, type IncomingRequest, type OutgoingResponse } from '../http/request-capture.ts'
import { createExpressMiddleware, expressRoute } from './express-middleware.ts'
import type { FastifyInstance, FastifyRequest } from './fastify.ts'
import { goOn } from './fastify-request.ts'
import { watchNestExceptions } from './nest-exceptions.ts'
import { watchNestMessages } from './nest-messages.ts'

export type { HttpOptions } from '../http/request-capture.ts'
export { heartwoodNestLogger, type NestLogger, type NestLoggerBeside, type NestLoggerOptions } from './nest-logger.ts'

/** What is used of a Nest application; its `INestApplication` fits. */
export interface NestApplication {
  getHttpAdapter(): { getType(): string; getInstance(): unknown }
  use(middleware: (request: IncomingRequest, response: OutgoingResponse, next: () => void) => void): unknown
}

/**
 * Captures each HTTP request of a Nest app with the pattern of its route, gives it a scope of its own and captures what it throws. What Nest
 * answers stays as it is, as do its filters. Of the microservices of the app, what their handlers throw is captured.
 *
 *     const app = await NestFactory.create(AppModule)
 *     setupNest(app)
 *     await app.listen(3000)
 *
 * `HttpException`s below 500 are no errors: their requests tell of them.
 *
 * @throws OptionError
 */
export const setupNest = (app: NestApplication, options: HttpOptions = {}): void => {
  const adapter = app.getHttpAdapter()
  if (adapter.getType() === 'fastify') followFastify(app, adapter.getInstance() as FastifyInstance, options)
  else app.use(createExpressMiddleware(options, nestRoute))
  if (!watchNestExceptions(app)) emitWarning('Heartwood does not know this version of Nest: exceptions of its routes are not captured.')
  watchNestMessages(app, options.client)
}

/** Under a global prefix Nest answers 404 by a route of its own. */
const nestRoute = (request: IncomingRequest & { readonly res?: OutgoingResponse }): string | undefined => {
  const route = expressRoute(request)
  return request.res?.statusCode === 404 && route?.endsWith('*path') ? undefined : route
}

/** Nest's middleware gets Node's own request, its routes Fastify's; depending on the version, the one or the other comes first. */
const followFastify = (app: NestApplication, instance: FastifyInstance, options: HttpOptions): void => {
  const requests = new WeakMap<object, FastifyRequest>()
  const http = createHttpCapture<object>(options, (raw) => requests.get(raw)?.routeOptions?.url)
  app.use((request, response, next) => {
    const capture = http.begin(request, response, request)
    if (capture === undefined) next()
    else capture.run(next)
  })
  instance.addHook('onRequest', (request, reply, done) => {
    requests.set(request.raw, request)
    goOn(http.begin(request.raw, reply.raw, request.raw), reply, done)
  })
}
