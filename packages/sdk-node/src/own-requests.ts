import { AsyncLocalStorage } from 'node:async_hooks'

/*
 * What the SDK does itself must not be watched by the SDK: its requests would be breadcrumbs of the program, and a hook of the program that
 * writes to the console would make an event for each event. All copies of the SDK in a process share one mark.
 */
const MARK = Symbol.for('heartwood.node.own')

type Realm = { [MARK]?: AsyncLocalStorage<true> }

const mark = (): AsyncLocalStorage<true> => {
  const realm = globalThis as Realm
  realm[MARK] ??= new AsyncLocalStorage<true>()
  return realm[MARK]
}

/** Runs what the SDK does itself, what comes of it later included: its requests and output are not captured. */
export const runAsOwn = <Result>(run: () => Result): Result => mark().run(true, run)

/** Whether the SDK itself is at work here. */
export const isOwnRequest = (): boolean => mark().getStore() === true
