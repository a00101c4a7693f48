import { type Event, type Json, KINDS, type Kind, LIMITS, type UnixMicros, VISIT_KINDS } from '@heartwood/protocol'
import { formatMicros } from '../clock.ts'
import type { PipelineContext } from '../context.ts'
import { type Draft, isEmpty } from '../draft.ts'
import { nameStack, readError, setErrorMessage, setErrorType, setStack } from '../error-fields.ts'
import { FIELD, knownField, LAST_TEXT, nameRank } from '../fields.ts'
import { type LevelNumbers, levelFromNumber, levelFromText } from '../levels.ts'
import type { NameNode } from '../names.ts'
import { isPlainObject, readRequest, setAddress, setDuration, setMethod, setPath, setStatus, setUserAgent } from '../request-fields.ts'
import { routeOfPath } from '../route-of-path.ts'
import { jsonText } from '../texts.ts'
import { withoutNul } from '../without-nul.ts'

/** Stands for the decoder where a name is asked for; no name is better. */
const DECODER = ''

/**
 * Makes an event of whatever was sent: known names and their aliases become fields, everything else attributes; values of the wrong
 * type are coerced or kept as attributes, over-long ones cut and marked, U+0000 left out. It refuses nothing: after it, types hold.
 *
 * @param stamp the time, when the decoder already knows it; wins over fields of the record.
 */
export function normalise(sent: { [key: string]: unknown }, stamp: UnixMicros | undefined, context: PipelineContext): Event {
  const { draft } = context
  const record = draft.nulFree ? sent : withoutNul(sent)
  const event = read(record, stamp, context)
  const collisions = draft.collisions()
  if (collisions === undefined) return event
  draft.whole = collisions
  const again = read(record, stamp, context)
  draft.whole = undefined
  return again
}

function read(record: { [key: string]: unknown }, stamp: UnixMicros | undefined, context: PipelineContext): Event {
  const { draft } = context
  const event = draft.begin(context.receivedAt)
  if (stamp !== undefined) {
    draft.hasStamp = true
    draft.stampVia = DECODER
    event.timestamp = stamp
  }
  for (const key in record) {
    const value = record[key]
    const field = knownField(key)
    if (field === undefined) draft.append(draft.names.top(key), value, 1)
    else if (field <= LAST_TEXT && typeof value === 'string') setKnownText(draft, field, key, value)
    else readField(context, field, key, value)
  }
  finish(context, event)
  return event
}

/** Texts are most of an entry; the fields of requests among them have rules of their own. */
function setKnownText(draft: Draft, field: number, key: string, value: string): void {
  if (field === FIELD.method) {
    if (!setMethod(draft, key, value)) draft.setText(key, value)
  } else if (field === FIELD.path) {
    if (value.charCodeAt(0) === 47) setPath(draft, key, value)
    else draft.setText(key, value)
  } else {
    draft.setField(field, key, value)
  }
}

function readField(context: PipelineContext, field: number, key: string, value: unknown): void {
  const { draft } = context
  const { event, names } = draft
  if (field <= LAST_TEXT) {
    if (isEmpty(value)) return
    // `event` and `log` are names of messages to some and groups of fields to others.
    const group = isPlainObject(value) && (field !== FIELD.message || key === 'event' || key === 'log')
    if (group) readNested(context, names.top(key), value, 1)
    else if (field >= FIELD.method) draft.append(names.top(key), value, 1)
    else draft.setField(field, key, value)
    return
  }
  switch (field) {
    case FIELD.timestamp:
      readStamp(context, key, value)
      break
    case FIELD.level:
      readLevel(draft, key, value, 'pino')
      break
    case FIELD.pythonLevel:
      readLevel(draft, key, value, 'python')
      break
    case FIELD.syslogLevel:
      readLevel(draft, key, value, 'syslog')
      break
    case FIELD.kind:
      readKind(draft, key, value)
      break
    case FIELD.tags:
      readTags(draft, value)
      break
    case FIELD.stepIndex: {
      const index = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
      if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < 2 ** 31 && event.stepIndex === -1) event.stepIndex = index
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    }
    case FIELD.status:
      if (!setStatus(draft, value) && value !== null) draft.append(names.top(key), value, 1)
      break
    case FIELD.durationMs:
      if (!setDuration(draft, value) && value !== null) draft.append(names.top(key), value, 1)
      break
    case FIELD.attributes:
      if (isPlainObject(value)) for (const name in value) draft.append(names.top(name), value[name], 1)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.detail:
      if (isPlainObject(value)) setDetail(draft, value)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.error:
      readError(draft, key, value)
      break
    case FIELD.errorType:
      if (typeof value === 'string') setErrorType(draft, value)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.errorMessage:
      if (!isEmpty(value)) setErrorMessage(draft, typeof value === 'string' ? value : jsonText(value))
      break
    case FIELD.errorStack:
      if (typeof value === 'string' || Array.isArray(value)) setStack(draft, value)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.request:
      if (isPlainObject(value) && !isEmpty(value)) readRequest(draft, names.top(key), value)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.address:
    case FIELD.clientAddress:
      if (typeof value === 'string' && value !== '') setAddress(draft, key, value, field === FIELD.clientAddress)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.userAgent:
    case FIELD.clientUserAgent:
      if (typeof value === 'string' && value !== '') setUserAgent(draft, key, value, field === FIELD.clientUserAgent)
      else if (isPlainObject(value)) readNested(context, names.top(key), value, 1)
      else if (!isEmpty(value)) draft.append(names.top(key), value, 1)
      break
    case FIELD.name:
      if (typeof value === 'string' && value !== '') draft.name = value
      else draft.append(names.top(key), value, 1)
      break
    case FIELD.nested:
      if (isPlainObject(value)) readNested(context, names.top(key), value, 1)
      else draft.append(names.top(key), value, 1)
      break
  }
}

