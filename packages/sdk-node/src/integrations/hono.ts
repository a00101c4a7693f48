import { createHttpCapture, type HttpOptions, type IncomingRequest, type OutgoingResponse } from '../http/request-capture.ts'
import { setResponseHeaders } from '../http/response-headers.ts'

export type { HttpOptions } from '../http/request-capture.ts'

/** What is used of Hono's context. */
export interface HonoContext {
  readonly env: unknown
  readonly req: { readonly method: string; readonly url: string; header(): { readonly [name: string]: string } }
  readonly res: { readonly status: number }
  readonly error: Error | undefined
  header(name: string, value: string): void
}

/**
 * Captures each request and gives it a scope of its own; also what `app.onError` answers is captured. The first middleware of the app.
 *
 *     app.use(heartwoodHono({ ignore: ['/health'] }))
 *
 * @throws OptionError
 */
export const heartwoodHono = (options: HttpOptions = {}): ((context: HonoContext, next: () => Promise<void>) => Promise<void>) => {
  const http = createHttpCapture(options, routeOf)
  return async (context, next) => {
    const { incoming, outgoing } = nodePair(context)
    const capture = http.begin(incoming, outgoing, context)
    if (capture === undefined) return next()
    setResponseHeaders(outgoing, capture)
    try {
      await capture.run(next)
      if (context.error !== undefined) capture.fail(context.error, context.res.status)
    } catch (error) {
      // Hono answers instances of Error itself; anything else that is thrown comes through here.
      capture.fail(error)
      throw error
    } finally {
      if (outgoing instanceof HonoResponse) outgoing.close()
    }
  }
}

interface NodePair {
  readonly incoming: IncomingRequest
  readonly outgoing: OutgoingResponse
}

/** Node's own request and response where @hono/node-server serves; elsewhere (`app.request` in tests) what stands for them. */
function nodePair(context: HonoContext): NodePair {
  const env = context.env as (Partial<NodePair> & { server?: Partial<NodePair> }) | undefined
  const { incoming, outgoing } = env?.server ?? env ?? {}
  if (incoming !== undefined && outgoing !== undefined) return { incoming, outgoing }
  const { method, url } = context.req
  const path = url.indexOf('/', url.indexOf('://') + 3)
  return {
    incoming: { method, url: path === -1 ? '/' : url.slice(path), headers: context.req.header(), socket: null },
    outgoing: new HonoResponse(context),
  }
}

class HonoResponse implements OutgoingResponse {
  writableFinished = false
  readonly headersSent = false
  readonly #context: HonoContext
  #listener: (() => void) | undefined

  constructor(context: HonoContext) {
    this.#context = context
  }

  get statusCode(): number {
    return this.#context.res.status
  }

  setHeader(name: string, value: string): void {
    this.#context.header(name, value)
  }

  on(_event: 'close', listener: () => void): void {
    this.#listener = listener
  }

  close(): void {
    this.writableFinished = true
    this.#listener?.call(this)
  }
}

type Matched = { readonly method?: unknown; readonly path?: unknown }

/**
 * Middleware matches as handlers do, for all methods and by a wildcard. The route is the last that was reached and is no such thing; where
 * middleware answered, the first that would have been.
 */
function routeOf(context: HonoContext): string | undefined {
  // Deprecated by Hono in favour of a function that would have to be imported; `c.req` has no other.
  const { matchedRoutes, routeIndex = 0 } = context.req as { matchedRoutes?: readonly Matched[]; routeIndex?: number }
  const route = matchedRoutes?.slice(0, routeIndex + 1).findLast(isHandler) ?? matchedRoutes?.find(isHandler)
  return typeof route?.path === 'string' ? route.path : undefined
}

const isHandler = ({ method, path }: Matched): boolean => method !== 'ALL' || (typeof path === 'string' && !path.endsWith('*'))
