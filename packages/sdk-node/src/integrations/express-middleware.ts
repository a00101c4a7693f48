import { createHttpCapture, type FindRoute, type HttpOptions, type IncomingRequest, type OutgoingResponse } from '../http/request-capture.ts'
import { setResponseHeaders } from '../http/response-headers.ts'

/** What is used of Express's Request, in versions 4 and 5. */
export type ExpressRequest = IncomingRequest

/** What is used of Express's Response. */
export type ExpressResponse = OutgoingResponse

export type ExpressNext = (error?: unknown) => void

export type ExpressMiddleware = (request: ExpressRequest, response: ExpressResponse, next: ExpressNext) => void

/** @param findRoute for frameworks on top of Express, which have routes that nobody wrote */
export const createExpressMiddleware = (options: HttpOptions, findRoute: FindRoute<ExpressRequest>): ExpressMiddleware => {
  const http = createHttpCapture(options, findRoute)
  return (request, response, next) => {
    const capture = http.begin(request, response, request)
    if (capture === undefined) {
      next()
      return
    }
    noteRoutes(request)
    setResponseHeaders(response, capture)
    capture.run(next)
  }
}

interface Matched {
  readonly route: { readonly path: unknown } | undefined
  /** Where the router was mounted, as the request has it: `/orgs/7`. */
  readonly mountedAt: string
  readonly params: unknown
}

const MATCHED = Symbol('heartwood.matched')
const NOTED = Symbol('heartwood.noted')

type Routed = { [MATCHED]?: Matched; [NOTED]?: true; readonly baseUrl?: unknown; readonly params?: unknown }

/**
 * Express forgets on its way out of a router where that was mounted, so an error's route would lack it. `route` is set once the route is found:
 * an accessor on the app's own request prototype notes the rest at that moment. Once for each app, nothing for each request.
 */
function noteRoutes(request: object): void {
  const prototype: Routed | null = Object.getPrototypeOf(request)
  // Only what Express made for one app: elsewhere it would be the prototype of all requests of the process.
  if (prototype === null || prototype[NOTED] === true || !Object.hasOwn(prototype, 'app') || Object.hasOwn(prototype, 'route')) return
  Object.defineProperty(prototype, NOTED, { value: true })
  Object.defineProperty(prototype, 'route', {
    configurable: true,
    enumerable: true,
    get(this: Routed) {
      return this[MATCHED]?.route
    },
    set(this: Routed, route: Matched['route']) {
      this[MATCHED] = { route, mountedAt: typeof this.baseUrl === 'string' ? this.baseUrl : '', params: this.params }
    },
  })
}

export function expressRoute(request: object): string | undefined {
  // What noteRoutes() left there, or Express itself where it could not.
  const { [MATCHED]: matched, route = matched?.route, baseUrl } = request as Routed & { route?: Matched['route'] }
  const path = route?.path
  if (path === undefined) return undefined
  const mountedAt = matched?.mountedAt ?? (typeof baseUrl === 'string' ? baseUrl : '')
  const pattern = Array.isArray(path) ? path.map(String).join(',') : String(path)
  return mountedAt === '' ? pattern : `${mountPattern(mountedAt, pattern, matched?.params)}${pattern === '/' ? '' : pattern}`
}

/** A router mounted at `/orgs/:org` sees `/orgs/7`. Names are known where it merges parameters; elsewhere numbers and long ids become `:id`. */
function mountPattern(mountedAt: string, pattern: string, params: unknown): string {
  const names = Object.entries(params ?? {}).filter(([name]) => !pattern.includes(`:${name}`))
  if (names.length === 0 && !DIGIT.test(mountedAt)) return mountedAt
  const nameOf = (part: string): string => names.find(([, value]) => value === part)?.[0] ?? (isIdLike(part) ? 'id' : '')
  return mountedAt
    .split('/')
    .map((part) => (part !== '' && nameOf(part) !== '' ? `:${nameOf(part)}` : part))
    .join('/')
}

const DIGIT = /\d/
/** Numbers, UUIDs and other hexadecimal ids; not versions such as `v2`. */
const isIdLike = (part: string): boolean => /^\d+$/.test(part) || (part.length >= 8 && /^[0-9a-f-]+$/i.test(part) && DIGIT.test(part))
