import { performance } from 'node:perf_hooks'
import { type Attributes, type Client, type ClientInternals, internalsOf, type RequestInfo, type Scope, type TraceContext } from '@heartwood/sdk-core'
import { getClient } from '../registry.ts'
import { markReported } from '../reported.ts'
import { followBody } from './follow-body.ts'
import { createIdDigits, requestIdOf, spanIdOf, traceIdOf } from './ids.ts'
import { createIgnore, type Ignore } from './ignore.ts'
import { FLOW, isId, parseFlowHeader, parseTraceparent, REQUEST_ID, TRACE_ID, TRACEPARENT } from './propagation.ts'

/** Options of all HTTP integrations. */
export interface HttpOptions {
  /** Default: the one that `init` made. */
  readonly client?: Client | undefined
  /** Requests that make no event: by the exact path or route, or by a pattern that the path fits. Errors in them are captured nevertheless. */
  readonly ignore?: Ignore | undefined
  /** Take the address of the caller from `X-Forwarded-For`, which any caller can write: only behind a proxy that sets it. Default false. */
  readonly trustProxy?: boolean | undefined
}

/** What is read of Node's IncomingMessage and of whatever stands for it. */
export interface IncomingRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Where a framework rewrites `url`, the address as it was called. */
  readonly originalUrl?: string | undefined
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly socket: { readonly remoteAddress?: string | undefined } | null
}

/** What is used of Node's ServerResponse and of whatever stands for it. */
export interface OutgoingResponse {
  readonly statusCode: number
  readonly headersSent: boolean
  readonly writableFinished: boolean
  /** That of HTTP/2, whose responses are finished for themselves even when the caller has gone. */
  readonly stream?: { readonly aborted?: boolean } | undefined
  setHeader(name: string, value: string): unknown
  on(event: 'close', listener: () => void): unknown
}

export interface HttpCapture<Source> {
  /**
   * A request begins: a scope of its own, ids read or made; its event is captured when the response closes.
   * @param source what the framework knows the route by
   * @returns undefined when nothing captures; the one there is when an integration further out has begun already
   */
  begin(request: IncomingRequest, response: OutgoingResponse, source: Source): RequestCapture | undefined
}

/** Asked when the route is wanted, since most frameworks know it late. */
export type FindRoute<Source> = (source: Source) => string | undefined

/** Shared by all copies of the package, so that a request is captured once however many integrations see it. */
const CAPTURE = Symbol.for('heartwood.node.request')
type Marked = { [CAPTURE]?: RequestCapture | undefined }

/** What a proxy says when the caller has gone before there was an answer. */
const CLIENT_CLOSED_REQUEST = 499

// A symbol property is nothing that a type of Node's could know.
const marked = (holder: object): Marked => holder as Marked

/** The capture of a request under way. */
export const requestCapture = (request: object): RequestCapture | undefined => marked(request)[CAPTURE]

/** @throws OptionError */
export const createHttpCapture = <Source>(options: HttpOptions, findRoute: FindRoute<Source>): HttpCapture<Source> => {
  const own = options.client
  const shared: Shared<Source> = {
    idDigits: createIdDigits(),
    ignores: createIgnore(options.ignore),
    trustProxy: options.trustProxy === true,
    findRoute,
  }
  return {
    begin(request, response, source) {
      const present = marked(request)[CAPTURE]
      if (present !== undefined) return present
      const client = own ?? getClient()
      const internals = client && internalsOf(client)
      if (client === undefined || internals === undefined || !client.isLevelEnabled('fatal')) return undefined
      try {
        const capture = new RequestCaptureOf(client, internals, shared, request, response, source)
        marked(request)[CAPTURE] = capture
        marked(response)[CAPTURE] = capture
        response.on('close', onClose)
        return capture
      } catch (error) {
        // A request that we cannot read is served nevertheless.
        warnOnce(error)
        return undefined
      }
    },
  }
}

interface Shared<Source> {
  readonly idDigits: () => string
  readonly ignores: (path: string, route: string | undefined) => boolean
  readonly trustProxy: boolean
  readonly findRoute: FindRoute<Source>
}

/** One for all responses: what belongs to a request lies on it. */
function onClose(this: unknown): void {
  try {
    // Emitters call their listeners with themselves; only responses that begin() marked have this one.
    marked(this as object)[CAPTURE]?.end()
  } catch (error) {
    warnOnce(error)
  }
}

let warned = false
/** It would come with every request. */
function warnOnce(error: unknown): void {
  if (warned) return
  warned = true
  process.emitWarning(`A request could not be captured: ${describeError(error)}`, { type: 'HeartwoodWarning' })
}

/** One request from its first hook to the end of its response. */
export interface RequestCapture {
  readonly scope: Scope
  readonly traceId: string
  readonly requestId: string
  /** Everything that comes of `run` belongs to the request, whenever it happens. */
  run<Result>(run: () => Result): Result
  /**
   * Something was thrown and reached the framework. What says itself to be the caller's fault (a status below 500) is no error of the
   * program: it stands in the request's event only. The same thing thrown on to an outer place counts once.
   * @param status what the framework answers, where it knows already
   */
  fail(error: unknown, status?: number): void
  /** The response has closed: sent whole, or given up. */
  end(): void
}