/** Objects whose members have known dotted names (`{"service": {"name": …}}`); the rest of them becomes attributes as ever. */
function readNested(context: PipelineContext, node: NameNode, object: Record<string, unknown>, depth: number): void {
  const { draft } = context
  if (isEmpty(object)) {
    draft.append(node, object, depth)
    return
  }
  const before = draft.event.attributes.size
  for (const key in object) {
    const value = object[key]
    const child = draft.names.child(node, key)
    const field = knownField(child.name)
    if (field !== undefined && field <= LAST_TEXT && typeof value === 'string') setKnownText(draft, field, child.name, value)
    else if (field !== undefined && field !== FIELD.nested && !isPlainObject(value)) readField(context, field, child.name, value)
    else if (isPlainObject(value) && depth < 3) readNested(context, child, value, depth + 1)
    else draft.append(child, value, depth + 1)
  }
  if (draft.event.attributes.size > before) draft.event.objects.add(node.name)
}

function readStamp(context: PipelineContext, key: string, value: unknown): void {
  const { draft } = context
  if (isEmpty(value) || value === '') return
  const micros = context.parseStamp(value)
  if (micros === undefined) {
    draft.unreadableStamp ??= typeof value === 'object' ? jsonText(value) : String(value)
    if (key !== 'timestamp') draft.append(draft.names.top(key), value, 1)
    return
  }
  if (draft.stampVia === DECODER && micros === draft.event.timestamp) return
  if (draft.hasStamp && nameRank(key) >= nameRank(draft.stampVia)) {
    if (key !== 'timestamp') draft.append(draft.names.top(key), value, 1)
    return
  }
  if (draft.hasStamp) draft.setText(draft.stampVia, formatMicros(draft.event.timestamp))
  draft.hasStamp = true
  draft.stampVia = key
  draft.event.timestamp = micros
}

function readLevel(draft: Draft, key: string, value: unknown, numbers: LevelNumbers): void {
  if (isEmpty(value) || value === '') return
  if (draft.hasLevel && nameRank(key) >= nameRank(draft.levelVia)) {
    draft.append(draft.names.top(key), value, 1)
    return
  }
  const level = typeof value === 'string' ? levelFromText(value, numbers) : typeof value === 'number' ? levelFromNumber(value, numbers) : undefined
  if (level === undefined) {
    // Nobody searches for `loglevel:fancy`: what we could not read is kept where people look for it.
    draft.append(draft.names.top(isPlainObject(value) ? key : 'level'), value, 1)
    return
  }
  if (draft.hasLevel) draft.setText(draft.levelVia, draft.event.level)
  draft.hasLevel = true
  draft.levelVia = key
  draft.event.level = level
}

function readKind(draft: Draft, key: string, value: unknown): void {
  if (isEmpty(value)) return
  const word = typeof value === 'string' ? value : ''
  if (key === 'kind' && (KINDS as readonly string[]).includes(word)) {
    draft.event.kind = word as Kind
    return
  }
  if (word === 'request' || word === 'access') draft.saysRequest = true
  draft.append(draft.names.top(key), value, 1)
}

function readTags(draft: Draft, value: unknown): void {
  if (isEmpty(value)) return
  if (isPlainObject(value)) {
    draft.append(draft.names.top('tags'), value, 1)
    return
  }
  const { tags } = draft.event
  const items: unknown[] = Array.isArray(value) ? value : String(value).split(/[,;]/)
  for (const item of items) {
    const text = isEmpty(item) ? '' : typeof item === 'object' ? jsonText(item) : String(item).trim()
    if (text === '') continue
    if (tags.length === LIMITS.tags) {
      if (!draft.truncated.includes('tags')) draft.truncated.push('tags')
      break
    }
    tags.push(draft.cut('tags', text, LIMITS.name))
  }
}

