import { FIELD, knownField } from '../pipeline/fields.ts'

type IdKey = 'traceId' | 'spanId' | 'sessionId' | 'userId' | 'requestId' | 'flowId' | 'issueId'

export interface TextColumn {
  /** Its name in the event model. */
  of: 'service' | 'environment' | 'release' | 'host' | 'dataset' | 'method' | 'route' | 'path' | IdKey
  column: string
  /** Names that people choose are compared without case; ids and paths exactly. */
  ignoreCase: boolean
}
export interface NumberColumn {
  of: 'status' | 'durationMs' | 'stepIndex'
  column: string
}
export interface TimeColumn {
  of: 'timestamp' | 'receivedAt'
  column: string
}
export interface AttributeField {
  name: string
}

export type Field =
  | { is: 'message' }
  | { is: 'level' }
  | { is: 'kind' }
  | { is: 'id' }
  | { is: 'tags' }
  | { is: 'text'; column: TextColumn }
  | { is: 'number'; column: NumberColumn }
  | { is: 'time'; column: TimeColumn }
  | { is: 'attribute'; field: AttributeField }

/** What a name stands for: the one field, `all` of several at once, or the `first` of them that can have the value. */
export interface Resolution {
  fields: readonly [Field, ...Field[]]
  mode: 'all' | 'first'
}

const text = (of: TextColumn['of'], column: string, ignoreCase: boolean): Field => ({ is: 'text', column: { of, column, ignoreCase } })
const number = (of: NumberColumn['of'], column: string): Field => ({ is: 'number', column: { of, column } })

/** Columns by their wire names, in the order in which they are listed to people. */
export const COLUMN_FIELDS = {
  level: { is: 'level' },
  message: { is: 'message' },
  service: text('service', 'service', true),
  environment: text('environment', 'environment', true),
  release: text('release', 'release', true),
  host: text('host', 'host', true),
  dataset: text('dataset', 'dataset', true),
  tags: { is: 'tags' },
  kind: { is: 'kind' },
  traceId: text('traceId', 'trace_id', false),
  spanId: text('spanId', 'span_id', false),
  sessionId: text('sessionId', 'session_id', false),
  userId: text('userId', 'user_id', false),
  requestId: text('requestId', 'request_id', false),
  flowId: text('flowId', 'flow_id', false),
  stepIndex: number('stepIndex', 'step_index'),
  issueId: text('issueId', 'issue_id', false),
  method: text('method', 'method', true),
  route: text('route', 'route', true),
  path: text('path', 'path', false),
  status: number('status', 'status'),
  durationMs: number('durationMs', 'duration_ms'),
  timestamp: { is: 'time', column: { of: 'timestamp', column: 'ts' } },
  receivedAt: { is: 'time', column: { of: 'receivedAt', column: 'received_at' } },
  id: { is: 'id' },
} as const satisfies { [name: string]: Field }
export type ColumnName = keyof typeof COLUMN_FIELDS
const isColumnName = (name: string): name is ColumnName => Object.hasOwn(COLUMN_FIELDS, name)

/** Short names for those who type, and names inside the objects that describe a request. */
const ALIASES: ReadonlyMap<string, ColumnName> = new Map(
  Object.entries<ColumnName>({
    tag: 'tags',
    trace: 'traceId',
    span: 'spanId',
    session: 'sessionId',
    user: 'userId',
    request: 'requestId',
    flow: 'flowId',
    duration: 'durationMs',
    issue: 'issueId',
  }),
)
const INSIDE_REQUEST: ReadonlyMap<string, ColumnName> = new Map(
  Object.entries<ColumnName>({
    method: 'method',
    verb: 'method',
    route: 'route',
    path: 'path',
    target: 'path',
    url: 'path',
    status: 'status',
    statusCode: 'status',
    status_code: 'status',
    durationMs: 'durationMs',
    duration_ms: 'durationMs',
    id: 'requestId',
  }),
)

/** `traceid`, `trace_id` and `TraceId` are `traceId`: names of columns are compared without case and underscores. */
const plain = (name: string): string => name.replaceAll('_', '').toLowerCase()
const BY_PLAIN_NAME = new Map<string, ColumnName>([
  ['env', 'environment'],
  ...(Object.keys(COLUMN_FIELDS) as ColumnName[]).map((name) => [plain(name), name] as const),
])
const ATTRIBUTES = 'attributes.'

/**
 * A column, or else the attribute of that name. Names under which a program may have sent a column (`hostname`, `http.status`) find
 * both; `attributes.level` is the attribute `level`, whatever columns there are.
 */
export function resolveField(name: string): Resolution {
  const attribute: Field = { is: 'attribute', field: { name } }
  if (name.length > ATTRIBUTES.length && name.startsWith(ATTRIBUTES)) {
    return { fields: [{ is: 'attribute', field: { name: name.slice(ATTRIBUTES.length) } }], mode: 'first' }
  }
  const exact = BY_PLAIN_NAME.get(plain(name))
  if (exact !== undefined) {
    const field: Field = COLUMN_FIELDS[exact]
    // Programs send `status: "active"` and ids of their own: those are attributes.
    return field.is === 'number' || field.is === 'id' ? { fields: [field, attribute], mode: 'first' } : { fields: [field], mode: 'first' }
  }
  const sent = asSent(name)
  if (sent === undefined) return { fields: [attribute], mode: 'first' }
  if (!isColumnName(sent)) return { fields: [{ is: 'attribute', field: { name: sent } }], mode: 'first' }
  const field: Field = COLUMN_FIELDS[sent]
  return { fields: [field, attribute], mode: field.is === 'number' || field.is === 'time' ? 'first' : 'all' }
}

/** Whether a name is that of a column. */
export const isColumn = (name: string): boolean => BY_PLAIN_NAME.has(plain(name)) || ALIASES.has(name.toLowerCase())

/** Whether a name is that of a column with an order, so that `<` and `>` mean something. */
export const isComparable = (name: string): boolean =>
  isColumn(name) && resolveField(name).fields.some(({ is }) => is === 'number' || is === 'time' || is === 'level')

/** Where the pipeline puts what is sent under a name: a column, or an attribute with a reserved name. */
function asSent(name: string): ColumnName | 'error.type' | 'error.message' | undefined {
  const alias = ALIASES.get(name.toLowerCase())
  if (alias) return alias
  const inside = /^(?:request|http|req|res|response)\.(\w+)$/.exec(name)?.[1]
  const column = inside === undefined ? undefined : INSIDE_REQUEST.get(inside)
  if (column) return column
  const known = knownField(name)
  if (known === undefined) return undefined
  if (known === FIELD.errorType) return 'error.type'
  if (known === FIELD.errorMessage) return 'error.message'
  return (Object.keys(COLUMN_FIELDS) as ColumnName[]).find((column) => (FIELD as { [name: string]: number })[column] === known)
}

/** Ids that a bare word is compared with; each has an index of its own. */
export const ID_COLUMNS = [
  COLUMN_FIELDS.traceId,
  COLUMN_FIELDS.sessionId,
  COLUMN_FIELDS.userId,
  COLUMN_FIELDS.requestId,
  COLUMN_FIELDS.flowId,
].flatMap((field: Field) => (field.is === 'text' ? [field.column] : []))
