import { createHttpCapture, type HttpOptions, type IncomingRequest, type OutgoingResponse, type RequestCapture } from '../http/request-capture.ts'
import { setResponseHeaders } from '../http/response-headers.ts'

export type { HttpOptions } from '../http/request-capture.ts'

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: IncomingRequest
  readonly res: OutgoingResponse & { writeHead: unknown }
}

/**
 * Captures each request and gives it a scope of its own; what is thrown is captured and thrown on. The first middleware of the app.
 *
 *     app.use(heartwoodKoa({ ignore: ['/health'] }))
 *
 * @throws OptionError
 */
export const heartwoodKoa = (options: HttpOptions = {}): ((context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>) => {
  const http = createHttpCapture(options, routeOf)
  return async (context, next) => {
    const capture = http.begin(context.req, context.res, context)
    if (capture === undefined) return next()
    setResponseHeaders(context.res, capture)
    try {
      const result = await capture.run(next)
      followStream(context, capture)
      return result
    } catch (error) {
      capture.fail(error)
      keepHeaders(context.res, capture)
      throw error
    }
  }
}

/** Koa sends the body after all middleware, outside the request's scope: what a stream does to give it is followed. */
function followStream(context: KoaContext, capture: RequestCapture): void {
  // Koa's own getter; with other servers' contexts there may be none.
  const { body } = context as { body?: { pipe?: unknown } | null }
  const pipe = body?.pipe
  if (body === null || body === undefined || typeof pipe !== 'function') return
  body.pipe = (...values: unknown[]) => capture.run(() => Reflect.apply(pipe, body, values))
}

/** Koa takes all headers off the answer to an error: they are set once more when it is written. */
function keepHeaders(response: KoaContext['res'], capture: RequestCapture): void {
  const { writeHead } = response
  if (typeof writeHead !== 'function') return
  response.writeHead = (...values: unknown[]) => {
    response.writeHead = writeHead
    setResponseHeaders(response, capture)
    return Reflect.apply(writeHead, response, values)
  }
}

function routeOf(context: KoaContext): string | undefined {
  // @koa/router, and koa-router before it, leave the pattern there.
  const { _matchedRoute: route } = context as { _matchedRoute?: unknown }
  return route === undefined ? undefined : String(route)
}
