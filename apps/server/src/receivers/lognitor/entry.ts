import { levelFromText } from '../../pipeline/levels.ts'
import { pathOnly } from '../../pipeline/route-of-path.ts'
import { isRecord, type LooseRecord } from '../decode.ts'
import { leaveOut } from './leave-out.ts'
import { versionOfRelease } from './release-id.ts'

/** Fields that get a place of their own; all others are attributes under the names they came with. */
const FIELDS: ReadonlySet<string> = new Set(
  'level message timestamp hostname service environment version user_id session_id request_id tags trace error request breadcrumbs perf'.split(' '),
)
/** What an error holds for whoever opens it; nobody searches for source lines. */
const SOURCE_LINES = ['context_line', 'pre_context', 'post_context']
const IDS = ['trace_id', 'span_id']

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
/** Ids and versions may come as numbers. */
const isName = (value: unknown): value is string | number => isText(value) || typeof value === 'number'
const isNothing = (value: unknown): boolean => value === null || value === undefined || (typeof value === 'object' && isEmptyObject(value))
const isEmptyObject = (value: object): boolean => {
  for (const _ in value) return false
  return true
}

/** What is wrong with a log, or undefined: a level that is a word of none of our languages is the one thing that is refused. */
export function faultOf({ level }: LooseRecord): string | undefined {
  if (isNothing(level) || level === '' || typeof level === 'number') return undefined
  if (typeof level === 'string' && levelFromText(level) !== undefined) return undefined
  return `\`level\` must be one of debug, info, warn, error, fatal, not ${JSON.stringify(level).slice(0, 40)}.`
}

/** One log in our vocabulary; the log itself is left as it is. Types inside `metadata`, `user` and the like stay. */
export function fromLog(log: LooseRecord): LooseRecord {
  const { request, trace, error, perf, breadcrumbs } = log
  // No prototype: `__proto__` may be a name like any other.
  const attributes: LooseRecord = Object.create(null)
  for (const name in log) if (!FIELDS.has(name) && !isNothing(log[name])) attributes[name] = log[name]
  if (!isNothing(perf)) attributes.perf = perf

  const record: LooseRecord = {
    level: log.level,
    message: log.message,
    timestamp: log.timestamp,
    service: log.service,
    environment: log.environment,
    hostname: log.hostname,
    release: isName(log.version) ? log.version : versionOfRelease(log.release_id),
    userId: isName(log.user_id) ? log.user_id : isRecord(log.user) && isName(log.user.id) ? log.user.id : undefined,
    sessionId: log.session_id,
    requestId: log.request_id,
    tags: log.tags,
  }
  if (isRecord(perf) && !(isRecord(request) && 'duration_ms' in request)) record.durationMs = perf.duration_ms
  if (isRecord(trace)) {
    if (isText(trace.trace_id)) record.traceId = trace.trace_id
    if (isText(trace.span_id)) record.spanId = trace.span_id
    const rest = leaveOut(
      trace,
      IDS.filter((name) => isText(trace[name])),
    )
    if (!isNothing(rest)) attributes.trace = rest
  } else if (!isNothing(trace)) attributes.trace = trace
  if (isRecord(request)) readRequest(record, log, request)
  else if (!isNothing(request)) attributes.request = request

  const detail: LooseRecord = {}
  if (isRecord(error)) {
    record.error = leaveOut(error, SOURCE_LINES)
    if (SOURCE_LINES.some((name) => name in error)) detail.source = Object.fromEntries(SOURCE_LINES.map((name) => [name, error[name] ?? null]))
  } else if (!isNothing(error)) record.error = error
  if (!isNothing(breadcrumbs)) detail.breadcrumbs = breadcrumbs
  if (!isEmptyObject(detail)) record.detail = detail
  record.attributes = attributes
  return record
}

/** What the Symfony bundle logs for each request: it sends no rows. */
const REQUEST_MESSAGE = /^([A-Z]{3,10}) (\S{1,8192}) (\d{3}) (\d{1,9}(?:\.\d{1,9})?) ?ms$/

function readRequest(record: LooseRecord, log: LooseRecord, request: LooseRecord): void {
  const { url } = request
  // The path alone groups and filters; the address as it was sent stays beside it.
  const path = isText(request.path) ? request.path : isText(url) ? pathOnly(url) : undefined
  record.request = path === undefined ? request : { path, ...leaveOut(request, ['path']) }
  const row = isName(log.request_id) && typeof log.message === 'string' ? REQUEST_MESSAGE.exec(log.message) : null
  if (row === null || (isText(request.method) && request.method !== row[1])) return
  const [, method, sentPath = '', status, duration] = row
  record.kind = 'request'
  record.request = {
    method,
    path: isText(request.path) ? request.path : pathOnly(sentPath),
    status_code: request.status_code ?? Number(status),
    duration_ms: request.duration_ms ?? Number(duration),
    ...leaveOut(request, ['method', 'path', 'status_code', 'duration_ms']),
  }
}
