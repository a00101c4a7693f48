import { createHttpCapture, type HttpCapture, type HttpOptions, type IncomingRequest, type OutgoingResponse } from '../http/request-capture.ts'
import { routeOf } from './next-route.ts'

/** A request of the Fetch API, and what becomes of its answer, in the words of Node that captures are written in. */
export class NextExchange {
  /** The pattern, once it is known. */
  route: string | undefined
  readonly request: IncomingRequest
  readonly response: NextAnswer
  readonly #path: string

  constructor(method: string, url: string, header: (name: string) => string | null | undefined) {
    this.#path = pathOf(url)
    this.request = { method, url: this.#path, headers: readHeaders(header), socket: null }
    this.response = new NextAnswer()
  }

  /** @param context what Next handed to the handler beside the request */
  async findRoute(context: unknown): Promise<void> {
    try {
      const { params } = (context ?? {}) as { params?: unknown }
      this.route = routeOf(this.#path, ((await params) ?? {}) as { [name: string]: unknown })
    } catch {
      // While Next renders ahead its parameters may never come: the path itself tells as much.
    }
  }

  /** The answer with the headers that were set meanwhile. */
  answered<Result>(result: Result): Result {
    if (!(result instanceof Response)) return result
    const { headers } = this.response
    try {
      for (const [name, value] of headers) result.headers.set(name, value)
      return result
    } catch {
      // The headers of `Response.redirect()` and of an answer of `fetch` cannot be changed.
      const copy = new Response(result.body, result)
      for (const [name, value] of headers) copy.headers.set(name, value)
      // A Response, as `Result` was.
      return copy as Result
    }
  }
}

/** Stands for Node's ServerResponse, which Next keeps to itself. */
class NextAnswer implements OutgoingResponse {
  statusCode = 200
  headersSent = false
  readonly writableFinished = true
  readonly headers = new Map<string, string>()
  #close: (() => void) | undefined

  setHeader(name: string, value: string): void {
    this.headers.set(name, value)
  }

  on(_event: 'close', listener: () => void): void {
    this.#close = listener
  }

  closed(status: number): void {
    this.statusCode = status
    this.headersSent = true
    this.#close?.call(this)
  }
}

export const createNextCapture = (options: HttpOptions): HttpCapture<NextExchange> => createHttpCapture<NextExchange>(options, ({ route }) => route)

/** Not those of the body: that is read for us. */
const READ = ['user-agent', 'x-forwarded-for', 'x-request-id', 'traceparent', 'x-trace-id', 'x-heartwood-flow']

const readHeaders = (header: (name: string) => string | null | undefined): { [name: string]: string | undefined } =>
  Object.fromEntries(READ.map((name) => [name, header(name) ?? undefined]))

/** Next gives whole addresses to handlers and paths to its hook. */
const pathOf = (url: string): string => (url.startsWith('/') ? url : URL.canParse(url) ? new URL(url).pathname : url)
