import { isRecord, type LooseRecord } from '../decode.ts'
import { levelOfStatus } from '../raw/text/request-line.ts'

/** Records in the vocabulary of clouds, proxies and libraries that put their message where nobody looks for it. */

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** The path of an address, with its query. */
const pathOf = (url: unknown): string | undefined => textOf(url)?.replace(/^[a-z]{2,10}:\/\/[^/]*/i, '') || textOf(url)

const SECONDS = /^(\d{1,9}(?:\.\d{1,9})?)s$/
/** Cloud Logging: `{"textPayload"|"jsonPayload"|"protoPayload": …, "httpRequest": …, "resource": …, "severity": …}`. */
const fromCloudLogging = ({ jsonPayload, textPayload, protoPayload, httpRequest, resource, ...rest }: LooseRecord): LooseRecord => {
  const payload = isRecord(jsonPayload) ? jsonPayload : {}
  const proto = isRecord(protoPayload) ? protoPayload : {}
  const http = isRecord(httpRequest) ? httpRequest : undefined
  const labels = isRecord(resource) && isRecord(resource.labels) ? resource.labels : {}
  const { message: inner, msg, ...fields } = payload
  const took = SECONDS.exec(String(http?.latency ?? ''))
  const request = http && {
    method: http.requestMethod,
    path: pathOf(http.requestUrl),
    status: http.status,
    durationMs: took ? Number(took[1]) * 1_000 : undefined,
  }
  const line = request ? `${request.method ?? ''} ${request.path ?? ''}`.trim() : undefined
  const record: LooseRecord = {
    ...rest,
    message: textOf(textPayload) ?? textOf(inner) ?? textOf(msg) ?? textOf(proto.methodName) ?? line ?? '',
    service: labels.service_name ?? labels.container_name ?? labels.module_id ?? labels.function_name,
    attributes: { ...fields, resource, ...(protoPayload === undefined ? {} : { protoPayload }) },
  }
  if (http) {
    record.kind = 'request'
    record.request = request
    record['client.address'] = http.remoteIp
    record['client.user_agent'] = http.userAgent
  }
  return record
}

/** CloudTrail of AWS. */
const fromCloudTrail = ({ eventName, eventSource, eventTime, sourceIPAddress, userAgent, ...rest }: LooseRecord): LooseRecord => ({
  timestamp: eventTime,
  message: textOf(rest.errorMessage) === undefined ? String(eventName) : `${eventName}: ${rest.errorMessage}`,
  level: rest.errorCode === undefined ? 'info' : 'error',
  service: String(eventSource).replace(/\.amazonaws\.com$/, ''),
  'client.address': sourceIPAddress,
  'client.user_agent': userAgent,
  attributes: { ...rest, eventName },
})

/** Diagnostic logs of Azure, as they are streamed and as they are exported. */
const fromAzure = (entry: LooseRecord): LooseRecord => {
  const properties = isRecord(entry.properties) ? entry.properties : {}
  const said =
    entry.resultDescription ?? entry.ResultDescription ?? properties.message ?? properties.log ?? entry.operationName ?? entry.OperationName
  return { ...entry, message: said }
}

/** tracing of Rust: the message is one of the `fields`. */
const fromTracing = ({ fields, target, ...rest }: LooseRecord): LooseRecord => {
  const { message, ...others } = isRecord(fields) ? fields : {}
  return { ...rest, message, attributes: { ...others, logger: target } }
}

/** Access log of Traefik; times are nanoseconds, and the level is always the same. */
const fromTraefik = (entry: LooseRecord): LooseRecord => {
  const {
    RequestMethod,
    RequestPath,
    DownstreamStatus,
    Duration,
    ClientAddr: _port,
    ClientHost,
    StartUTC,
    time,
    msg,
    ServiceName,
    level: _info,
    ...rest
  } = entry
  return {
    timestamp: StartUTC ?? time,
    kind: 'request',
    message: textOf(msg) ?? `${RequestMethod} ${RequestPath}`,
    level: levelOfStatus(Number(DownstreamStatus)),
    request: {
      method: RequestMethod,
      path: RequestPath,
      status: DownstreamStatus,
      durationMs: typeof Duration === 'number' ? Duration / 1e6 : undefined,
    },
    'client.address': ClientHost,
    attributes: { upstream: ServiceName, ...rest },
  }
}

/** Rails through lograge, as GitLab writes it: times are seconds (`duration_s`) or milliseconds (`duration`), and there is no message. */
const fromRails = ({ method, path, status, duration, duration_s, ...rest }: LooseRecord): LooseRecord => ({
  ...rest,
  kind: 'request',
  message: `${method} ${path}`,
  request: { method, path, status, durationMs: typeof duration_s === 'number' ? Math.round(duration_s * 1e6) / 1e3 : duration },
})

/** What is thrown in programs of GitLab: names with dots for type and stack. */
const fromDottedException = (entry: LooseRecord): LooseRecord => {
  const { 'exception.class': type, 'exception.backtrace': trace, ...rest } = entry
  return { ...rest, 'exception.type': type, ...(Array.isArray(trace) ? { 'error.stack': trace.join('\n') } : { 'exception.backtrace': trace }) }
}

const HOLE = /\{[@$]?([A-Za-z_]\w{0,60})(?:,-?\d{1,3})?(?::[^{}]{0,40})?\}/g
/** Compact JSON of Serilog: the template with its holes filled. */
const fromTemplate = (entry: LooseRecord, template: string): LooseRecord => {
  const message = template.replace(HOLE, (hole, name: string) => {
    const value = entry[name]
    return value === undefined ? hole : isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : String(value)
  })
  return { ...entry, message }
}

/** In our vocabulary; undefined when the record is of none of them. */
export const translateCloud = (entry: LooseRecord): LooseRecord | undefined => {
  if (entry['@mt'] !== undefined) return typeof entry['@mt'] === 'string' && entry['@m'] === undefined ? fromTemplate(entry, entry['@mt']) : undefined
  if (entry['exception.class'] !== undefined) return fromDottedException(entry)
  if (entry.message !== undefined) return undefined
  if (entry.controller !== undefined && entry.action !== undefined && entry.method !== undefined && entry.path !== undefined) return fromRails(entry)
  if (entry.fields !== undefined)
    return isRecord(entry.fields) && entry.level !== undefined && entry.target !== undefined ? fromTracing(entry) : undefined
  if (entry.logName !== undefined || entry.insertId !== undefined)
    return entry.severity === undefined && entry.resource === undefined ? undefined : fromCloudLogging(entry)
  if (entry.eventName !== undefined && entry.eventSource !== undefined && entry.eventTime !== undefined) return fromCloudTrail(entry)
  if (entry.RequestMethod !== undefined && entry.DownstreamStatus !== undefined) return fromTraefik(entry)
  const isAzure = (entry.operationName ?? entry.OperationName) !== undefined && (entry.category ?? entry.Category) !== undefined
  return isAzure && entry.msg === undefined ? fromAzure(entry) : undefined
}
