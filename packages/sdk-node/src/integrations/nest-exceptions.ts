import { requestCapture } from '../http/request-capture.ts'

/*
 * Nest answers each exception of a route, a guard, a pipe or a middleware by one method of its own, which asks the program's filters first.
 * Watching that method sees every exception and leaves the answer as it is. A filter or an interceptor of ours would come before or after
 * those of the program, and would not see what they take; an interceptor would also cost every request several microseconds.
 */

/** What Nest hands its filters; of HTTP the request is first, the response second. */
interface NestHost {
  getArgByIndex(index: number): unknown
}

export interface NestFilter {
  /** Empty: it takes everything. */
  readonly exceptionMetatypes: readonly (abstract new (
    ...args: never
  ) => unknown)[]
}

/** Nest's ExceptionsHandler. */
interface NestExceptionsHandler {
  next(exception: unknown, host: NestHost): void
  /** Those that hold for the route. */
  readonly filters?: readonly NestFilter[]
  /** Whether Nest's own answer takes its status from `statusCode` of the exception. */
  isHttpError?(exception: unknown): boolean
}

/** What is used of a response of Express, of Fastify's reply, and of Node's own. */
interface NestResponse {
  readonly statusCode: number
  readonly headersSent?: boolean
  readonly sent?: boolean
  readonly raw?: NestResponse
  prependListener?(event: 'close', listener: () => void): unknown
}

interface NestInternals {
  readonly routesResolver?: {
    readonly routerExceptionsFilter?: { create?(controller: object, handler: object, module: undefined): NestExceptionsHandler }
  }
}

const WATCHED = Symbol.for('heartwood.node.nest')

/**
 * Captures the exceptions of all Nest apps of the process whose requests are captured.
 * @returns whether this version of Nest has what is needed
 */
export const watchNestExceptions = (app: object): boolean => {
  const handler = handlerOf(app)
  if (typeof handler?.next !== 'function') return false
  // The class of the handler; a symbol is nothing that its type could know.
  const prototype = Object.getPrototypeOf(handler) as NestExceptionsHandler & { [WATCHED]?: true }
  if (prototype[WATCHED]) return true
  Object.defineProperty(prototype, WATCHED, { value: true })
  const { next } = prototype
  prototype.next = function (exception, host) {
    const request = host.getArgByIndex(0) as { readonly raw?: object }
    const capture = requestCapture(request.raw ?? request)
    if (capture === undefined) {
      next.call(this, exception, host)
    } else if (hasFilterFor(this, exception)) {
      next.call(this, exception, host)
      whenAnswered(host.getArgByIndex(1) as NestResponse, (status) => {
        // A filter of the program decides what is an error: one that redirects to a login met none.
        if (status >= 400) capture.fail(exception, status)
      })
    } else {
      // Before Nest's own answer, which also logs the exception: captured once, it is not told again by heartwoodNestLogger.
      capture.fail(exception, statusByNest(this, exception))
      next.call(this, exception, host)
    }
  }
  return true
}

const handlerOf = (app: NestInternals): NestExceptionsHandler | undefined => {
  try {
    // A private member: the only way to the class, which every version since Nest 5 has there.
    return app.routesResolver?.routerExceptionsFilter?.create?.({}, () => {}, undefined)
  } catch {
    return undefined
  }
}

/** Chosen as Nest does. */
export const hasFilterFor = ({ filters = [] }: { readonly filters?: readonly NestFilter[] }, exception: unknown): boolean =>
  filters.some(({ exceptionMetatypes: types }) => types.length === 0 || types.some((type) => exception instanceof type))

const statusByNest = (handler: NestExceptionsHandler, exception: unknown): number => {
  try {
    const { getStatus, statusCode } = (exception ?? {}) as { getStatus?: unknown; statusCode?: unknown }
    if (typeof getStatus === 'function') return Number(getStatus.call(exception))
    return handler.isHttpError?.(exception) && typeof statusCode === 'number' ? statusCode : 500
  } catch {
    // Nest asks the same, and answers for it.
    return 500
  }
}

/** Filters may be asynchronous, or send files: what they answer is known when the response closes, at the latest. */
const whenAnswered = (response: NestResponse, run: (status: number) => void): void => {
  if (response.statusCode >= 400 || response.sent || response.headersSent) {
    run(response.statusCode)
    return
  }
  const raw = response.raw ?? response
  raw.prependListener?.('close', () => run(raw.statusCode))
}
