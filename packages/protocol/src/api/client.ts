import { type Api, api, type RouteName } from './contract.ts'
import type { RouteInput, RouteOutput, RouteSpec } from './route.ts'
import { type ErrorBody, errorBodySchema } from './schemas.ts'

export interface ClientOptions {
  /** Without a trailing slash; `''` in a page that the server itself serves. */
  baseUrl: string
  /** Sent with each request, for example `Authorization`. */
  headers?: Record<string, string>
  fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** The server answered with an error of its catalogue, or did not answer in its language (`code` is then `unreadable-answer`). */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: unknown
  readonly docs: string
  constructor(status: number, body: ErrorBody['error']) {
    super(body.message)
    this.name = new.target.name
    this.status = status
    this.code = body.code
    this.details = body.details
    this.docs = body.docs
  }
}

type JsonRoutes = { [Name in RouteName as Api[Name] extends { raw: string } ? never : Name]: Api[Name] }
type Call<Spec extends RouteSpec> =
  unknown extends RouteInput<Spec>
    ? (input?: { signal?: AbortSignal }) => Promise<RouteOutput<Spec>>
    : (input: RouteInput<Spec> & { signal?: AbortSignal }) => Promise<RouteOutput<Spec>>
export type ApiClient = { [Name in keyof JsonRoutes]: Call<JsonRoutes[Name]> }

/** The path of a route with its parameters and query filled in; for links and event streams. */
export function routeUrl(spec: RouteSpec, input: { params?: Record<string, unknown>; query?: Record<string, unknown> } = {}): string {
  const path = spec.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input.params?.[name] ?? '')))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) if (value !== undefined) query.set(name, String(value))
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/**
 * A client with one method per route of the contract.
 *
 *     const client = createClient({ baseUrl: 'http://127.0.0.1:4600', headers: { Authorization: `Bearer ${key}` } })
 *     const page = await client.search({ query: { project: 'shop', q: 'level:error' } })
 */
export function createClient(options: ClientOptions): ApiClient {
  const request = options.fetch ?? ((url: string, init: RequestInit) => fetch(url, init))
  const call = async (spec: RouteSpec, input: CallInput = {}): Promise<unknown> => {
    const init: RequestInit = { method: spec.method, headers: { ...options.headers } }
    if (input.body !== undefined) {
      init.headers = { ...options.headers, 'content-type': 'application/json' }
      init.body = JSON.stringify(input.body)
    }
    if (input.signal) init.signal = input.signal
    const response = await request(options.baseUrl + routeUrl(spec, input), init)
    const text = await response.text()
    const body = parseJson(text)
    if (!response.ok) throw toApiError(response.status, body)
    const parsed = spec.response.safeParse(body)
    if (!parsed.success) throw unreadable(response.status, `The answer of ${spec.path} does not fit its contract.`)
    return parsed.data
  }
  const entries = Object.entries(api)
    .filter(([, spec]) => !('raw' in spec))
    .map(([name, spec]) => [name, (input?: CallInput) => call(spec, input)])
  return Object.fromEntries(entries) as ApiClient
}

interface CallInput {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  signal?: AbortSignal
}

export function toApiError(status: number, body: unknown): ApiError {
  const parsed = errorBodySchema.safeParse(body)
  return parsed.success
    ? new ApiError(status, parsed.data.error)
    : unreadable(status, `The server answered ${status} without an error that can be read.`)
}

function unreadable(status: number, message: string): ApiError {
  return new ApiError(status, { code: 'unreadable-answer', message, docs: '' })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
