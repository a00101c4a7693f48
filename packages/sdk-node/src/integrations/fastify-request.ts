import type { RequestCapture } from '../http/request-capture.ts'
import { REQUEST_ID_HEADER, TRACE_ID_HEADER } from '../http/response-headers.ts'

interface Reply {
  header(name: string, value: string): unknown
}

/** Lets a request go on in the scope of its capture, and its answer say the ids. */
export const goOn = (capture: RequestCapture | undefined, reply: Reply, next: () => void): void => {
  if (capture === undefined) {
    next()
    return
  }
  // Through Fastify: headers that are set on the raw response make its writeHead slow.
  reply.header(TRACE_ID_HEADER, capture.traceId)
  reply.header(REQUEST_ID_HEADER, capture.requestId)
  capture.run(next)
}
