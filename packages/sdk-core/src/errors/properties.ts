import type { Json, JsonObject } from '../types.ts'
import { cutLater } from '../values/cut-text.ts'
import { isErrorLike, isPlainObject, namesOf, read } from './look.ts'

/** What hangs on an error beside its message: `code`, `errno`, `statusCode`, `sql` … */

const MAX_PROPERTIES = 30
const MAX_TEXT = 4_096
const MAX_NODES = 200
const MAX_DEPTH = 3

/** Said elsewhere: in fields of their own, or as causes. */
const SAID = new Set(['name', 'message', 'stack', 'cause'])
/** What clients of HTTP and databases hang on their errors: whole requests with bodies and keys, connections, timers. */
const LEFT_OUT = new Set(['config', 'request', 'req', 'res', 'options', 'timings', 'socket', 'client', 'connection', 'domain', 'domainEmitter'])
/** Names that an event has for something else. */
const TAKEN = new Set(['type', 'name', 'message', 'stack', 'cause'])

export interface OwnProperties {
  /** Copied when the error was captured; by the attribute's name. */
  readonly scalars: JsonObject
  /** Objects and lists, read later: copying them costs more than the caller should pay. */
  readonly others: readonly (readonly [name: string, value: object])[]
}

const NOTHING: OwnProperties = { scalars: {}, others: [] }

export function ownProperties(value: object): OwnProperties {
  const names = namesOf(value)
  if (names.length === 0) return NOTHING
  const scalars: JsonObject = {}
  const others: [string, object][] = []
  let count = 0
  for (const name of names) {
    if (SAID.has(name) || LEFT_OUT.has(name)) continue
    const member = read(value, name)
    const attribute = `error.${TAKEN.has(name) ? 'own.' : ''}${cutLater(name, 100)}`
    if (typeof member === 'object' && member !== null) {
      // Errors among them are causes.
      if (isErrorLike(member)) continue
      others.push([attribute, member])
    } else {
      const json = scalar(member)
      if (json === undefined) continue
      scalars[attribute] = json
    }
    count += 1
    if (count === MAX_PROPERTIES) break
  }
  return { scalars, others }
}

/** The attributes of an error; undefined when it has none. */
export function toAttributes({ scalars, others }: OwnProperties): JsonObject | undefined {
  const attributes: JsonObject = { ...scalars }
  const budget = { nodes: MAX_NODES }
  for (const [name, value] of others) {
    const json = name === 'error.response' ? answerOf(value) : toJson(value, 1, budget)
    if (json !== undefined) attributes[name] = json
  }
  return Object.keys(attributes).length === 0 ? undefined : attributes
}

/** Of an answer, how it went: the rest holds whole bodies. */
function answerOf(value: object): Json | undefined {
  const status = scalar(read(value, 'status')) ?? scalar(read(value, 'statusCode'))
  return status === undefined ? undefined : { status }
}

function scalar(value: unknown): Json | undefined {
  switch (typeof value) {
    case 'string':
      return cutLater(value, MAX_TEXT)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      return String(value)
    default:
      return value === null ? null : undefined
  }
}

function toJson(value: unknown, depth: number, budget: { nodes: number }): Json | undefined {
  budget.nodes -= 1
  if (budget.nodes < 0) return undefined
  if (typeof value !== 'object' || value === null) return scalar(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (isErrorLike(value)) return undefined
  if (Array.isArray(value)) {
    return depth > MAX_DEPTH ? '…' : value.slice(0, MAX_PROPERTIES).map((item: unknown) => toJson(item, depth + 1, budget) ?? null)
  }
  // Instances of classes are connections, requests, buffers: they say what they are, not what went wrong.
  if (!isPlainObject(value)) return undefined
  if (depth > MAX_DEPTH) return '…'
  const object: JsonObject = {}
  for (const name of namesOf(value).slice(0, MAX_PROPERTIES)) {
    const json = toJson(read(value, name), depth + 1, budget)
    if (json !== undefined && name !== '__proto__') object[cutLater(name, 100)] = json
  }
  return Object.keys(object).length === 0 ? undefined : object
}
