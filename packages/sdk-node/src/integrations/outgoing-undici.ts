import { listen } from './channels.ts'
import type { OutgoingCalls } from './outgoing-calls.ts'

/** What undici 6 and 7, and the one inside Node, publish of a request. */
interface UndiciRequest {
  readonly method?: unknown
  readonly origin?: unknown
  readonly path?: unknown
  /** Names and values by turns. */
  readonly headers?: unknown
  addHeader(name: string, value: string): unknown
}

interface UndiciMessage {
  readonly request: UndiciRequest
  readonly response?: { readonly statusCode?: number }
  readonly error?: unknown
}

/** fetch and undici tell of their requests by channels of Node. @returns what ends it */
export const watchUndici = (calls: OutgoingCalls): (() => void) => {
  const ends = [
    listen('undici:request:create', ({ request }: UndiciMessage) => {
      calls.begin(request, {
        method: String(request.method ?? 'GET'),
        url: `${String(request.origin ?? '')}${String(request.path ?? '')}`,
        has: (name) => hasHeader(request.headers, name),
        set: (name, value) => request.addHeader(name, value),
      })
    }),
    listen('undici:request:headers', ({ request, response }: UndiciMessage) => calls.answered(request, response?.statusCode)),
    listen('undici:request:error', ({ request, error }: UndiciMessage) => calls.failed(request, error)),
  ]
  return () => {
    for (const end of ends) end()
  }
}

const hasHeader = (headers: unknown, name: string): boolean => {
  if (typeof headers === 'string') return headers.toLowerCase().includes(`${name}:`)
  if (!Array.isArray(headers)) return false
  return headers.some((header: unknown, index) => index % 2 === 0 && String(header).toLowerCase() === name)
}
