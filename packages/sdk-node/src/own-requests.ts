import { EMPTY_SCOPE, type ScopeHolder } from '@heartwood/sdk-core'
import { contextStorage } from './registry.ts'

/*
 * What the SDK does itself must not be watched by the SDK: its requests would be breadcrumbs of the program, and a hook of the program that
 * writes to the console would make an event for each event. The mark stands where a scope would: on Node 20 each further AsyncLocalStorage
 * is paid for by everything asynchronous that the program does.
 */
const MARK = Symbol.for('heartwood.node.own')

type Marked = ScopeHolder & { [MARK]?: 'nobody' | 'hook' }

/** Stands where the SDK itself is at work; nobody's scope. Those of all copies of the SDK bear the same mark. */
const OWN_WORK: Marked = { data: EMPTY_SCOPE, [MARK]: 'nobody' }

export const isOwnWork = (holder: ScopeHolder | undefined): boolean => holder !== undefined && MARK in holder

/** Whose scope a holder is: undefined where the SDK is at work for nobody. */
export const scopeOf = (holder: ScopeHolder | undefined): ScopeHolder | undefined =>
  holder !== undefined && (holder as Marked)[MARK] === 'nobody' ? undefined : holder

/** A scope that a hook of the program opens while the SDK is at work: it takes the place of the mark, and has to bear it on. */
export const markHook = (scope: ScopeHolder): void => {
  ;(scope as Marked)[MARK] = 'hook'
}

/** Runs something where somebody else's watching is off. */
export type Quieten = <Result>(run: () => Result) => Result

const quieteners = new Set<Quieten>()

/** Lets a tracer beside us leave alone what the SDK does itself. @returns what ends it */
export const quietenOwn = (quieten: Quieten): (() => void) => {
  quieteners.add(quieten)
  return () => quieteners.delete(quieten)
}

/** Runs what the SDK does itself, what comes of it later included: its requests and output are not captured. */
export const runAsOwn = <Result>(run: () => Result): Result => {
  let quiet = run
  for (const quieten of quieteners) {
    const inner = quiet
    quiet = () => quieten(inner)
  }
  return contextStorage().run(OWN_WORK, quiet)
}

/** Whether the SDK itself is at work here. */
export const isOwnRequest = (): boolean => isOwnWork(contextStorage().getStore())
