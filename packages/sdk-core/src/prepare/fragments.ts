import type { Bindings } from '../record.ts'
import type { Redactor } from '../redact/redactor.ts'
import type { ScopeData } from '../scope-data.ts'
import { buildParts, type SharedParts } from './build-event.ts'
import { membersOf } from './line.ts'
import { redactEvent } from './redact-event.ts'

/** What a scope and a logger add to the lines of their events, written once. */
export interface Fragment {
  /** `,"userId":"7"`: fields behind the message. */
  readonly fields: string
  /** `"tenant":"a"`: attributes before those of the event. */
  readonly attributes: string
  /** Attributes by name: those of an event take their places. */
  readonly names: ReadonlySet<string> | undefined
}

/** Fragments by what they are of; both never change, so none has to be written twice. They go when their scopes and loggers go. */
export function createFragments(redactor: Redactor): (scope: ScopeData, bindings: Bindings | undefined) => Fragment {
  const NONE = {}
  const known = new WeakMap<ScopeData, WeakMap<object, Fragment>>()
  let lastScope: ScopeData | undefined
  let lastBindings: Bindings | undefined
  let last: Fragment | undefined

  const find = (scope: ScopeData, bindings: Bindings | undefined): Fragment => {
    let ofScope = known.get(scope)
    if (ofScope === undefined) {
      ofScope = new WeakMap()
      known.set(scope, ofScope)
    }
    let fragment = ofScope.get(bindings ?? NONE)
    if (fragment === undefined) {
      fragment = write(buildParts(scope, bindings), redactor)
      ofScope.set(bindings ?? NONE, fragment)
    }
    return fragment
  }

  return (scope, bindings) => {
    if (last === undefined || scope !== lastScope || bindings !== lastBindings) {
      last = find(scope, bindings)
      lastScope = scope
      lastBindings = bindings
    }
    return last
  }
}

function write({ attributes, ...rest }: SharedParts, redactor: Redactor): Fragment {
  const fields = JSON.stringify(redactEvent(rest, redactor))
  return {
    fields: fields === '{}' ? '' : `,${fields.slice(1, -1)}`,
    attributes: attributes === undefined ? '' : membersOf(attributes, redactor),
    names: attributes === undefined ? undefined : new Set(Object.keys(attributes)),
  }
}
