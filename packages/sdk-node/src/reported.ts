/*
 * One exception passes several places on its way out: the wrapper of a handler, the framework's hook, its logger. The first captures it.
 * All copies of the SDK in a thread know which ones those are: Next bundles its hook and its routes apart.
 */
const KEY = Symbol.for('heartwood.node.reported')

// globalThis has no type for what is kept under a symbol.
type Realm = { [KEY]?: WeakSet<object> }

const reported = (): WeakSet<object> => {
  const realm = globalThis as Realm
  realm[KEY] ??= new WeakSet()
  return realm[KEY]
}

export const wasReported = (thrown: unknown): boolean => typeof thrown === 'object' && thrown !== null && reported().has(thrown)

/** @returns whether it was the first time; what is no object is new each time */
export const markReported = (thrown: unknown): boolean => {
  if (typeof thrown !== 'object' || thrown === null) return true
  const known = reported()
  if (known.has(thrown)) return false
  known.add(thrown)
  return true
}
