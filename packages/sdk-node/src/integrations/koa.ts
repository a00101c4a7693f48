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
      return await capture.run(next)
    } catch (error) {
      capture.fail(error)
      keepHeaders(context.res, capture)
      throw error
    }
  }
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
