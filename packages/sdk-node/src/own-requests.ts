import { contextStorage, ownWork } from './registry.ts'

/*
 * What the SDK does itself must not be watched by the SDK: its requests would be breadcrumbs of the program, and a hook of the program that
 * writes to the console would make an event for each event. The mark stands where a scope would: on Node 20 each further AsyncLocalStorage
 * is paid for by everything asynchronous that the program does.
 */

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
  return contextStorage().run(ownWork(), quiet)
}

/** Whether the SDK itself is at work here. */
export const isOwnRequest = (): boolean => contextStorage().getStore() === ownWork()
