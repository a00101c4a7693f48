import { cutLater } from '../values/cut-text.ts'

/** Reading values that somebody threw: any of them may be a proxy, have getters that throw, or come from another realm. */

/** Longer texts of errors are cut: what they say stands at the beginning. */
const MAX_MESSAGE = 32_000
const MAX_TYPE = 200

/** undefined when reading it throws. */
export function read(object: object, name: string): unknown {
  try {
    return (object as { [name: string]: unknown })[name]
  } catch {
    return undefined
  }
}

export const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'

export function isErrorLike(value: unknown): value is Error {
  if (!isObject(value)) return false
  try {
    if (value instanceof Error) return true
    const tag = Object.prototype.toString.call(value)
    if (tag === '[object Error]' || tag === '[object DOMException]') return true
  } catch {
    return false
  }
  return typeof read(value, 'stack') === 'string' && typeof read(value, 'message') === 'string'
}

export function isPlainObject(value: unknown): value is { [name: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false
  try {
    const prototype = Object.getPrototypeOf(value)
    // Of another realm: the prototype is not ours, but has none of its own.
    return prototype === null || Object.getPrototypeOf(prototype) === null
  } catch {
    return false
  }
}

/** Own enumerable names; none when the object does not let itself be asked. */
export function namesOf(object: object): string[] {
  try {
    return Object.keys(object)
  } catch {
    return []
  }
}

const BUILT_IN = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError'])
/** Classes that Node makes its errors with; their `name` says what they are. */
const OF_RUNTIME = new Set(['NodeError', 'SystemError', 'Object', ''])

/** The class of an error, also where it did not set its `name`. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (!isObject(value)) return typeof value
  const name = read(value, 'name')
  const named = typeof name === 'string' ? name : ''
  const isError = isErrorLike(value)
  if (isError && named !== '' && !BUILT_IN.has(named)) return cutLater(named, MAX_TYPE)
  const made = read(value, 'constructor')
  const maker = isObject(made) ? read(made, 'name') : undefined
  const makerSaysMore = typeof maker === 'string' && !OF_RUNTIME.has(maker) && !(BUILT_IN.has(maker) && named !== '')
  if (makerSaysMore) return cutLater(maker, MAX_TYPE)
  if (isError) return named === '' ? 'Error' : named
  const type = named === '' ? read(value, 'type') : named
  return typeof type === 'string' && /^[\w$.-]{1,100}$/.test(type) ? type : 'Object'
}

const SAYING = ['message', 'msg', 'reason', 'error_description', 'detail', 'title']

/** What an error says, in words: never empty but for errors without a message. */
export function messageOf(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return `${value} was thrown`
  if (!isObject(value)) return cutLater(String(value), MAX_MESSAGE)
  const own = read(value, 'message')
  if (typeof own === 'string' && own !== '') return cutLater(own, MAX_MESSAGE)
  if (isErrorLike(value)) return depth < 3 ? ofMembers(value, depth) : ''
  if (typeof value === 'function') return 'a function was thrown'
  for (const name of SAYING) {
    const text = read(value, name)
    if (typeof text === 'string' && text !== '') return cutLater(text, MAX_MESSAGE)
  }
  const inner = read(value, 'error')
  if (inner !== undefined && inner !== null && inner !== '' && depth < 3) return messageOf(inner, depth + 1)
  return preview(value)
}

/** Node's failed connections are an AggregateError that says nothing itself. */
function ofMembers(error: object, depth: number): string {
  const members = read(error, 'errors')
  if (!Array.isArray(members) || members.length === 0) return ''
  const first = messageOf(members[0], depth + 1)
  return members.length === 1 ? first : `${first} (and ${members.length - 1} more)`
}

function preview(value: object): string {
  const names = namesOf(value)
  if (names.length === 0) return `an empty ${Array.isArray(value) ? 'list' : typeOf(value)} was thrown`
  const parts = names.slice(0, 8).map((name) => {
    const member = read(value, name)
    return `${name}: ${typeof member === 'string' ? JSON.stringify(cutLater(member, 60)) : isObject(member) ? '…' : String(member)}`
  })
  return `{ ${parts.join(', ')}${names.length > 8 ? ', …' : ''} }`
}
