import type { Json, JsonObject } from '../types.ts'
import { cutLater, detached } from './cut-text.ts'
import { describeFunction, describeThrown, readMember } from './describe.ts'
import { SNAPSHOT_LIMITS, type SnapshotLimits } from './snapshot-limits.ts'
import { isPlain, readSpecial, type Shown } from './special-objects.ts'

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
/** Larger objects are copied member by member: spreading them reads what is not kept, and engines slow down at it. */
const MAX_LITERAL = 100

type Members = { [name: string]: unknown }

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
      const special = readSpecial(value)
      if (special !== undefined) return copyShown(special, value)
    }
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') {
      const given: unknown = toJSON.call(value, '')
      if (given !== value) return copy(given)
    }
    return prototype === Object.prototype ? copyLiteral(value as Members) : copyMembers(value)
  }

  const copyShown = (shown: Shown, value: object): Json => {
    switch (shown.as) {
      case 'text':
        return copyText(shown.text)
      case 'value':
        return copy(shown.value)
      case 'error':
        return copyError(value)
      case 'map':
        return copyMap(shown.map)
      case 'list':
        return copyList(shown.items, shown.length)
    }
  }

  /**
   * What nearly every call hands in: a literal of a few members, most often of scalars alone. The spread keeps the shape, so that reading the
   * copy later is cheap, too. Counting first keeps large ones from being spread.
   */
  const copyLiteral = (value: Members): JsonObject => {
    let members = 0
    for (const _ in value) if (++members > MAX_LITERAL) return copyMembers(value)
    let copied: Members
    try {
      copied = { ...value }
    } catch {
      return copyMembers(value)
    }
    let size = 2
    for (const name in copied) {
      const member = copied[name]
      size += name.length + 8
      if (name.length > NAME_LIMIT) return copyMembers(value)
      if (typeof member === 'string' && member.length <= max.text) size += member.length
      else if (!(typeof member === 'boolean' || member === null || (typeof member === 'number' && Number.isFinite(member))))
        return copyNested(value, copied)
    }
    bytes += size
    values += members
    // Only scalars are left.
    return copied as JsonObject
  }

  /** @param copied its spread, whose members are still those of the program */
  const copyNested = (value: Members, copied: Members): JsonObject => {
    stand(value)
    let members = 0
    let hasLongName = false
    for (const name in copied) {
      if (name.length > NAME_LIMIT) hasLongName = true
      if (members === max.members || values > max.values || bytes > max.bytes) return keepFirst(copied, members)
      members++
      values++
      bytes += name.length + 8
      const member = copied[name]
      if (typeof member === 'string' && member.length <= max.text) bytes += member.length
      else if (!(typeof member === 'boolean' || (typeof member === 'number' && Number.isFinite(member)))) copied[name] = copy(member)
    }
    // Everything in it was copied.
    return hasLongName ? keepFirst(copied, members) : (copied as JsonObject)
  }

  /** The outermost object comes here without the others' way, which is longer. */
  const stand = (value: object): void => {
    if (around.length === 0) around.push(value)
  }

  const keepFirst = (copied: Members, count: number): JsonObject => {
    const kept: JsonObject = {}
    const names = Object.keys(copied)
    for (const name of names.slice(0, count)) set(kept, name, copied[name] as Json)
    if (names.length > count) kept[REST] = `[+${names.length - count}]`
    return kept
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
    let seen = 0
    for (const key of map.keys()) {
      if (typeof key !== 'string') return copyList(map.entries(), map.size)
      if (++seen >= max.members) break
    }
    const into: JsonObject = {}
    let taken = 0
    for (const [name, member] of map) {
      if (isFull(into, taken++, map.size)) break
      set(into, name as string, copy(member))
    }
    return into
  }

  const copyMembers = (value: object): JsonObject => {
    stand(value)
    const into: JsonObject = {}
    const names = Object.keys(value)
    let taken = 0
    for (const name of names) {
      if (isFull(into, taken++, names.length)) break
      set(into, name, copy(readMember(value, name)))
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
    const read = (name: string): unknown => readMember(error, name)
    const type = read('name')
    set(into, 'type', copy(typeof type === 'string' && type !== '' ? type : 'Error'))
    set(into, 'message', copy(read('message')))
    const stack = read('stack')
    if (stack !== undefined) set(into, 'stack', copy(stack))
    for (const name of ['cause', 'errors']) {
      const member = read(name)
      if (member !== undefined) set(into, name, copy(member))
    }
    const names = Object.keys(error)
    let taken = 0
    for (const name of names) {
      if (isFull(into, taken++, names.length)) break
      if (!(name in into) && name !== 'name') set(into, name, copy(read(name)))
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
        try {
          return copyLiteral(value as Members)
        } catch (thrown) {
          return { value: copyText(describeThrown(thrown)) }
        }
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
