import { createIdDigits, spanIdOf, traceIdOf } from '../http/ids.ts'
import { setResponseHeaders } from '../http/response-headers.ts'
import { init } from '../init.ts'
import type { NodeOptions } from '../options.ts'
import { getClient } from '../registry.ts'
import { markReported, wasReported } from '../reported.ts'
import { controlFlowStatus } from './next-control-flow.ts'
import { createNextCapture, NextExchange } from './next-exchange.ts'
import type { NextActionOptions, NextErrorContext, NextErrorRequest, NextOptions } from './next-types.ts'

export type { NextActionOptions, NextErrorContext, NextErrorRequest, NextOptions } from './next-types.ts'

/** `next build` renders pages ahead: what happens then is no event of the running program. */
const isBuilding = (): boolean => process.env.NEXT_PHASE === 'phase-production-build'

/**
 * Calls `init` once in the process, whichever of Next's bundles asks for it; does nothing while Next builds. For `instrumentation.ts`:
 *
 *     export const register = () => registerHeartwood({ service: 'shop' })
 *     export { onRequestError } from '@heartwood/node/nextjs'
 */
export const registerHeartwood = (options: NodeOptions = {}): void => {
  if (!isBuilding() && getClient() === undefined) init(options)
}

/** Captures what Next met while it rendered a page or answered a request; what `withHeartwood` has captured is not told again. */
export const onRequestError = (error: unknown, request: NextErrorRequest, context: NextErrorContext): void => {
  if (isBuilding() || wasReported(error) || controlFlowStatus(error) !== undefined) return
  const exchange = new NextExchange(request.method, request.path, (name) => {
    const value = request.headers[name]
    return typeof value === 'object' ? value[0] : value
  })
  const capture = createNextCapture({}).begin(exchange.request, exchange.response, exchange)
  if (capture === undefined) return
  const { routerKind: router, routePath, routeType, renderSource, revalidateReason } = context
  exchange.route = routePath.replace(/\/(?:page|route)$/, '') || '/'
  // The digest, by which the page that the user sees names the error, is an attribute of the error itself.
  capture.scope.setContext('next', {
    router,
    routeType,
    ...(renderSource === undefined ? {} : { renderSource }),
    ...(revalidateReason === undefined ? {} : { revalidateReason }),
  })
  capture.fail(error)
}

/** undefined for a route that Next renders ahead: such a request has no headers, and asking for them would be an error there. */
const exchangeOf = (request: Request): NextExchange | undefined => {
  try {
    return new NextExchange(request.method, request.url, (name) => request.headers.get(name))
  } catch {
    return undefined
  }
}

/**
 * Wraps a route handler: a request event with the route's pattern, a scope of its own, its exceptions captured, and `X-Trace-ID` on the answer.
 * The event's duration ends with the `Response`; what streams afterwards takes its own time.
 *
 *     export const GET = withHeartwood(async (request: Request, { params }: { params: Promise<{ id: string }> }) => …)
 */
export const withHeartwood = <Incoming extends Request, Rest extends readonly unknown[], Result>(
  handler: (request: Incoming, ...rest: Rest) => Result | Promise<Result>,
  options: NextOptions = {},
): ((request: Incoming, ...rest: Rest) => Promise<Result>) => {
  const http = createNextCapture(options)
  return async (request, ...rest) => {
    if (isBuilding()) return await handler(request, ...rest)
    const exchange = exchangeOf(request)
    const capture = exchange === undefined ? undefined : http.begin(exchange.request, exchange.response, exchange)
    if (exchange === undefined || capture === undefined) return await handler(request, ...rest)
    setResponseHeaders(exchange.response, capture)
    const settleRoute = async (): Promise<void> => {
      if (options.route === undefined) await exchange.findRoute(rest[0])
      else exchange.route = options.route
    }
    return await capture.run(async () => {
      try {
        const result = await handler(request, ...rest)
        await settleRoute()
        const answer = exchange.answered(result)
        exchange.response.closed(answer instanceof Response ? answer.status : 200)
        return answer
      } catch (error) {
        const status = controlFlowStatus(error)
        await settleRoute()
        if (status === undefined) capture.fail(error)
        // 0: Next only found out that the route cannot be rendered ahead, and calls it again.
        if (status !== 0) exchange.response.closed(status ?? 500)
        throw error
      }
    })
  }
}

/**
 * Wraps a server action: a scope of its own whose events carry the action's name, its exceptions captured.
 *
 *     export const placeOrder = withHeartwoodAction('placeOrder', async (form: FormData) => …)
 */
export const withHeartwoodAction = <Args extends readonly unknown[], Result>(
  name: string,
  action: (...args: Args) => Result | Promise<Result>,
  options: NextActionOptions = {},
): ((...args: Args) => Promise<Result>) => {
  const idDigits = createIdDigits()
  return async (...args) => {
    const client = options.client ?? getClient()
    if (client === undefined || isBuilding()) return await action(...args)
    return await client.withScope(async (scope) => {
      scope.setAttributes({ action: name })
      if (scope.trace === undefined) {
        const digits = idDigits()
        scope.setTrace({ traceId: traceIdOf(digits), spanId: spanIdOf(digits) })
      }
      try {
        return await action(...args)
      } catch (error) {
        if (controlFlowStatus(error) === undefined && markReported(error)) client.captureException(error, { handled: false })
        throw error
      }
    })
  }
}
