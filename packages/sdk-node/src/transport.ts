import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { HttpAnswer, HttpRequest, Transport } from '@heartwood/sdk-core'
import { runAsOwn } from './own-requests.ts'
import { USER_AGENT } from './user-agent.ts'

/** A connection that takes longer is no connection. An attempt under way holds the process, whatever Node is asked: this is for how long at most. */
const CONNECT_MS = 3_000
/** Longer answers are not ours. */
const ANSWER_BYTES = 1024 * 1024
const AGENT = { keepAlive: true, maxSockets: 8, maxFreeSockets: 4 }

/** Connections of the SDK: kept alive between batches, and never a reason for the process to go on. */
export const createTransport = (): Transport => {
  const agents = { http: new HttpAgent(AGENT), https: new HttpsAgent(AGENT) }

  const once = ({ method, url, headers, body, timeoutMs, signal }: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) throw new Error('the request was cancelled')
      const isSecure = url.startsWith('https:')
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method,
        headers: { 'user-agent': USER_AGENT, ...headers, ...(body !== undefined && { 'content-length': body.byteLength }) },
        agent: isSecure ? agents.https : agents.http,
      })
      const endAfter = (ms: number, what: string): NodeJS.Timeout =>
        // The code that sockets have for it.
        setTimeout(() => request.destroy(Object.assign(new Error(`${what} within ${ms / 1_000} s`), { code: 'ETIMEDOUT' })), ms).unref()
      const cancel = (): void => void request.destroy(new Error('the request was cancelled'))
      const timer = endAfter(timeoutMs, 'there was no answer')
      let connecting: NodeJS.Timeout | undefined
      signal?.addEventListener('abort', cancel)
      request.on('close', () => {
        clearTimeout(timer)
        clearTimeout(connecting)
        signal?.removeEventListener('abort', cancel)
        reject(new Error('the connection was closed'))
      })
      request.on('socket', (socket) => {
        socket.unref()
        if (!socket.connecting) return
        if (timeoutMs > CONNECT_MS) connecting = endAfter(CONNECT_MS, 'there was no connection')
        socket.once('connect', () => clearTimeout(connecting))
      })
      request.on('error', (error) => {
        const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
        reject(isStale ? new StaleConnection(error.message) : error)
      })
      request.on('response', (response) => readAnswer(response, resolve, reject))
      request.end(body)
    })

  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return await once(request)
    } catch (error) {
      // The server closed it while it was idle, at the very moment at which it was used again. What bears a batch id is harmless twice.
      if (!(error instanceof StaleConnection) || request.headers['x-heartwood-batch'] === undefined) throw error
      return once(request)
    }
  }

  return {
    send: (request) => runAsOwn(() => send(request)),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

class StaleConnection extends Error {}

const readAnswer = (response: IncomingMessage, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void): void => {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES) response.destroy(new Error('the answer is none of Heartwood’s: it is too long'))
    else chunks.push(chunk)
  })
  response.on('error', reject)
  response.on('end', () => {
    const headers: { [name: string]: string | undefined } = {}
    for (const [name, value] of Object.entries(response.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : value
    resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString() })
  })
}
