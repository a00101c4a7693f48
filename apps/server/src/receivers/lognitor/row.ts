import { pathOnly } from '../../pipeline/route-of-path.ts'
import type { LooseRecord } from '../decode.ts'

const FIELDS: ReadonlySet<string> = new Set(
  'method path status_code duration_ms request_id route ip user_agent host scheme timestamp environment service version session_id user_id trace_id level message'.split(
    ' ',
  ),
)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const given = (value: unknown): boolean => value !== null && value !== undefined && value !== ''

/** One row of request analytics as an event of kind `request`. Its time is the one it came with: the end of the request. */
export function fromRow(row: LooseRecord): LooseRecord {
  const path = isText(row.path) ? pathOnly(row.path) : row.path
  const status = typeof row.status_code === 'string' ? Number(row.status_code) : row.status_code
  const attributes: LooseRecord = Object.create(null)
  for (const name in row) if (!FIELDS.has(name) && given(row[name])) attributes[name] = row[name]
  // The host that was asked for, not the machine that answered.
  const http = { host: row.host, scheme: row.scheme }
  if (given(row.host) || given(row.scheme)) attributes.http = Object.fromEntries(Object.entries(http).filter(([, value]) => given(value)))
  const record: LooseRecord = {
    kind: 'request',
    timestamp: row.timestamp,
    level: row.level ?? levelOf(status),
    message: row.message ?? [row.method, path, row.status_code].filter(given).map(String).join(' '),
    service: row.service,
    environment: row.environment,
    release: row.version,
    requestId: row.request_id,
    sessionId: row.session_id,
    userId: row.user_id,
    traceId: row.trace_id,
    request: { method: row.method, path, route: routeIn(row, path), status_code: row.status_code, duration_ms: row.duration_ms },
    attributes,
  }
  if (isText(row.ip)) record['client.address'] = row.ip
  if (isText(row.user_agent)) record['client.user_agent'] = row.user_agent
  return record
}

const levelOf = (status: unknown): string => (typeof status !== 'number' || status < 400 ? 'info' : status < 500 ? 'warn' : 'error')

/** Laravel's patterns come without their leading slash; Django, and Flask where no route fits, put the path in that place. */
function routeIn({ route, path: sentPath }: LooseRecord, path: unknown): unknown {
  if (route === path || route === sentPath) return undefined
  return isText(route) && /^[\w{]/.test(route) ? `/${route}` : route
}
