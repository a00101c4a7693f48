import { performance } from 'node:perf_hooks'
import { type Client, internalsOf, type Level } from '@heartwood/sdk-core'
import { FLOW, TRACE_ID, TRACEPARENT, traceHeaders } from '../http/propagation.ts'
import { isOwnRequest } from '../own-requests.ts'

/** A request as it leaves, whichever client makes it. */
interface Departure {
  readonly method: string
  /** The whole address. */
  readonly url: string
  /** Whether the program has set this header. @param name in lower case */
  has(name: string): boolean
  /** Throws where headers cannot be set any more. */
  set(name: string, value: string): void
}

export interface OutgoingCalls {
  /** @param request what stands for the call later: the client's own object @returns false: it is known, or the SDK's own */
  begin(request: object, departure: Departure): boolean
  answered(request: object, status: number | undefined): void
  failed(request: object, error: unknown): void
}

interface Call {
  readonly method: string
  readonly url: string
  readonly startedAt: number
  readonly scope: ReturnType<Client['scope']>
  status: number | undefined
  isAnswered: boolean
  isFailed: boolean
}

export const createOutgoingCalls = (client: Client, isTarget: (url: string) => boolean): OutgoingCalls => {
  const calls = new WeakMap<object, Call>()

  const propagate = (departure: Departure): void => {
    const internals = internalsOf(client)
    const headers = traceHeaders({ trace: internals?.currentTrace(), flow: client.scope().flow })
    // A tracer beside us writes its own, with the span of this very call.
    if (internals?.hasTracer()) delete headers[TRACEPARENT]
    // The two say the same: where the program says one, another trace beside it would contradict.
    if (departure.has(TRACEPARENT) || departure.has(TRACE_ID)) {
      delete headers[TRACEPARENT]
      delete headers[TRACE_ID]
    }
    if (departure.has(FLOW)) delete headers[FLOW]
    for (const [name, value] of Object.entries(headers)) departure.set(name, value)
  }

  const leaveBreadcrumb = ({ method, url, startedAt, scope, status }: Call, error: unknown): void => {
    const failure = error === undefined ? undefined : error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    scope.addBreadcrumb({
      category: 'http',
      message: `${method} ${withoutQuery(url)}${failure === undefined ? (status === undefined ? '' : ` ${status}`) : ' failed'}`,
      level: levelOf(status, failure),
      data: {
        method,
        url,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(status === undefined ? {} : { status }),
        ...(failure === undefined ? {} : { error: failure }),
      },
    })
  }

  return {
    begin(request, departure) {
      if (isOwnRequest() || calls.has(request)) return false
      const url = withoutCredentials(departure.url)
      calls.set(request, {
        method: departure.method,
        url,
        startedAt: performance.now(),
        scope: client.scope(),
        status: undefined,
        isAnswered: false,
        isFailed: false,
      })
      if (isTarget(url)) propagate(departure)
      return true
    },
    answered(request, status) {
      const call = calls.get(request)
      if (call === undefined || call.isAnswered || call.isFailed) return
      call.isAnswered = true
      call.status = status
      leaveBreadcrumb(call, undefined)
    },
    failed(request, error) {
      const call = calls.get(request)
      if (call === undefined || call.isFailed) return
      call.isFailed = true
      leaveBreadcrumb(call, error)
    },
  }
}

const levelOf = (status: number | undefined, failure: string | undefined): Level => {
  if (failure !== undefined || (status !== undefined && status >= 500)) return 'error'
  return status !== undefined && status >= 400 ? 'warn' : 'info'
}

const withoutQuery = (url: string): string => {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}

/** `https://user:password@host/` is somebody's password. */
const withoutCredentials = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
