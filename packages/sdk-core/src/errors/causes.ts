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
}

/** Everything below an error, the nearest first, each once; at most 10. */
export function linkedErrors(error: object): LinkedError[] {
  const found: LinkedError[] = []
  const seen = new Set<unknown>([error])
  const follow = (from: object): void => {
    for (const link of linksOf(from)) {
      if (found.length === MAX_CAUSES) return
      if (isObject(link.value)) {
        if (seen.has(link.value)) continue
        seen.add(link.value)
      }
      found.push(link)
      if (isObject(link.value)) follow(link.value)
    }
  }
  follow(error)
  return found
}

function linksOf(error: object): LinkedError[] {
  const links: LinkedError[] = []
  const cause = read(error, 'cause')
  // Classes of libraries have methods of this name.
  if (cause !== undefined && cause !== null && typeof cause !== 'function') links.push({ value: cause, relation: 'cause' })
  for (const relation of ['error', 'suppressed'] as const) {
    const value = read(error, relation)
    if (isErrorLike(value)) links.push({ value, relation })
  }
  const members = read(error, 'errors')
  if (Array.isArray(members)) for (const value of members.slice(0, MAX_CAUSES)) if (isErrorLike(value)) links.push({ value, relation: 'errors' })
  return links
}

/** As `detail.causes` has it; the stacks stand in the stack of the whole. */
export function describeCause({ value, relation }: LinkedError): JsonObject {
  const described: JsonObject = {}
  if (isObject(value)) for (const [name, json] of Object.entries(ownProperties(value).scalars)) described[name.slice('error.'.length)] = json
  return Object.assign(described, { relation, type: typeOf(value), message: cutLater(messageOf(value), MAX_TEXT) })
}
