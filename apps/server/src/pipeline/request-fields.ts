import { type Draft, isEmpty } from './draft.ts'
import { FIELD, nameRank } from './fields.ts'
import type { NameNode } from './names.ts'
import { pathOnly } from './route-of-path.ts'

/** Names inside `request`, `http`, `req`, `res` and `response` that have a column; all others stay attributes under their own name. */
const INSIDE: ReadonlyMap<string, number> = new Map([
  ['method', FIELD.method],
  ['verb', FIELD.method],
  ['route', FIELD.route],
  ['path', FIELD.path],
  ['target', FIELD.path],
  ['url', FIELD.path],
  ['uri', FIELD.path],
  ['status', FIELD.status],
  ['statusCode', FIELD.status],
  ['status_code', FIELD.status],
  ['durationMs', FIELD.durationMs],
  ['duration_ms', FIELD.durationMs],
  ['id', FIELD.requestId],
  ['request_id', FIELD.requestId],
  ['requestId', FIELD.requestId],
  ['remoteAddress', FIELD.clientAddress],
  ['ip', FIELD.clientAddress],
  ['client_ip', FIELD.clientAddress],
  ['remote_addr', FIELD.clientAddress],
  ['remote_ip', FIELD.clientAddress],
  ['user_agent', FIELD.clientUserAgent],
  ['userAgent', FIELD.clientUserAgent],
  ['headers', FIELD.nested],
  ['request', FIELD.request],
  ['response', FIELD.request],
])

/** Reads one of the objects that describe a request. A value that does not fit its column stays an attribute where it was. */
export function readRequest(draft: Draft, node: NameNode, object: Record<string, unknown>): void {
  const before = draft.event.attributes.size
  for (const key in object) {
    const value = object[key]
    const field = INSIDE.get(key)
    if (field === undefined) draft.append(draft.names.child(node, key), value, 2)
    else readMember(draft, draft.names.child(node, key), field, value)
  }
  if (draft.event.attributes.size > before) draft.event.objects.add(node.name)
}

function readMember(draft: Draft, node: NameNode, field: number, value: unknown): void {
  const { event } = draft
  switch (field) {
    case FIELD.method:
      if (typeof value !== 'string' || event.method !== '' || !setMethod(draft, node.name, value)) keep(draft, node, value)
      break
    case FIELD.route:
      if (typeof value === 'string' && event.route === '') draft.setField(FIELD.route, node.name, value)
      else keep(draft, node, value)
      break
    case FIELD.path:
      if (typeof value === 'string' && event.path === '') setPath(draft, node.name, value)
      else keep(draft, node, value)
      break
    case FIELD.status:
      if (!setStatus(draft, value)) keep(draft, node, value)
      break
    case FIELD.durationMs:
      if (!setDuration(draft, value)) keep(draft, node, value)
      break
    case FIELD.requestId:
      if (event.requestId === '' && (typeof value === 'string' || typeof value === 'number')) draft.setField(FIELD.requestId, node.name, value)
      else keep(draft, node, value)
      break
    case FIELD.clientAddress:
      if (typeof value === 'string') setAddress(draft, node.name, value, true)
      else keep(draft, node, value)
      break
    case FIELD.clientUserAgent:
      if (typeof value === 'string') setUserAgent(draft, node.name, value, true)
      else keep(draft, node, value)
      break
    case FIELD.nested:
      if (isPlainObject(value)) readHeaders(draft, node, value)
      else keep(draft, node, value)
      break
    default:
      if (isPlainObject(value) && !isEmpty(value)) readRequest(draft, node, value)
      else keep(draft, node, value)
  }
}

/** Headers are attributes, but for the two that say who the client is. */
function readHeaders(draft: Draft, node: NameNode, headers: Record<string, unknown>): void {
  const before = draft.event.attributes.size
  for (const name in headers) {
    const value = headers[name]
    const child = draft.names.child(node, name)
    const known = typeof value === 'string' ? name.toLowerCase() : ''
    if (known === 'user-agent') setUserAgent(draft, child.name, value as string, true)
    else if (known === 'x-forwarded-for' || known === 'x-real-ip') setAddress(draft, child.name, (value as string).split(',')[0] ?? '', true)
    else draft.append(child, value, 3)
  }
  if (draft.event.attributes.size > before) draft.event.objects.add(node.name)
}

function keep(draft: Draft, node: NameNode, value: unknown): void {
  if (value !== null && value !== undefined) draft.append(node, value, 2)
}

/** Methods are short words; a class name or a sentence is none. */
export function setMethod(draft: Draft, name: string, value: string): boolean {
  if (!/^[A-Za-z][A-Za-z_-]{1,19}$/.test(value)) return false
  draft.setField(FIELD.method, name, value.toUpperCase())
  return true
}

/**
 * The path of a request without its query, so that it is equal for all queries; the query is the attribute `url.query`. A whole address
 * gives its path, and stays as it was sent beside it.
 */
export function setPath(draft: Draft, name: string, value: string): void {
  const { event } = draft
  if (event.path !== '') {
    const former = draft.via[FIELD.path] ?? ''
    if (nameRank(name) >= nameRank(former)) {
      if (name !== former) draft.append(draft.names.top(name), value, 1)
      return
    }
    draft.setText(former, draft.sentPath)
    event.attributes.delete(QUERY_NAME)
    event.path = ''
  }
  draft.sentPath = value
  if (value.charCodeAt(0) !== SLASH && value.includes('://')) {
    draft.setField(FIELD.path, name, pathOnly(value))
    draft.setText(name, value)
    return
  }
  const mark = value.indexOf('?')
  if (mark < 0 || (mark === 0 && value.length === 1)) {
    draft.setField(FIELD.path, name, value)
    return
  }
  draft.setField(FIELD.path, name, value.slice(0, mark))
  draft.setText(QUERY_NAME, value.slice(mark + 1))
}

const SLASH = 47
/** The attribute that a path's query becomes. */
export const QUERY_NAME = 'url.query'

export function setStatus(draft: Draft, value: unknown): boolean {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 999 || draft.event.status !== 0) return false
  draft.event.status = status
  return true
}

export function setDuration(draft: Draft, value: unknown): boolean {
  const duration = typeof value === 'string' && /^\d{1,12}(\.\d{1,12})?$/.test(value) ? Number(value) : value
  if (typeof duration !== 'number' || !(duration >= 0 && duration < 1e12) || !Number.isNaN(draft.event.durationMs)) return false
  draft.event.durationMs = duration
  return true
}

/** @param certain the name can only mean a client's address; others mean it only in an entry about a request. */
export function setAddress(draft: Draft, name: string, value: string, certain: boolean): void {
  if (draft.address !== '' && (draft.addressCertain || !certain)) {
    if (!certain) draft.setText(name, value)
    return
  }
  if (draft.address !== '') draft.setText(draft.addressVia, draft.address)
  draft.address = value.trim()
  draft.addressVia = name
  draft.addressCertain = certain
}

export function setUserAgent(draft: Draft, name: string, value: string, certain: boolean): void {
  if (draft.userAgent !== '') {
    draft.setText(name, value)
    return
  }
  draft.userAgent = value
  draft.userAgentVia = name
  draft.userAgentCertain = certain
}

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
