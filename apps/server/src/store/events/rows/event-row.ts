import { type Event, type EventJson, type Json, type Kind, type Level, type UnixMicros, unixMicros } from '@heartwood/protocol'
import { attributeText, attributeTypes, nestAttributes } from '../attributes.ts'

/** Columns a list shows: reading no more than these halves the time of every selective search. */
export const LIST_COLUMNS = 'id, ts, kind, level, service, message'

/** Everything a list can show but `detail`. */
export const ROW_COLUMNS =
  'id, kind, ts, received_at, level, message, service, environment, release, host, dataset, tags, attributes, attribute_types, trace_id, span_id, ' +
  'session_id, user_id, request_id, flow_id, step_index, issue_id, method, route, path, status, duration_ms'

/** The whole event. */
export const FULL_COLUMNS = `${ROW_COLUMNS}, detail`

/** A row of `events` as the store gives it; only the selected columns are there. */
export interface EventRow {
  id: string
  ts: string
  kind: Kind
  level: Level
  message: string
  service?: string
  received_at?: string
  environment?: string
  release?: string
  host?: string
  dataset?: string
  tags?: string[]
  attributes?: { [key: string]: string }
  attribute_types?: string[]
  detail?: string
  trace_id?: string
  span_id?: string
  session_id?: string
  user_id?: string
  request_id?: string
  flow_id?: string
  step_index?: number
  issue_id?: string
  method?: string
  route?: string
  path?: string
  status?: number
  duration_ms?: number | null
}

/** `2026-11-20 00:00:00.123456` as ClickHouse prints it → RFC 3339. */
export const fromEngineTime = (text: string): string => `${text.replace(' ', 'T')}Z`

