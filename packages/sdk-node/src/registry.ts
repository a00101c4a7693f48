import { AsyncLocalStorage } from 'node:async_hooks'
import type { Client, ScopeHolder } from '@heartwood/sdk-core'

/*
 * A program may hold this package several times: as ES module and CommonJS, or in two versions. What must exist once in a thread
 * lies here, on `globalThis`, under a symbol that all copies know. Workers have a `globalThis` of their own and so a client of their own.
 */
const KEY = Symbol.for('heartwood.node')

/** Raised when copies that know only the older meaning could not work with what is shared; from then on they share nothing but patches. */
const GENERATION = 1

interface Shared {
  client: Client | undefined
  /** The last one that was closed. */
  former: Client | undefined
  readonly context: AsyncLocalStorage<ScopeHolder>
}

interface Patch {
  readonly listeners: Set<unknown>
  readonly uninstall: () => boolean
}

/** Its shape is for ever: every version must read what another one wrote. */
interface Root {
  readonly generations: Map<number, Shared>
  readonly patches: Map<string, Patch>
}

const root = (): Root => {
  // globalThis has no type for what is kept under a symbol.
  const holder = globalThis as { [KEY]?: Root }
  const present = holder[KEY]
  if (present !== undefined) return present
  const made: Root = { generations: new Map(), patches: new Map() }
  // Not enumerable and not replaceable: programs that copy or clean up globals (test runners) leave it alone.
  Object.defineProperty(globalThis, KEY, { value: made, enumerable: false, writable: false, configurable: false })
  return made
}

const shared = (): Shared => {
  const { generations } = root()
  const present = generations.get(GENERATION)
  if (present !== undefined) return present
  const made: Shared = { client: undefined, former: undefined, context: new AsyncLocalStorage<ScopeHolder>() }
  generations.set(GENERATION, made)
  return made
}

/** The client of `init` in this thread, whichever copy of the package made it. */
export const getClient = (): Client | undefined => shared().client

/** @returns the one that was there */
export const setClient = (client: Client | undefined): Client | undefined => {
  const state = shared()
  const previous = state.client
  state.client = client
  return previous
}

/** A client was closed: if it is that of `init`, there is none any more. */
export const clientClosed = (client: Client): void => {
  const state = shared()
  if (state.client !== client) return
  state.client = undefined
  state.former = client
}

/** The last client of `init` that was closed, for its counts. */
export const formerClient = (): Client | undefined => shared().former

/** One for all copies, so that a scope opened by one is seen by the others. */
export const contextStorage = (): AsyncLocalStorage<ScopeHolder> => shared().context

/**
 * Changes something global (console, http, process events) once in a thread, however many clients and copies ask for it.
 *
 *     const leave = joinPatch('console', listener, (listeners) => {
 *       const original = console.log
 *       const patched = (...values) => { for (const listener of listeners) listener(values); original(...values) }
 *       console.log = patched
 *       return () => { if (console.log !== patched) return false; console.log = original; return true }
 *     })
 *
 * @param name known to all versions; a new one when the listeners' shape changes
 * @param install runs for the first listener. It gets the living set of all and returns what takes the change back; that answers false
 *   when somebody else has changed the same thing on top of it: then it stays, hears no one, and serves whoever joins next.
 * @returns what takes the listener back; the last one takes the change back
 */
export const joinPatch = <Listener>(name: string, listener: Listener, install: (listeners: ReadonlySet<Listener>) => () => boolean): (() => void) => {
  const { patches } = root()
  let patch = patches.get(name)
  if (patch === undefined) {
    const listeners = new Set<Listener>()
    listeners.add(listener)
    patch = { listeners, uninstall: install(listeners) }
    patches.set(name, patch)
  } else {
    patch.listeners.add(listener)
  }
  const joined = patch
  return () => {
    if (!joined.listeners.delete(listener) || joined.listeners.size > 0) return
    if (joined.uninstall()) patches.delete(name)
  }
}
