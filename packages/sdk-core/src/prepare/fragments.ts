import type { Bindings } from '../record.ts'
import type { ScopeData } from '../scope-data.ts'
import { addParts, type SharedParts } from './build-event.ts'
import type { LineWriter } from './line.ts'

/** What a scope and a logger add to the lines of their events, written once. */
export interface Fragment {
  readonly scope: ScopeData
  /** `,"userId":"7"`: fields behind the message. */
  readonly fields: string
  /** `"tenant":"a"`: attributes before those of the event. */
  readonly members: string
  /** The same attributes: those of an event take their places. */
  readonly attributes: { readonly [name: string]: unknown } | undefined
}

/**
 * Fragments by what they are of, which never changes; they go when their scopes and loggers go. A child logger has one at a time, for
 * the scope that it was used in last, a scope has one for its events without a child logger.
 */
export function createFragments(writer: LineWriter): (scope: ScopeData, bindings: Bindings | undefined) => Fragment {
  const known = new WeakMap<object, Fragment>()
  let lastBindings: Bindings | undefined
  let last: Fragment | undefined

  return (scope, bindings) => {
    if (last !== undefined && last.scope === scope && lastBindings === bindings) return last
    const owner = bindings ?? scope
    let fragment = known.get(owner)
    if (fragment === undefined || fragment.scope !== scope) {
      fragment = write(scope, bindings, writer)
      known.set(owner, fragment)
    }
    last = fragment
    lastBindings = bindings
    return fragment
  }
}

function write(scope: ScopeData, bindings: Bindings | undefined, writer: LineWriter): Fragment {
  const parts: SharedParts = {}
  addParts(parts, scope, bindings)
  const { attributes } = parts
  return { scope, fields: writer.fields(parts), members: attributes === undefined ? '' : writer.members(attributes), attributes }
}
