// What a request's event costs at the least: written by hand for one framework, with neither bounds nor redaction, hooks, sampling, retries or a
// spool. It says what of the SDK's cost is the price of Node's own parts.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import { performance } from 'node:perf_hooks'
import { brotliCompress, constants } from 'node:zlib'

const BATCH = 500
const COMPRESSION = { chunkSize: 65_536, params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 18 } }
const CAPTURE = Symbol('capture')
const agent = new Agent({ keepAlive: true })

class Capture {
  constructor(request, digits) {
    const { headers, method, socket, url } = request.raw
    const query = url.indexOf('?')
    this.startedAt = performance.now()
    this.request = request
    this.method = method
    this.path = query === -1 ? url : url.slice(0, query)
    this.ip = socket.remoteAddress
    this.userAgent = headers['user-agent']
    this.traceId = headers['x-trace-id'] ?? digits.slice(0, 32)
    this.requestId = headers['x-request-id'] ?? digits.slice(32)
  }
}

/** @param events whether requests are sent as events; else they have a scope and a trace id only */
export function captureByHand(app, endpoint, events) {
  const scopes = new AsyncLocalStorage()
  const pool = Buffer.alloc(16_000)
  let used = pool.length
  const digits = () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += 32
    return pool.toString('hex', used - 32, used)
  }
  let lines = []
  const send = () => {
    const body = Buffer.from(lines.join('\n'))
    lines = []
    brotliCompress(body, COMPRESSION, (_error, packed) => {
      const headers = { 'content-encoding': 'br', 'content-type': 'application/x-ndjson', 'content-length': packed.length }
      const sending = httpRequest(`${endpoint}/ingest`, { method: 'POST', agent, headers })
      sending.on('response', (response) => response.resume())
      sending.end(packed)
    })
  }
  function onClose() {
    const { startedAt, request, method, path, ip, userAgent, traceId, requestId } = this[CAPTURE]
    if (!events) return
    const route = request.routeOptions.url
    const status = this.statusCode
    const about = { method, path, route, ip, userAgent, status, durationMs: performance.now() - startedAt }
    lines.push(
      JSON.stringify({
        timestamp: Date.now(),
        level: 'info',
        kind: 'request',
        message: `${method} ${route} ${status}`,
        traceId,
        requestId,
        request: about,
      }),
    )
    if (lines.length === BATCH) send()
  }
  app.addHook('onRequest', (request, reply, next) => {
    const capture = new Capture(request, digits())
    reply.raw[CAPTURE] = capture
    reply.raw.on('close', onClose)
    reply.header('X-Trace-ID', capture.traceId)
    scopes.run(capture, next)
  })
}
