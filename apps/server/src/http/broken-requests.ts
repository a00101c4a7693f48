import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, HeartwoodError } from '../errors.ts'
import { toErrorBody } from './errors.ts'

/** Room for a search of 10,000 characters in an address, each of them escaped. */
const MAX_HEADER_BYTES = 64 * 1024

/** Options of Fastify for requests that never reach a route: they, too, are answered in our words. */
export const brokenRequestOptions = {
  http: { maxHeaderSize: MAX_HEADER_BYTES },
  frameworkErrors: (error: FastifyError, _: FastifyRequest, reply: FastifyReply): void => {
    const answer =
      error.code === 'FST_ERR_BAD_URL'
        ? new HeartwoodError('not-found', 'The address of the request cannot be read: a `%` in it is not followed by valid UTF-8.')
        : new HeartwoodError('not-found', `The address of the request cannot be read: ${error.message}.`)
    reply.code(answer.status).send(toErrorBody(answer))
  },
  clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const { code, status, message } = BROKEN[error.code ?? ''] ?? UNREADABLE
    const body = JSON.stringify(toErrorBody(new HeartwoodError(code, message)))
    const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`
    socket.end(head + body)
    // What still comes is read away for a moment: closing at once would take the answer back from a client that is still sending.
    socket.resume()
    socket.setTimeout(1_000, () => socket.destroy())
  },
}

interface Broken {
  code: ErrorCode
  status: string
  message: string
}

const UNREADABLE: Broken = { code: 'body-invalid', status: '400 Bad Request', message: 'This is not a valid HTTP request.' }
const BROKEN: { [code: string]: Broken } = {
  HPE_HEADER_OVERFLOW: {
    code: 'body-invalid',
    status: '431 Request Header Fields Too Large',
    message: `Address and headers of the request are larger than ${MAX_HEADER_BYTES / 1024} KiB.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'body-invalid', status: '408 Request Timeout', message: 'The request did not arrive in time.' },
}

/** Node answers an expectation that it does not know with an empty 417; HTTP lets a server pass over it, and no client loses events. */
export function passOverExpectations(app: FastifyInstance): void {
  const server = app.server as Server
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}
