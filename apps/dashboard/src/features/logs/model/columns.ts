import type { EventJson } from '@heartwood/protocol'

type JsonValue = NonNullable<EventJson['attributes']>[string]

const REQUEST_FIELDS: Record<string, keyof NonNullable<EventJson['request']>> = {
  method: 'method',
  route: 'route',
  path: 'path',
  status: 'status',
  durationMs: 'durationMs',
}
const ERROR_FIELDS: Record<string, keyof NonNullable<EventJson['error']>> = {
  'error.type': 'type',
  'error.message': 'message',
  'error.stack': 'stack',
}
const PLAIN_FIELDS = new Set([
  'id',
  'kind',
  'timestamp',
  'receivedAt',
  'level',
  'message',
  'service',
  'environment',
  'release',
  'host',
  'dataset',
  'tags',
  'traceId',
  'spanId',
  'sessionId',
  'userId',
  'requestId',
  'flowId',
  'stepIndex',
  'issueId',
])

/** The value of a field of the search language in an event: a column, or an attribute by its dotted name. */
export function readField(event: EventJson, name: string): JsonValue | undefined {
  // The type has no index by name; PLAIN_FIELDS are names of it.
  if (PLAIN_FIELDS.has(name)) return (event as unknown as Record<string, JsonValue | undefined>)[name]
  const request = REQUEST_FIELDS[name.replace(/^request\./, '')]
  const ofRequest = request && event.request?.[request]
  if (ofRequest !== undefined) return ofRequest
  const error = ERROR_FIELDS[name]
  const ofError = error && event.error?.[error]
  if (ofError !== undefined) return ofError
  return readPath(event.attributes ?? {}, name.replace(/^attributes\./, ''))
}

/** What a row shows besides id, time, level and message: where there is no message, the request or the attributes. bench/src/search.ts asks for the same. */
const ROW_FIELDS = ['service', 'method', 'route', 'path', 'status', 'attributes']

/**
 * What to ask for, as each column takes time to read: an event is read whole when it is opened.
 * @param columns fields that are shown as columns; attributes come anyway.
 */
export function rowFields(columns: readonly string[]): string {
  const shown = columns.map((name) => name.replace(/^request\./, '')).filter((name) => PLAIN_FIELDS.has(name) || Object.hasOwn(REQUEST_FIELDS, name))
  return [...new Set([...ROW_FIELDS, ...shown])].join(',')
}

/** A dotted name may be one key, or a path through objects, or a mixture. */
function readPath(value: JsonValue, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const record = value as Record<string, JsonValue>
  if (Object.hasOwn(record, name)) return record[name]
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const child = Object.hasOwn(record, name.slice(0, dot)) ? record[name.slice(0, dot)] : undefined
    const found = child === undefined ? undefined : readPath(child, name.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}

/** A value on one line. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** One line of the attributes tree. */
export interface TreeLine {
  /** The dotted name that the search language knows. */
  path: string
  label: string
  depth: number
  /** Undefined for a line that only opens a group. */
  value: JsonValue | undefined
  children: number
}

/** The attributes as lines to show, groups before their members, in the order in which they were sent. */
export function toTree(value: { [key: string]: JsonValue }, closed: ReadonlySet<string> = new Set(), prefix = '', depth = 0): TreeLine[] {
  return Object.entries(value).flatMap(([label, child]): TreeLine[] => {
    const path = prefix === '' ? label : `${prefix}.${label}`
    if (typeof child !== 'object' || child === null || Array.isArray(child) || Object.keys(child).length === 0) {
      return [{ path, label, depth, value: child, children: 0 }]
    }
    const group: TreeLine = { path, label, depth, value: undefined, children: Object.keys(child).length }
    return closed.has(path) ? [group] : [group, ...toTree(child as { [key: string]: JsonValue }, closed, path, depth + 1)]
  })
}

const COLUMN_NAMES = new Set([...PLAIN_FIELDS, ...Object.keys(REQUEST_FIELDS)].map((name) => name.toLowerCase()))

/** How the search language names an attribute: as it is, unless a column has that name. */
export const attributeField = (path: string): string => (COLUMN_NAMES.has(path.replaceAll('_', '').toLowerCase()) ? `attributes.${path}` : path)
