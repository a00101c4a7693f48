import type { JsonObject } from '../types.ts'
import { cutLater } from '../values/cut-text.ts'
import { isErrorLike, isObject, messageOf, read, typeOf } from './look.ts'
import { ownProperties } from './properties.ts'

const MAX_CAUSES = 10
const MAX_TEXT = 2_000

/** What led to an error, or belongs to it. */
export interface LinkedError {
  readonly value: unknown
  /** `cause`; `errors` of an AggregateError; `error` and `suppressed` of a SuppressedError. */
  readonly relation: 'cause' | 'errors' | 'error' | 'suppressed'
  /** Whose: 0 the error itself, n the nth of these. */
  readonly of: number
}

/** Everything below an error, the nearest first, each once; at most 10. */
export function linkedErrors(error: object): LinkedError[] {
  const found: LinkedError[] = []
  const seen = new Set<unknown>([error])
  const follow = (from: object, of: number): void => {
    for (const link of linksOf(from, of)) {
      if (found.length === MAX_CAUSES) return
      if (isObject(link.value)) {
        if (seen.has(link.value)) continue
        seen.add(link.value)
      }
      found.push(link)
      if (isObject(link.value)) follow(link.value, found.length)
    }
  }
  follow(error, 0)
  return found
}

function linksOf(error: object, of: number): LinkedError[] {
  const links: LinkedError[] = []
  const cause = read(error, 'cause')
  // Classes of libraries have methods of this name.
  if (cause !== undefined && cause !== null && typeof cause !== 'function') links.push({ value: cause, relation: 'cause', of })
  for (const relation of ['error', 'suppressed'] as const) {
    const value = read(error, relation)
    if (isErrorLike(value)) links.push({ value, relation, of })
  }
  const members = read(error, 'errors')
  if (Array.isArray(members)) {
    const isHidden = isHiddenMember(error, 'errors')
    for (const value of members.slice(0, MAX_CAUSES)) if (isHidden || isErrorLike(value)) links.push({ value, relation: 'errors', of })
  }
  return links
}

/** As that of an AggregateError: what is in it, error or not, stands in no attribute. */
function isHiddenMember(object: object, name: string): boolean {
  try {
    return Object.getOwnPropertyDescriptor(object, name)?.enumerable === false
  } catch {
    return false
  }
}

/** As `detail.causes` has it; the stacks stand in the stack of the whole. Whose it is stands there where that is not the one before it. */
export function describeCause({ value, relation, of }: LinkedError, index: number): JsonObject {
  const described: JsonObject = {}
  if (isObject(value)) for (const [name, json] of Object.entries(ownProperties(value).scalars)) described[name.slice('error.'.length)] = json
  if (of === index) delete described.of
  else described.of = of
  return Object.assign(described, { relation, type: typeOf(value), message: cutLater(messageOf(value), MAX_TEXT) })
}
