import { errorMonitor } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { listen } from './channels.ts'
import type { OutgoingCalls } from './outgoing-calls.ts'
import { quietly } from './quietly.ts'
import { wrapNodeHttp } from './wrap-node-http.ts'

interface HttpMessage {
  readonly request: ClientRequest
  readonly response?: IncomingMessage
}

/** node:http and node:https, whoever calls them (axios, got, node-fetch, the clients of clouds). @returns what ends it */
export const watchNodeHttp = (calls: OutgoingCalls): (() => void) => {
  const begin = quietly((request: ClientRequest) => {
    const isNew = calls.begin(request, {
      method: request.method,
      url: addressOf(request),
      has: (name) => request.hasHeader(name),
      set(name, value) {
        // Headers given as a list are written by now: Node builds them while it makes the request.
        if (!request.headersSent) request.setHeader(name, value)
      },
    })
    if (!isNew) return
    // Only listeners that leave the request as it is: one for `response` or `error` would change what Node does with it.
    request.once(errorMonitor, (error) => calls.failed(request, error))
    // What was upgraded has an answer that is told of nowhere else.
    request.once('close', () => calls.answered(request, (request as { res?: IncomingMessage }).res?.statusCode))
  })
  const created = ({ request }: HttpMessage): void => begin(request)
  const answered = ({ request, response }: HttpMessage): void => calls.answered(request, response?.statusCode)
  const ends = [listen('http.client.request.created', created), listen('http.client.response.finish', answered), wrapNodeHttp(begin)]
  return () => {
    for (const end of ends) end()
  }
}

const addressOf = (request: ClientRequest): string => {
  // Through a proxy the path is the whole address.
  if (/^https?:\/\//i.test(request.path)) return request.path
  const host = request.host.includes(':') && !request.host.startsWith('[') ? `[${request.host}]` : request.host
  const header = request.getHeader('host')
  // The header knows the port, but a program may write another name into it.
  return `${request.protocol}//${typeof header === 'string' && header.startsWith(host) ? header : host}${request.path}`
}
