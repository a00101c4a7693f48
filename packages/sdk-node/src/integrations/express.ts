import { type HttpOptions, requestCapture } from '../http/request-capture.ts'
import {
  createExpressMiddleware,
  type ExpressMiddleware,
  type ExpressNext,
  type ExpressRequest,
  type ExpressResponse,
  expressRoute,
} from './express-middleware.ts'

export type { HttpOptions } from '../http/request-capture.ts'
export type { ExpressMiddleware, ExpressNext, ExpressRequest, ExpressResponse } from './express-middleware.ts'

/**
 * Captures each request and gives it a scope of its own. The first middleware of the app.
 *
 *     app.use(heartwoodExpress({ ignore: ['/health'] }))
 *     // routes
 *     app.use(heartwoodExpressErrors())
 *
 * @throws OptionError
 */
export const heartwoodExpress = (options: HttpOptions = {}): ExpressMiddleware => createExpressMiddleware(options, expressRoute)

/** Captures what was thrown in a route and passes it on. After all routes, before error middleware of one's own. */
export const heartwoodExpressErrors =
  (): ((error: unknown, request: ExpressRequest, response: ExpressResponse, next: ExpressNext) => void) => (error, request, _response, next) => {
    requestCapture(request)?.fail(error)
    next(error)
  }
