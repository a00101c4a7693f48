import { KINDS, LEVELS } from '@heartwood/protocol/model'
import type { BeforeSend, ErrorFields, Json, JsonObject, OutgoingEvent } from '../types.ts'
import { createSnapshots } from '../values/snapshot.ts'
import { isObject } from './build-event.ts'

/** Runs a hook on a copy. @returns what is to be sent; undefined when the hook leaves the event out */
export type RunHook = (hook: BeforeSend, event: OutgoingEvent) => OutgoingEvent | undefined

/** A hook may do anything: what it gives back is copied into plain JSON, and what makes no sense in it stays as it was. */
export function createHooks(report: (error: Error) => void): RunHook {
  // Whole events, which hold breadcrumbs and frames: deeper than one attribute.
  const snapshots = createSnapshots({ text: 262_144, depth: 20, members: 10_000, values: 100_000, bytes: 8_388_608 })
  return (hook, event) => {
    let given: unknown
    try {
      given = hook(cloneEvent(event))
    } catch (thrown) {
      report(new Error('beforeSend threw; the event is sent as it was.', { cause: thrown }))
      return event
    }
    if (given === null) return undefined
    const problem = problemOf(given)
    if (problem === undefined && isSound(given as object)) {
      const sent = given as OutgoingEvent
      return sent.id === event.id ? sent : { ...sent, id: event.id }
    }
    if (problem === undefined) return repair(snapshots.value(given) as JsonObject, event)
    report(new Error(`beforeSend must return the event or null, not ${problem}; the event is sent as it was.`))
    return event
  }
}

/** A copy that may be changed at any depth. */
export function cloneEvent(event: OutgoingEvent): OutgoingEvent {
  // An event is plain JSON.
  return cloneJson(event as unknown as Json) as unknown as OutgoingEvent
}

function cloneJson(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloneJson)
  const copy: JsonObject = { ...value }
  for (const name of Object.keys(copy)) {
    const member = copy[name]
    // `__proto__`, an own member since the spread, has no setter any more.
    if (typeof member === 'object' && member !== null) copy[name] = cloneJson(member)
  }
  return copy
}

function problemOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return given === undefined ? 'nothing' : `a ${typeof given}`
  try {
    if (Array.isArray(given)) return 'a list'
    if (!('then' in given) || typeof given.then !== 'function') return undefined
    // Nobody waits for it; its failure must not become an unhandled rejection of the program.
    given.then(undefined, () => {})
    return 'a promise: it runs while the event waits to be sent and cannot wait itself'
  } catch {
    return 'an object that cannot be read'
  }
}

const TEXTS = ['service', 'environment', 'release', 'host', 'dataset', 'traceId', 'spanId', 'sessionId', 'userId', 'requestId', 'flowId'] as const
const OBJECTS = ['attributes', 'request', 'detail'] as const

function repair(given: JsonObject, event: OutgoingEvent): OutgoingEvent {
  const { level, kind, timestamp, message, tags, stepIndex, error, ...rest } = given
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp
  // Members that we do not know stay: the server keeps them as attributes.
  const repaired: OutgoingEvent = {
    ...rest,
    id: event.id,
    kind: KINDS.find((one) => one === kind) ?? event.kind,
    timestamp: typeof at === 'number' && Number.isFinite(at) ? at : event.timestamp,
    level: LEVELS.find((one) => one === level) ?? event.level,
    message: isNothing(message) ? '' : asText(message),
  }
  for (const name of TEXTS) {
    const value = given[name]
    if (isNothing(value)) delete repaired[name]
    else repaired[name] = asText(value)
  }
  for (const name of OBJECTS) {
    const value = given[name]
    if (isNothing(value)) delete repaired[name]
    else repaired[name] = isObject(value) ? value : { value: value as Json }
  }
  if (!isNothing(tags)) repaired.tags = (Array.isArray(tags) ? tags : [tags as Json]).filter((tag) => !isNothing(tag)).map(asText)
  if (typeof stepIndex === 'number') repaired.stepIndex = stepIndex
  if (!isNothing(error)) repaired.error = asError(error)
  return repaired
}

type Check = (value: unknown) => boolean
const isText: Check = (value) => typeof value === 'string' && value.length <= LONGEST
const isGroup: Check = (value) => isObject(value) && isJson(value, 1)
const CHECKS: { readonly [Name in keyof OutgoingEvent]-?: Check } = {
  id: isText,
  kind: (value) => KINDS.some((one) => one === value),
  timestamp: Number.isFinite,
  level: (value) => LEVELS.some((one) => one === value),
  message: isText,
  service: isText,
  environment: isText,
  release: isText,
  host: isText,
  dataset: isText,
  tags: (value) => Array.isArray(value) && value.every(isText),
  attributes: isGroup,
  traceId: isText,
  spanId: isText,
  sessionId: isText,
  userId: isText,
  requestId: isText,
  flowId: isText,
  stepIndex: Number.isFinite,
  error: (value) => isGroup(value) && Object.values(value as JsonObject).every(isText),
  request: isGroup,
  detail: isGroup,
}
const LONGEST = 262_144
const DEEPEST = 20
const REQUIRED = ['kind', 'timestamp', 'level', 'message'] as const

/** Whether it has no members but those of an event. */
export const isKnown = (event: OutgoingEvent): boolean => {
  for (const name in event) if (!Object.hasOwn(CHECKS, name)) return false
  return true
}

/** Whether what a hook gave back is an event as it stands: then nothing has to be copied or mended. Most are. */
function isSound(given: object): boolean {
  try {
    if (Object.getPrototypeOf(given) !== Object.prototype || !isKnown(given as OutgoingEvent)) return false
    for (const name of REQUIRED) if (!Object.hasOwn(given, name)) return false
    for (const name in given) if (!CHECKS[name as keyof OutgoingEvent]((given as JsonObject)[name])) return false
    return true
  } catch {
    return false
  }
}

function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.length <= LONGEST
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return true
    case 'object':
      return value === null || (depth < DEEPEST && isJsonObject(value, depth + 1))
    default:
      return false
  }
}

function isJsonObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isJson(value[index], depth)) return false
    return true
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const name in value) if (!isJson((value as JsonObject)[name], depth)) return false
  return true
}

const UNDEFINED = '[undefined]'
const isNothing = (value: Json | undefined): value is null | undefined => value === undefined || value === null || value === UNDEFINED
const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''))

function asError(error: Json | undefined): ErrorFields {
  if (!isObject(error)) return { message: asText(error) }
  // What else a hook put beside these is kept: the server reads it as `error.<name>`.
  const fields: ErrorFields = { ...(error as { [name: string]: unknown }) }
  for (const name of ['type', 'message', 'stack'] as const) {
    if (isNothing(error[name])) delete fields[name]
    else fields[name] = asText(error[name])
  }
  return fields
}
