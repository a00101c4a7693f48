import type { OutgoingResponse, RequestCapture } from './request-capture.ts'

/** As they are written; read in any case. */
export const TRACE_ID_HEADER = 'X-Trace-ID'
export const REQUEST_ID_HEADER = 'X-Request-Id'

/** Tells the caller by which ids its request is found. */
export function setResponseHeaders(response: OutgoingResponse, capture: RequestCapture): void {
  if (response.headersSent) return
  response.setHeader(TRACE_ID_HEADER, capture.traceId)
  response.setHeader(REQUEST_ID_HEADER, capture.requestId)
}
