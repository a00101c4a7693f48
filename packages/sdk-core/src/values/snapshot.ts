import { LIMITS } from '@heartwood/protocol/model'
import type { Json, JsonObject } from '../types.ts'
import { cutLater, detached } from './cut-text.ts'
import { describeBinary, describeFunction, describeThrown } from './describe.ts'

/** How much of a value is copied: the rest is marked, so that no value can hold up or fill its program. */
export interface SnapshotLimits {
  /** Characters of one text. */
  readonly text: number
  /** Objects within objects. */
  readonly depth: number
  /** Members of one object or list. */
  readonly members: number
  /** Values of one call. */
  readonly values: number
  /** Estimated bytes of one call. */
  readonly bytes: number
}

const SNAPSHOT_LIMITS: SnapshotLimits = {
  text: LIMITS.attributeValue,
  depth: LIMITS.attributeDepth,
  members: 1_000,
  values: 10_000,
  bytes: 1_048_576,
}

/** Copies anything into plain JSON. Never throws; nothing of the copy is shared with the original. */
export interface Snapshots {
  /** Members of an object; what is none stands under the name `value`. */
  attributes(value: unknown): JsonObject
  value(value: unknown): Json
  /** About how many bytes the last copy takes. */
  readonly lastBytes: number
}

const NAME_LIMIT = 1_024
const REST = '…'
const MAX_SCALARS = 100

type Members = { [name: string]: unknown }

/** A literal that does not say itself how it looks. */
function isPlain(value: object): value is Members {
  try {
    return Object.getPrototypeOf(value) === Object.prototype && typeof (value as Members).toJSON !== 'function'
  } catch {
    return false
  }
}

