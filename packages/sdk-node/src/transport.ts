import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { HttpAnswer, HttpRequest, Transport } from '@heartwood/sdk-core'
import { runAsOwn } from './own-requests.ts'

/** Connections of the SDK: kept alive between batches, and never a reason for the process to go on. */
export const createTransport = (): Transport => {
  const agents = { http: new HttpAgent({ keepAlive: true, maxSockets: 8 }), https: new HttpsAgent({ keepAlive: true, maxSockets: 8 }) }

  const send = ({ method, url, headers, body, timeoutMs, signal }: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:')
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-length': body.byteLength },
        agent: isSecure ? agents.https : agents.http,
      })
      const cancel = (): void => void request.destroy(new Error('The request was cancelled.'))
      const timer = setTimeout(() => request.destroy(new Error(`The server did not answer within ${timeoutMs} ms.`)), timeoutMs)
      timer.unref()
      request.on('close', () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', cancel)
      })
      signal?.addEventListener('abort', cancel)
      request.on('socket', (socket) => socket.unref())
      request.on('error', reject)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const names = Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
          resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(names), body: Buffer.concat(chunks).toString() })
        })
      })
      request.end(body)
    })

  return {
    send: (request) => runAsOwn(() => send(request)),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
