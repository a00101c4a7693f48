import type { Platform } from '../ports.ts'
import type { Bindings, EventRecord, RecordOptions } from '../record.ts'
import type { ScopeData } from '../scope-data.ts'
import type { Json, JsonObject, OutgoingEvent, User } from '../types.ts'

/** What a scope and a logger add to each of their events: everything of an event but what is its own. */
export type SharedParts = Omit<OutgoingEvent, 'id' | 'kind' | 'timestamp' | 'level' | 'message'>

/**
 * An event as its record says, without the client's defaults. Later ones win: scope, child logger, options of the event, attributes.
 * Parts of it belong to the record: whoever changes it changes a copy.
 */
export function buildEvent(record: EventRecord, framesOf?: Platform['frames']): OutgoingEvent {
  const { options, error } = record
  const event: OutgoingEvent = {
    id: record.id,
    kind: record.kind,
    timestamp: record.timestamp,
    level: record.level,
    message: record.message,
  }
  addParts(event, record.scope, record.bindings, options)
  if (record.request !== undefined) event.request = record.request as JsonObject
  let { attributes } = record
  let detail = options?.detail
  if (error !== undefined) {
    const read = error.read()
    event.error = { type: error.type, message: error.message, ...(read.stack === undefined ? {} : { stack: read.stack }) }
    attributes = merge(read.attributes, attributes)
    const frames = read.stack === undefined ? undefined : framesOf?.(read.stack)
    detail = merge(merge(frames && { frames }, read.detail), detail)
  }
  if (record.breadcrumbs !== undefined && record.breadcrumbs.length > 0) {
    // Copied into plain JSON when they were added; an event may bring its own.
    detail = merge({ breadcrumbs: record.breadcrumbs as unknown as Json }, detail)
  }
  const groups = options === undefined ? undefined : attributesOf(options)
  for (const name in groups) {
    const given = attributes?.[name]
    const group = groups[name]
    attributes = { ...attributes, [name]: isObject(given) && isObject(group) ? { ...given, ...group } : (group as Json) }
  }
  if (attributes !== undefined) event.attributes = merge(event.attributes, attributes) as JsonObject
  if (detail !== undefined) event.detail = merge(event.detail, detail) as JsonObject
  return event
}

/** @param options of an event; only what is no attribute and no detail is taken of them */
export function addParts(parts: SharedParts, scope: ScopeData, bindings: Bindings | undefined, options?: RecordOptions): void {
  const bound = bindings?.options
  const user = options?.user ?? bound?.user
  const userId = user === undefined ? scope.userId : user.id === undefined ? undefined : String(user.id)
  const trace = options?.trace ?? bound?.trace ?? scope.trace
  // That of the scope counts on with each event: the client took the event's step of it when it was made.
  const flow = options?.flow ?? bound?.flow
  const tags = scope.tags === undefined && bound?.tags === undefined ? options?.tags : distinct([scope.tags, bound?.tags, options?.tags])
  const service = options?.service ?? bound?.service
  const environment = options?.environment ?? bound?.environment
  const release = options?.release ?? bound?.release
  const dataset = options?.dataset ?? bound?.dataset
  const sessionId = options?.sessionId ?? bound?.sessionId ?? scope.sessionId
  const requestId = options?.requestId ?? bound?.requestId ?? scope.requestId
  const request = requestOf(scope, bound, options)

  if (service !== undefined) parts.service = service
  if (environment !== undefined) parts.environment = environment
  if (release !== undefined) parts.release = release
  if (dataset !== undefined) parts.dataset = dataset
  if (tags !== undefined) parts.tags = tags as string[]
  if (trace !== undefined) {
    parts.traceId = trace.traceId
    if (trace.spanId !== undefined) parts.spanId = trace.spanId
  }
  if (sessionId !== undefined) parts.sessionId = sessionId
  if (userId !== undefined) parts.userId = userId
  if (requestId !== undefined) parts.requestId = requestId
  if (flow !== undefined) {
    parts.flowId = flow.id
    if (flow.step !== undefined) parts.stepIndex = flow.step
  }
  if (request !== undefined) parts.request = request

  let attributes = scope.attributes
  // A user of the event or of its logger takes the place of the scope's, with everything known about him.
  if (user === undefined && scope.user !== undefined) attributes = merge(attributes, { user: scope.user })
  if (trace?.parentSpanId !== undefined) attributes = merge(attributes, { trace: { parentSpanId: trace.parentSpanId } })
  if (bound !== undefined) attributes = merge(attributes, attributesOf(bound, options?.user === undefined))
  attributes = merge(attributes, bindings?.attributes)
  if (attributes !== undefined) parts.attributes = attributes
  if (bound?.detail !== undefined) parts.detail = bound.detail
}

/** Options that have no field of their own, under the names of attributes that the server's pages know. */
function attributesOf({ user, perf, deploy, action, notify, fingerprint }: RecordOptions, withUser = true): JsonObject | undefined {
  let attributes: JsonObject | undefined
  const add = (name: string, value: Json): void => {
    attributes ??= {}
    attributes[name] = value
  }
  if (withUser && user !== undefined) {
    const rest = aboutUser(user)
    if (rest !== undefined) add('user', rest)
  }
  if (perf !== undefined) add('perf', perf)
  if (deploy !== undefined) add('deploy', deploy)
  if (action !== undefined) add('action', action)
  if (notify !== undefined) add('notify', notify)
  if (fingerprint !== undefined) add('fingerprint', typeof fingerprint === 'string' ? fingerprint : [...fingerprint])
  return attributes
}

function aboutUser({ id: _, ...rest }: User): JsonObject | undefined {
  // Plain JSON since the record was made.
  return Object.keys(rest).length === 0 ? undefined : (rest as JsonObject)
}

/** What a request is known by; an event that says how long it took has its duration there, where timelines look for it. */
function requestOf(scope: ScopeData, bound: RecordOptions | undefined, options: RecordOptions | undefined): JsonObject | undefined {
  const durationMs = options?.perf?.durationMs
  let request = scope.request as JsonObject | undefined
  request = merge(request, bound?.request as JsonObject | undefined)
  request = merge(request, options?.request as JsonObject | undefined)
  if (typeof durationMs !== 'number' || durationMs < 0 || options?.request?.durationMs !== undefined) return request
  return { ...request, durationMs }
}

function distinct(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const given = lists.filter((list) => list !== undefined)
  if (given.length < 2) return given[0]
  const tags = new Set<string>()
  for (const list of given) for (const tag of list) tags.add(tag)
  return [...tags]
}

function merge(first: JsonObject | undefined, second: JsonObject | undefined): JsonObject | undefined {
  if (first === undefined) return second
  return second === undefined ? first : { ...first, ...second }
}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
