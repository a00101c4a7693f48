import type { FlowPosition, TraceContext } from '@heartwood/sdk-core'

/** Names of headers as Node gives them: in lower case. */
export const TRACEPARENT = 'traceparent'
export const TRACE_ID = 'x-trace-id'
export const REQUEST_ID = 'x-request-id'
export const FLOW = 'x-heartwood-flow'

/** Longest id that is taken from a header. */
const MAX_ID = 128
const NO_TRACE = '00000000000000000000000000000000'
const NO_SPAN = '0000000000000000'

/** A `traceparent` that was read: the span in it is the caller's. */
export interface TraceParent {
  readonly traceId: string
  readonly parentSpanId: string
  readonly sampled: boolean
}

/**
 * Reads a W3C `traceparent` by the rules of https://www.w3.org/TR/trace-context/: lower case, lengths as they stand, neither id all zeros,
 * not version ff; of later versions the part that is known. undefined: it is none, and a new trace begins.
 */
export function parseTraceparent(header: string | undefined): TraceParent | undefined {
  if (header === undefined || header.length < 55) return undefined
  if (header.charCodeAt(2) !== DASH || header.charCodeAt(35) !== DASH || header.charCodeAt(52) !== DASH) return undefined
  if (!isLowerHex(header, 0, 2) || !isLowerHex(header, 3, 35) || !isLowerHex(header, 36, 52) || !isLowerHex(header, 53, 55)) return undefined
  if (header.length > 55 && (header.startsWith('00') || header.charCodeAt(55) !== DASH)) return undefined
  if (header.startsWith('ff')) return undefined
  const traceId = header.slice(3, 35)
  const parentSpanId = header.slice(36, 52)
  if (traceId === NO_TRACE || parentSpanId === NO_SPAN) return undefined
  return { traceId, parentSpanId, sampled: (hexDigit(header.charCodeAt(54)) & 1) === 1 }
}

/** undefined where the ids are not those of W3C: an `X-Trace-ID` may be any text. @param spanId the caller's span; default: that of the trace */
export function formatTraceparent(trace: TraceContext, spanId: string | undefined = trace.spanId): string | undefined {
  if (spanId === undefined || !isTraceId(trace.traceId) || !isSpanId(spanId)) return undefined
  return `00-${trace.traceId}-${spanId}-${trace.sampled === false ? '00' : '01'}`
}

/** Reads `<id>;step=<n>`. A step that is none is left out: the server orders by time then. */
export function parseFlowHeader(header: string | undefined): FlowPosition | undefined {
  if (header === undefined || header.length > 2 * MAX_ID) return undefined
  const end = header.indexOf(';')
  const id = (end === -1 ? header : header.slice(0, end)).trim()
  if (!isId(id)) return undefined
  if (end === -1) return { id }
  for (const part of header.slice(end + 1).split(';')) {
    const parameter = part.trim()
    if (!parameter.startsWith('step=')) continue
    const step = parameter.slice(5)
    if (isStep(step)) return { id, step: Number(step) }
  }
  return { id }
}

const formatFlowHeader = (flow: FlowPosition): string => (flow.step === undefined ? flow.id : `${flow.id};step=${flow.step}`)

/** Whether it can be taken as an `X-Trace-ID` or `X-Request-Id`: 1 to 128 of `A-Z a-z 0-9 - _ . :`. */
export function isId(text: string | undefined): text is string {
  if (text === undefined || text.length === 0 || text.length > MAX_ID) return false
  for (let index = 0; index < text.length; index += 1) {
    if (!isIdCharacter(text.charCodeAt(index))) return false
  }
  return true
}

/** What a scope sends along with a request to another service. Both a `Scope` and its data fit. */
export interface Propagated {
  readonly trace: TraceContext | undefined
  readonly flow: FlowPosition | undefined
}

/**
 * Headers by which another service goes on with the trace and the flow of a scope; `{}` where it has neither.
 * @param spanId the span that calls, where it has one of its own; default: that of the scope
 */
export function traceHeaders(scope: Propagated, spanId?: string): { [name: string]: string } {
  const headers: { [name: string]: string } = {}
  const { trace, flow } = scope
  if (trace !== undefined && isId(trace.traceId)) {
    const traceparent = formatTraceparent(trace, spanId)
    if (traceparent !== undefined) headers[TRACEPARENT] = traceparent
    headers[TRACE_ID] = trace.traceId
  }
  if (flow !== undefined && isId(flow.id)) headers[FLOW] = formatFlowHeader(flow)
  return headers
}

const DASH = 45

const isTraceId = (text: string) => text.length === 32 && isLowerHex(text, 0, 32) && text !== NO_TRACE
const isSpanId = (text: string) => text.length === 16 && isLowerHex(text, 0, 16) && text !== NO_SPAN

function isLowerHex(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    if (hexDigit(text.charCodeAt(index)) === -1) return false
  }
  return true
}

/** -1: not a hexadecimal digit in lower case. */
const hexDigit = (code: number) => (code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1)

const isIdCharacter = (code: number) =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 58) || (code >= 65 && code <= 90) || code === DASH || code === 46 || code === 95

function isStep(text: string): boolean {
  if (text.length === 0 || text.length > 9) return false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 48 || code > 57) return false
  }
  return true
}
