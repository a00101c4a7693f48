import { LIMITS } from '@heartwood/protocol'

/** Where a known name of an entry goes. Texts of the event come first, so that their number is also the index of their limit. */
export const FIELD = {
  message: 0,
  service: 1,
  environment: 2,
  release: 3,
  host: 4,
  dataset: 5,
  traceId: 6,
  spanId: 7,
  sessionId: 8,
  userId: 9,
  requestId: 10,
  flowId: 11,
  method: 12,
  route: 13,
  path: 14,
  timestamp: 20,
  level: 21,
  kind: 22,
  tags: 23,
  stepIndex: 24,
  status: 25,
  durationMs: 26,
  attributes: 27,
  detail: 28,
  error: 29,
  request: 30,
  errorType: 31,
  errorMessage: 32,
  errorStack: 33,
  address: 34,
  clientAddress: 35,
  userAgent: 36,
  clientUserAgent: 37,
  name: 38,
  nested: 39,
  pythonLevel: 40,
  syslogLevel: 41,
} as const
export type Field = (typeof FIELD)[keyof typeof FIELD]
/** Texts of an event by their field number, with the names that errors and marks use. */
export const TEXT_NAMES = [
  'message',
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
  'method',
  'route',
  'path',
] as const
export const LAST_TEXT = FIELD.path
export const TEXT_LIMITS: readonly number[] = TEXT_NAMES.map((name) => {
  if (name === 'message') return LIMITS.message
  if (name === 'path' || name === 'route') return LIMITS.path
  return name.endsWith('Id') ? LIMITS.id : LIMITS.name
})

/**
 * All names that an entry may use, the best first: when two of them stand in one entry the earlier in this list wins and the other
 * becomes an attribute under its own name. docs/reference/event.md lists them for people.
 */
const NAMES: Partial<Record<keyof typeof FIELD, string>> = {
  message: 'message msg @message @m short_message text body log RenderedMessage MessageTemplate @mt textPayload event',
  service: 'service service.name service_name serviceName svc app application appname app_name SYSLOG_IDENTIFIER program _COMM',
  environment: 'environment env deployment.environment.name deployment.environment service.environment',
  release: 'release service.version app_version appVersion',
  host: 'host hostname host.name host_name _HOSTNAME MachineName',
  dataset: 'dataset event.dataset data_stream.dataset',
  traceId: 'traceId trace_id trace.id traceID traceid dd.trace_id otelTraceID',
  spanId: 'spanId span_id span.id spanID spanid dd.span_id otelSpanID',
  sessionId: 'sessionId session_id session.id sessionID sessionid',
  userId: 'userId user_id user.id userID userid enduser.id',
  requestId: 'requestId request_id req_id reqId requestID requestid http.request.id x-request-id correlationId correlation_id correlationID',
  flowId: 'flowId flow_id flow.id',
  method: 'method http.method http.request.method http_method request_method verb',
  route: 'route http.route',
  path: 'path http.path http.target url.path url uri request_uri',
  timestamp: 'timestamp @timestamp time ts datetime @t eventTime event_time __REALTIME_TIMESTAMP timeMillis asctime date _time TimeGenerated',
  level: 'level severity lvl loglevel log.level log_level logLevel levelname level_name severity_text severityText error_severity @l',
  pythonLevel: 'levelno',
  syslogLevel: 'PRIORITY syslog_severity',
  kind: 'kind type',
  tags: 'tags',
  stepIndex: 'stepIndex step_index step',
  status: 'status statusCode status_code http.status http.status_code http.response.status_code',
  durationMs: 'durationMs duration_ms responseTime response_time_ms responseTimeMs elapsed_ms elapsedMs http.duration_ms',
  attributes: 'attributes',
  detail: 'detail',
  error: 'error err exception exc exc_info @x',
  errorType: 'error.type error.name exception.type error_type errorType',
  errorMessage: 'error.message exception.message error_message errorMessage',
  errorStack: 'error.stack error.stack_trace exception.stacktrace stack stacktrace stack_trace stackTrace errorStack error_stack',
  request: 'request http req res response',
  address: 'ip ipAddress ip_address remote_ip remote_addr remoteAddr remoteAddress clientIp clientIP client_ip',
  clientAddress: 'client.address client.ip',
  userAgent: 'userAgent user_agent http_user_agent',
  clientUserAgent: 'client.user_agent user_agent.original',
  name: 'name',
  nested: 'user trace span event url client deployment session log user_agent enduser data_stream flow exception',
}

interface Known {
  field: Field
  rank: number
}

const TABLE = new Map<string, Known>()
for (const [field, names] of Object.entries(NAMES) as [keyof typeof FIELD, string][]) {
  for (const [rank, name] of names.split(' ').entries()) {
    if (!TABLE.has(name)) TABLE.set(name, { field: FIELD[field], rank })
  }
}

/** The field that a name means; names in another case than ours are tried in lower case (`Timestamp`, `LEVEL`). */
export function knownField(name: string): Field | undefined {
  const known = TABLE.get(name)
  if (known) return known.field
  const first = name.charCodeAt(0)
  if (first < 65 || first > 90 || name.length > 24) return undefined
  return TABLE.get(name.toLowerCase())?.field
}

/** Which of two names for one field wins: the lower rank. No name at all (`''`, a decoder) is best. */
export function nameRank(name: string): number {
  if (name === '') return -1
  return (TABLE.get(name) ?? TABLE.get(name.toLowerCase()))?.rank ?? 99
}
