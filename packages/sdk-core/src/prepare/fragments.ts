import type { Bindings } from '../record.ts'
import type { ScopeData } from '../scope-data.ts'
import { addParts, type SharedParts } from './build-event.ts'
import type { LineWriter } from './line.ts'

/** What a scope and a logger add to the lines of their events, written once. */
export interface Fragment {
  readonly scope: ScopeData
  readonly bindings: Bindings | undefined
  /** `,"userId":"7"`: fields behind the message. */
  readonly fields: string
  /** `"tenant":"a"`: attributes before those of the event. */
  readonly members: string
  /** The same attributes: those of an event take their places. */
  readonly attributes: { readonly [name: string]: unknown } | undefined
}

/** As many scopes and loggers as take turns in a busy program; a map that lets go of them costs the collector more than writing them again. */
const KEPT = 16

/** The fragments that were used last, by what they are of, which never changes. */
export function createFragments(writer: LineWriter): (scope: ScopeData, bindings: Bindings | undefined) => Fragment {
  const kept: Fragment[] = []
  let next = 0
  let last: Fragment | undefined

  return (scope, bindings) => {
    if (last !== undefined && last.scope === scope && last.bindings === bindings) return last
    for (const fragment of kept) {
      if (fragment.scope === scope && fragment.bindings === bindings) {
        last = fragment
        return fragment
      }
    }
    last = write(scope, bindings, writer)
    kept[next] = last
    next = (next + 1) % KEPT
    return last
  }
}

function write(scope: ScopeData, bindings: Bindings | undefined, writer: LineWriter): Fragment {
  const parts: SharedParts = {}
  addParts(parts, scope, bindings)
  const { attributes } = parts
  return { scope, bindings, fields: writer.fields(parts), members: attributes === undefined ? '' : writer.members(attributes), attributes }
}
