import { describeBinary } from './describe.ts'

/** How an object of the language is shown: as a text, as another value, or by what it holds. */
export type Shown =
  | { readonly as: 'text'; readonly text: string }
  | { readonly as: 'value'; readonly value: unknown }
  | { readonly as: 'error' }
  | { readonly as: 'map'; readonly map: Map<unknown, unknown> }
  | { readonly as: 'list'; readonly items: Iterable<unknown>; readonly length: number }

/** A literal that does not say itself how it looks. */
export function isPlain(value: object): boolean {
  try {
    return Object.getPrototypeOf(value) === Object.prototype && typeof (value as { toJSON?: unknown }).toJSON !== 'function'
  } catch {
    return false
  }
}

const text = (shown: string): Shown => ({ as: 'text', text: shown })
const ERROR: Shown = { as: 'error' }

/** Objects of the language that hold what their members do not show; undefined for all others. May throw: any of them may be made by a program. */
export function readSpecial(value: object): Shown | undefined {
  if (value instanceof Error) return ERROR
  if (value instanceof Date) return text(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString())
  if (ArrayBuffer.isView(value)) return text(describeBinary(value))
  if (value instanceof Map) return { as: 'map', map: value }
  if (value instanceof Set) return { as: 'list', items: value, length: value.size }
  if (value instanceof RegExp) return text(String(value))
  if (value instanceof String || value instanceof Number || value instanceof Boolean || value instanceof BigInt || value instanceof Symbol) {
    return { as: 'value', value: value.valueOf() }
  }
  return readForeign(value)
}

/** Also those of other realms, such as a test runner's or a virtual machine's, and of platforms. */
function readForeign(value: object): Shown | undefined {
  switch (Object.prototype.toString.call(value)) {
    case '[object Error]':
    case '[object DOMException]':
      return ERROR
    case '[object Date]':
      return text(new Date(Number(value)).toJSON() ?? 'Invalid Date')
    case '[object Map]':
      return { as: 'map', map: value as Map<unknown, unknown> }
    case '[object Set]':
      return { as: 'list', items: value as Set<unknown>, length: (value as Set<unknown>).size }
    case '[object RegExp]':
    case '[object URLSearchParams]':
      return text(String(value))
    case '[object Headers]':
    case '[object FormData]':
      return { as: 'map', map: new Map(value as Iterable<[unknown, unknown]>) }
    case '[object ArrayBuffer]':
    case '[object SharedArrayBuffer]':
      return text(describeBinary(value as ArrayBuffer))
    case '[object Promise]':
      return text('[Promise]')
    case '[object WeakMap]':
      return text('[WeakMap]')
    case '[object WeakSet]':
      return text('[WeakSet]')
    case '[object WeakRef]':
      return text('[WeakRef]')
    default:
      return undefined
  }
}
