import { createHttpCapture, type HttpOptions, type IncomingRequest, type OutgoingResponse, requestCapture } from '../http/request-capture.ts'
import { listen } from './channels.ts'
import { goOn } from './fastify-request.ts'

export type { HttpOptions } from '../http/request-capture.ts'

/** What is used of Fastify's request. */
export interface FastifyRequest {
  readonly raw: IncomingRequest
  readonly routeOptions?: { readonly url?: string | undefined }
}

/** What is used of Fastify's reply. */
export interface FastifyReply {
  readonly raw: OutgoingResponse
  readonly statusCode: number
  header(name: string, value: string): unknown
}

/** What is used of a Fastify instance. */
export interface FastifyInstance {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: FastifyReply, done: () => void) => void): unknown
  addHook(name: 'onError', hook: (request: FastifyRequest, reply: FastifyReply, error: Error, done: () => void) => void): unknown
  addHook(name: 'onClose', hook: (instance: unknown, done: () => void) => void): unknown
}

/** Where Fastify says what a handler or a hook before it threw, whatever the program's own error handler makes of it. */
const HANDLER_ERRORS = 'tracing:fastify.request.handler:error'

/**
 * Plugin that captures each request and gives it a scope of its own, in all plugins and routes of the instance. The first to be registered.
 *
 *     app.register(heartwoodFastify, { ignore: ['/health'] })
 *
 * @throws OptionError
 */
export const heartwoodFastify = (instance: FastifyInstance, options: HttpOptions, done: (error?: Error) => void): void => {
  const http = createHttpCapture(options, routeOf)
  instance.addHook('onRequest', (request, reply, next) => {
    goOn(http.begin(request.raw, reply.raw, request), reply, next)
  })
  instance.addHook('onError', (request, reply, error, next) => {
    requestCapture(request.raw)?.fail(error, reply.statusCode)
    next()
  })
  const endErrors = listen(HANDLER_ERRORS, onHandlerError)
  instance.addHook('onClose', (_instance, next) => {
    endErrors()
    next()
  })
  done()
}

// Fastify's own words for “in the instance that registers it, not in a child” and for the name in its messages.
Object.assign(heartwoodFastify, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'heartwood' })

/** Fastify documents what it publishes; a version that says something else is left alone. */
function onHandlerError({ request, reply, error }: { request?: FastifyRequest; reply?: FastifyReply; error?: unknown }): void {
  if (request?.raw !== undefined) requestCapture(request.raw)?.fail(error, reply?.statusCode)
}

function routeOf({ routeOptions }: FastifyRequest): string | undefined {
  return routeOptions?.url
}