/** The point in time of a row, for cursors. */
export const rowMicros = (text: string): UnixMicros => {
  const fraction = text.slice(20).padEnd(6, '0')
  return unixMicros(Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`) * 1000 + Number(fraction))
}

/** A point in time from the two halves of a 64-bit number. */
export const microsOf = (low: number, high: number): UnixMicros => unixMicros(high * 4_294_967_296 + low)

/** As ClickHouse prints a DateTime64(6). */
export const microsToEngineTime = (micros: UnixMicros): string => microsToText(micros).replace('T', ' ').slice(0, -1)

/** The shortest decimal number that is the same 32-bit float: what the engine prints. */
export const shortFloat = (value: number): number => {
  const float = Math.fround(value)
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(float.toPrecision(digits))
    if (Math.fround(short) === float) return short
  }
  return float
}

/** RFC 3339 in UTC with microseconds. */
const microsToText = (micros: UnixMicros): string => {
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = String(Math.floor(micros) - seconds * 1_000_000).padStart(6, '0')
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${fraction}Z`
}

/** What an event has, whatever form it comes from; the one place that decides what is absent in an `EventJson`. */
interface EventParts {
  id: string
  kind: Kind
  timestamp: string
  receivedAt: string
  level: Level
  message: string
  attributes: { [key: string]: Json }
  tags: readonly string[]
  detail: { [key: string]: Json } | undefined
  texts: { [Name in (typeof TEXT_FIELDS)[number]]: string }
  stepIndex: number
  status: number
  durationMs: number
  method: string
  route: string
  path: string
}

const TEXT_FIELDS = [
  'service',
  'environment',
  'release',
  'host',
  'dataset',
  'traceId',
  'spanId',
  'sessionId',
  'userId',
  'requestId',
  'flowId',
  'issueId',
] as const

const toJson = (parts: EventParts): EventJson => {
  const json: EventJson = { id: parts.id, kind: parts.kind, timestamp: parts.timestamp, level: parts.level, message: parts.message }
  if (parts.receivedAt !== '') json.receivedAt = parts.receivedAt
  for (const name of TEXT_FIELDS) if (parts.texts[name] !== '') json[name] = parts.texts[name]
  if (parts.tags.length > 0) json.tags = [...parts.tags]
  const { error, attributes, detail } = withError(parts)
  if (Object.keys(attributes).length > 0) json.attributes = attributes
  if (parts.stepIndex >= 0) json.stepIndex = parts.stepIndex
  if (error !== undefined) json.error = error
  const request: NonNullable<EventJson['request']> = {}
  if (parts.method !== '') request.method = parts.method
  if (parts.route !== '') request.route = parts.route
  if (parts.path !== '') request.path = parts.path
  if (parts.status > 0) request.status = parts.status
  if (!Number.isNaN(parts.durationMs)) request.durationMs = parts.durationMs
  if (Object.keys(request).length > 0) json.request = request
  if (detail !== undefined) json.detail = detail
  return json
}

/** `error.type` and `error.message` are reserved attributes and the stack is in `detail`: given back as the error that was sent, and only there. */
const withError = ({ attributes, detail }: EventParts): Pick<EventJson, 'error' | 'detail'> & { attributes: { [key: string]: Json } } => {
  const error: NonNullable<EventJson['error']> = {}
  const others = { ...attributes }
  const rest = { ...detail }
  const take = (from: { [key: string]: Json }, name: string, as: 'type' | 'message' | 'stack'): void => {
    const value = from[name]
    if (typeof value !== 'string') return
    error[as] = value
    delete from[name]
  }
  take(others, 'error.type', 'type')
  take(others, 'error.message', 'message')
  take(rest, 'stack', 'stack')
  if (Object.keys(error).length === 0) return { attributes, detail }
  return { error, attributes: others, detail: Object.keys(rest).length > 0 ? rest : undefined }
}

/** A row of the table `events`, with whichever of its columns were read, as the API gives it. */
export const toEventJson = (row: EventRow): EventJson =>
  toJson({
    id: row.id,
    kind: row.kind,
    timestamp: fromEngineTime(row.ts),
    receivedAt: row.received_at === undefined ? '' : fromEngineTime(row.received_at),
    level: row.level,
    message: row.message,
    attributes: nestAttributes(Object.entries(row.attributes ?? {}), row.attribute_types ?? []),
    tags: row.tags ?? [],
    detail: parseDetail(row.detail ?? ''),
    texts: {
      service: row.service ?? '',
      environment: row.environment ?? '',
      release: row.release ?? '',
      host: row.host ?? '',
      dataset: row.dataset ?? '',
      traceId: row.trace_id ?? '',
      spanId: row.span_id ?? '',
      sessionId: row.session_id ?? '',
      userId: row.user_id ?? '',
      requestId: row.request_id ?? '',
      flowId: row.flow_id ?? '',
      issueId: row.issue_id ?? '',
    },
    stepIndex: row.step_index ?? -1,
    status: row.status ?? 0,
    durationMs: row.duration_ms ?? Number.NaN,
    method: row.method ?? '',
    route: row.route ?? '',
    path: row.path ?? '',
  })

/** An event that is not stored yet, as the API will give it; for live tails. */
export const eventToJson = (event: Event, id: string): EventJson => {
  const entries = [...event.attributes].map(([name, value]) => [name, attributeText(value)] as const)
  return toJson({
    id,
    kind: event.kind,
    timestamp: microsToText(event.timestamp),
    receivedAt: microsToText(event.receivedAt),
    level: event.level,
    message: event.message,
    attributes: nestAttributes(entries, attributeTypes(event.attributes, event.objects)),
    tags: event.tags,
    detail: event.detail,
    texts: event,
    stepIndex: event.stepIndex,
    status: event.status,
    durationMs: shortFloat(event.durationMs),
    method: event.method,
    route: event.route,
    path: event.path,
  })
}

const parseDetail = (text: string): { [key: string]: Json } | undefined => {
  if (text === '') return undefined
  try {
    const value = JSON.parse(text) as Json
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
