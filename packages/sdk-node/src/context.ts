import type { AsyncLocalStorage } from 'node:async_hooks'
import type { ContextStore, ScopeHolder } from '@heartwood/sdk-core'

/** Scopes along Node's asynchronous calls. */
export const createContextStore = (storage: AsyncLocalStorage<ScopeHolder>): ContextStore => ({
  current: () => storage.getStore(),
  run: (holder, run) => storage.run(holder, run),
})