export function createSnapshots(limits: Partial<SnapshotLimits> = {}): Snapshots {
  const max = { ...SNAPSHOT_LIMITS, ...limits }
  let bytes = 0
  let values = 0
  /** The objects around the one that is being copied. */
  const around: object[] = []

  const copy = (value: unknown): Json => {
    switch (typeof value) {
      case 'string':
        return copyText(value)
      case 'number':
        bytes += 8
        return Number.isFinite(value) ? value : String(value)
      case 'boolean':
        bytes += 5
        return value
      case 'object':
        if (value !== null) return copyObject(value)
        bytes += 4
        return null
      case 'undefined':
        bytes += 13
        return '[undefined]'
      case 'bigint':
      case 'symbol':
        return copyText(String(value))
      default:
        return copyGuarded(() => copyText(describeFunction(value as object)))
    }
  }

  const copyText = (text: string): string => {
    if (text.length <= max.text) {
      bytes += text.length + 4
      return text
    }
    bytes += max.text + 16
    return detached(cutLater(text, max.text))
  }

  const copyGuarded = (make: () => Json): Json => {
    try {
      return make()
    } catch (thrown) {
      return copyText(describeThrown(thrown))
    }
  }

  const copyObject = (value: object): Json => {
    bytes += 2
    if (++values > max.values || bytes > max.bytes) return '[Cut]'
    if (around.includes(value)) return '[Circular]'
    if (around.length >= max.depth) return copyGuarded(() => (Array.isArray(value) ? `[List: ${value.length}]` : '[Object]'))
    const depth = around.push(value)
    try {
      return copyKind(value)
    } catch (thrown) {
      return copyText(describeThrown(thrown))
    } finally {
      around.length = depth - 1
    }
  }

  const copyKind = (value: object): Json => {
    if (Array.isArray(value)) return copyArray(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      const special = copySpecial(value)
      if (special !== undefined) return special
    }
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') {
      const given: unknown = toJSON.call(value, '')
      if (given !== value) return copy(given)
    }
    return prototype === Object.prototype ? (copyScalars(value as Members) ?? copyPlain(value as Members)) : copyMembers(value)
  }

  /**
   * Most calls: a literal of a few scalars; undefined for all others. The spread keeps the shape, so that reading the copy later is cheap, too.
   * What it counts it counts for itself: it is on the path of every call.
   */
  const copyScalars = (value: Members): JsonObject | undefined => {
    try {
      const copied = { ...value }
      let size = 2
      let members = 0
      for (const name in copied) {
        const member = copied[name]
        size += name.length + 8
        if (typeof member === 'string' && member.length <= max.text) size += member.length
        else if (!(typeof member === 'boolean' || member === null || (typeof member === 'number' && Number.isFinite(member)))) return undefined
        if (++members > MAX_SCALARS || name.length > NAME_LIMIT) return undefined
      }
      bytes += size
      values += members
      // Only scalars are left.
      return copied as JsonObject
    } catch {
      return undefined
    }
  }

  /**
   * Other literals. The object itself stands in `around` already.
   */
  const copyPlain = (value: Members): JsonObject => {
    let copied: Members
    try {
      copied = { ...value }
    } catch {
      return copyMembers(value)
    }
    let members = 0
    let hasLongName = false
    for (const name in copied) {
      if (members === max.members || values > max.values || bytes > max.bytes) return keepFirst(copied, members)
      members++
      values++
      bytes += name.length + 8
      if (name.length > NAME_LIMIT) hasLongName = true
      const member = copied[name]
      if (typeof member === 'string' && member.length <= max.text) bytes += member.length
      else if (!(typeof member === 'boolean' || (typeof member === 'number' && Number.isFinite(member)))) copied[name] = copy(member)
    }
    // Everything in it was copied.
    return hasLongName ? keepFirst(copied, members) : (copied as JsonObject)
  }

  const keepFirst = (copied: Members, count: number): JsonObject => {
    const kept: JsonObject = {}
    const names = Object.keys(copied)
    for (const name of names.slice(0, count)) set(kept, name, copied[name] as Json)
    if (names.length > count) kept[REST] = `[+${names.length - count}]`
    return kept
  }

  /** Objects of the language that hold what their members do not show; undefined for all others. */
  const copySpecial = (value: object): Json | undefined => {
    if (value instanceof Error) return copyError(value)
    if (value instanceof Date) return copyText(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString())
    if (ArrayBuffer.isView(value)) return copyText(describeBinary(value))
    if (value instanceof Map) return copyMap(value)
    if (value instanceof Set) return copyList(value, value.size)
    if (value instanceof RegExp) return copyText(String(value))
    if (value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt || value instanceof Symbol) {
      return copy(value.valueOf())
    }
    // Also those of other realms, such as a test runner's or a virtual machine's.
    switch (Object.prototype.toString.call(value)) {
      case '[object Error]':
      case '[object DOMException]':
        return copyError(value)
      case '[object Date]':
        return copyText(new Date(Number(value)).toJSON() ?? 'Invalid Date')
      case '[object Map]':
        return copyMap(value as Map<unknown, unknown>)
      case '[object Set]':
        return copyList(value as Set<unknown>, (value as Set<unknown>).size)
      case '[object RegExp]':
      case '[object URLSearchParams]':
        return copyText(String(value))
      case '[object Headers]':
      case '[object FormData]':
        return copyMap(new Map(value as Iterable<[unknown, unknown]>))
      case '[object ArrayBuffer]':
      case '[object SharedArrayBuffer]':
        return copyText(describeBinary(value as ArrayBuffer))
      case '[object Promise]':
        return '[Promise]'
      case '[object WeakMap]':
        return '[WeakMap]'
      case '[object WeakSet]':
        return '[WeakSet]'
      case '[object WeakRef]':
        return '[WeakRef]'
      default:
        return undefined
    }
  }

  const copyArray = (items: readonly unknown[]): Json[] => {
    const { length } = items
    const list: Json[] = []
    for (let index = 0; index < length; index++) {
      if (index === max.members || values > max.values || bytes > max.bytes) {
        list.push(`${REST}[+${length - index}]`)
        break
      }
      values++
      list.push(copy(items[index]))
    }
    return list
  }

  const copyList = (items: Iterable<unknown>, length: number): Json[] => {
    const list: Json[] = []
    for (const item of items) {
      if (list.length >= max.members || values > max.values || bytes > max.bytes) {
        list.push(`${REST}[+${length - list.length}]`)
        break
      }
      values++
      list.push(copy(item))
    }
    return list
  }

  const copyMap = (map: Map<unknown, unknown>): Json => {
    for (const key of map.keys()) if (typeof key !== 'string') return copyList(map.entries(), map.size)
    const into: JsonObject = {}
    let taken = 0
    for (const [name, member] of map) {
      if (isFull(into, taken++, map.size)) break
      set(into, name as string, copy(member))
    }
    return into
  }

  const copyMembers = (value: object): JsonObject => {
    const into: JsonObject = {}
    const names = Object.keys(value)
    let taken = 0
    for (const name of names) {
      if (isFull(into, taken++, names.length)) break
      let member: unknown
      try {
        member = (value as Members)[name]
      } catch (thrown) {
        member = describeThrown(thrown)
      }
      set(into, name, copy(member))
    }
    return into
  }

  const isFull = (into: JsonObject, taken: number, all: number): boolean => {
    if (taken < max.members && values <= max.values && bytes <= max.bytes) {
      values++
      return false
    }
    into[REST] = `[+${all - taken}]`
    return true
  }

  const set = (into: JsonObject, name: string, value: Json): void => {
    bytes += Math.min(name.length, NAME_LIMIT) + 4
    const short = name.length > NAME_LIMIT ? detached(cutLater(name, NAME_LIMIT)) : name
    // Assigned, it would become the prototype instead of a member.
    if (short === '__proto__') Object.defineProperty(into, short, { value, enumerable: true, configurable: true, writable: true })
    else into[short] = value
  }

  const copyError = (error: object): JsonObject => {
    const into: JsonObject = {}
    const read = (name: string): unknown => {
      try {
        return (error as Members)[name]
      } catch (thrown) {
        return describeThrown(thrown)
      }
    }
    const type = read('name')
    set(into, 'type', copy(typeof type === 'string' && type !== '' ? type : 'Error'))
    set(into, 'message', copy(read('message')))
    const stack = read('stack')
    if (stack !== undefined) set(into, 'stack', copy(stack))
    for (const name of ['cause', 'errors']) {
      const member = read(name)
      if (member !== undefined) set(into, name, copy(member))
    }
    for (const name of Object.keys(error)) {
      if (name in into || name === 'name') continue
      if (isFull(into, Object.keys(into).length, Number.POSITIVE_INFINITY)) break
      set(into, name, copy(read(name)))
    }
    return into
  }

  const begin = (): void => {
    bytes = 2
    values = 0
    around.length = 0
  }

  return {
    attributes(value) {
      begin()
      if (typeof value === 'object' && value !== null && isPlain(value)) {
        const scalars = copyScalars(value)
        if (scalars !== undefined) return scalars
      }
      const copied = copy(value)
      return typeof copied === 'object' && copied !== null && !Array.isArray(copied) ? copied : { value: copied }
    },
    value(value) {
      begin()
      return copy(value)
    },
    get lastBytes() {
      return bytes
    },
  }
}