/** No closures that live as long as the request, no timers: this is paid for by every request. */
class RequestCaptureOf<Source> implements RequestCapture {
  readonly scope: Scope
  readonly traceId: string
  readonly requestId: string
  readonly #source: Source
  readonly #client: Client
  readonly #internals: ClientInternals
  readonly #shared: Shared<Source>
  readonly #response: OutgoingResponse
  readonly #method: string
  readonly #path: string
  readonly #ip: string | undefined
  readonly #userAgent: string | undefined
  readonly #startedAt: number
  #error: unknown
  #failed = false
  #errorId = ''
  #ended = false

  constructor(
    client: Client,
    internals: ClientInternals,
    shared: Shared<Source>,
    request: IncomingRequest,
    response: OutgoingResponse,
    source: Source,
  ) {
    const { headers } = request
    this.#startedAt = performance.now()
    this.#client = client
    this.#internals = internals
    this.#shared = shared
    this.#response = response
    this.#method = request.method ?? 'GET'
    this.#path = pathOf(request.originalUrl ?? request.url ?? '')
    this.#userAgent = text(headers['user-agent'])
    this.#ip = addressOf(request, shared.trustProxy)
    this.#source = source

    const given = text(headers[REQUEST_ID])
    const digits = shared.idDigits()
    this.requestId = isId(given) ? given : requestIdOf(digits)
    const trace = traceOf(headers, digits)
    this.traceId = trace.traceId
    const flow = headers[FLOW] === undefined ? undefined : parseFlowHeader(text(headers[FLOW]))
    this.scope = internals.forkScope({ trace, flow, requestId: this.requestId, request: { method: this.#method, path: this.#path } })
    if (hasBody(this.#method, headers)) followBody(request, this)
  }

  run<Result>(run: () => Result): Result {
    return this.#internals.runInScope(this.scope, run)
  }

  fail(error: unknown, answered = 0): void {
    if (this.#failed && this.#error === error) return
    this.#failed = true
    this.#error = error
    const status = answered >= 400 ? answered : statusOf(error)
    if ((status !== undefined && status < 500) || !markReported(error)) return
    this.#errorId = this.run(() => this.#client.captureException(error, { handled: false, request: this.#info() }))
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    const { headersSent, statusCode, writableFinished, stream } = this.#response
    const isFinished = writableFinished && stream?.aborted !== true
    const info = this.#info()
    if (this.#shared.ignores(this.#path, info.route)) return
    const status = isFinished || headersSent ? statusCode : CLIENT_CLOSED_REQUEST
    info.status = status
    info.durationMs = Math.round((performance.now() - this.#startedAt) * 1_000) / 1_000
    this.#internals.captureRequest(this.scope, {
      level: status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info',
      message: `${this.#method} ${info.route ?? this.#path} ${status}`,
      request: info,
      attributes: !isFinished || this.#failed ? this.#outcome(!isFinished) : undefined,
    })
  }

  #info(): Info {
    const info: Info = { method: this.#method, path: this.#path }
    const route = this.#shared.findRoute(this.#source)
    if (route !== undefined && route !== '') info.route = route
    if (this.#ip !== undefined) info.ip = this.#ip
    if (this.#userAgent !== undefined) info.userAgent = this.#userAgent
    return info
  }

  /** Without a type or a stack: the error is an event of its own, found by its id, and counted once. */
  #outcome(aborted: boolean): Attributes {
    const error = this.#failed ? { message: describeError(this.#error), ...(this.#errorId === '' ? {} : { eventId: this.#errorId }) } : undefined
    return { ...(aborted ? { aborted } : {}), ...(error === undefined ? {} : { error }) }
  }
}

type Headers = IncomingRequest['headers']
type Info = { -readonly [Name in 'method' | 'path' | 'route' | 'ip' | 'userAgent' | 'status' | 'durationMs']?: RequestInfo[Name] }

/** Most headers that come twice are joined by Node; of the others the first counts. */
const text = (header: string | string[] | undefined): string | undefined => (typeof header === 'object' ? header[0] : header)

function traceOf(headers: Headers, digits: string): TraceContext {
  const spanId = spanIdOf(digits)
  const parent = parseTraceparent(text(headers[TRACEPARENT]))
  if (parent !== undefined) return { traceId: parent.traceId, spanId, parentSpanId: parent.parentSpanId, sampled: parent.sampled }
  const given = text(headers[TRACE_ID])
  return { traceId: isId(given) ? given : traceIdOf(digits), spanId }
}

/** Without the query. */
function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

function addressOf({ headers, socket }: IncomingRequest, trustProxy: boolean): string | undefined {
  if (trustProxy) {
    const first = text(headers['x-forwarded-for'])?.split(',', 1)[0]?.trim()
    if (first !== undefined && first !== '') return first
  }
  return socket?.remoteAddress
}

const hasBody = (method: string, headers: Headers): boolean => {
  const length = headers['content-length']
  if (length !== undefined) return length !== '0'
  // HTTP/2 needs no header for a body.
  return headers['transfer-encoding'] !== undefined || (headers[':method'] !== undefined && method !== 'GET' && method !== 'HEAD')
}

/** What http-errors and the frameworks' own errors say of themselves. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  try {
    const { status, statusCode } = error as { status?: unknown; statusCode?: unknown }
    return typeof status === 'number' ? status : typeof statusCode === 'number' ? statusCode : undefined
  } catch {
    // A getter that throws says nothing.
    return undefined
  }
}

function describeError(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'an error that cannot be written as text'
  }
}