function setDetail(draft: Draft, value: Record<string, unknown>): void {
  const text = jsonText(value)
  if (text.length > LIMITS.detail) draft.event.detail = { cut: draft.cut('detail', text, LIMITS.detail) }
  else draft.event.detail = JSON.parse(text) as { [key: string]: Json }
}

/** What can be decided only when all fields were seen. */
function finish(context: PipelineContext, event: Event): void {
  const { draft, defaults } = context
  if (draft.hasError) finishError(draft, event)
  if (!draft.hasLevel) {
    event.level = draft.hasError ? 'error' : defaults.level === undefined ? 'info' : (levelFromText(defaults.level) ?? 'info')
  }
  if (draft.name !== undefined) finishName(draft, event)
  if (draft.saysRequest && event.kind === 'log' && (event.method !== '' || event.status !== 0)) event.kind = 'request'
  if (event.kind === 'request' && event.route === '' && event.path !== '') event.route = routeOfPath(event.path)
  if (event.service === '' && defaults.service !== undefined) draft.setField(FIELD.service, 'service', defaults.service)
  if (event.environment === '' && defaults.environment !== undefined) draft.setField(FIELD.environment, 'environment', defaults.environment)
  if (event.release === '' && defaults.release !== undefined) draft.setField(FIELD.release, 'release', defaults.release)
  if (event.dataset === '' && defaults.dataset !== undefined) draft.setField(FIELD.dataset, 'dataset', defaults.dataset)
  if (event.host === '' && defaults.host !== undefined) draft.setField(FIELD.host, 'host', defaults.host)
  if (draft.address !== '' || draft.userAgent !== '') finishClient(draft, event)
  finishClock(context, event)
  if (draft.truncated.length > 0 || draft.attributesLeftOut > 0) {
    const names = draft.attributesLeftOut > 0 ? [...draft.truncated, `attributes[+${draft.attributesLeftOut}]`] : draft.truncated
    event.attributes.set('heartwood.truncated', names.join(', '))
  }
}

function finishError(draft: Draft, event: Event): void {
  if (draft.stack !== '') nameStack(draft)
  if (draft.stack !== '' || draft.cause !== undefined) {
    event.detail = { ...event.detail }
    if (draft.stack !== '') event.detail.stack = draft.stack
    if (draft.cause !== undefined) event.detail.cause = draft.cause
  }
  if (event.message === '') {
    const text = event.attributes.get('error.message') ?? event.attributes.get('error.type') ?? draft.stack.split('\n', 1)[0]
    if (typeof text === 'string') event.message = text
  }
}

/** bunyan and pino write `name`, `pid` and `hostname`: there the name is the program's. */
function finishName(draft: Draft, event: Event): void {
  if (event.service === '' && event.host !== '' && event.attributes.has('pid')) draft.setField(FIELD.service, 'name', draft.name)
  else draft.append(draft.names.top('name'), draft.name, 1)
}

/**
 * An address is one of a person only where the entry is about a request or a visit; there it becomes `client.address`, which `enrich`
 * replaces by its hash and place. In any other log it is what the program wrote, searchable as it stands.
 */
function finishClient(draft: Draft, event: Event): void {
  const aboutClient = event.kind !== 'log' || event.method !== '' || event.status !== 0
  if (draft.address !== '') {
    const name = aboutClient || draft.addressCertain ? 'client.address' : draft.addressVia
    draft.setText(name, draft.address)
  }
  if (draft.userAgent !== '') {
    const name = aboutClient || draft.userAgentCertain ? 'client.user_agent' : draft.userAgentVia
    draft.setText(name, draft.userAgent)
  }
}

/** Clocks lie: unreadable and impossible times become the time of receipt, and the event says so. */
function finishClock(context: PipelineContext, event: Event): void {
  const { draft } = context
  if (draft.hasStamp) {
    // A clock that was never set says 0.
    if (event.timestamp > 0 && event.timestamp <= context.receivedAt + LIMITS.clockAheadMs * 1000) return
    event.attributes.set('heartwood.clock', event.timestamp <= 0 ? 'before 1970' : 'ahead')
    event.attributes.set('heartwood.sent_timestamp', formatMicros(event.timestamp))
    event.timestamp = context.receivedAt
  } else if (draft.unreadableStamp !== undefined) {
    event.attributes.set('heartwood.clock', 'unreadable')
    event.attributes.set('heartwood.sent_timestamp', draft.cut('timestamp', draft.unreadableStamp, LIMITS.name))
  }
}

export const isVisit = (event: Event): boolean => (VISIT_KINDS as readonly Kind[]).includes(event.kind)
