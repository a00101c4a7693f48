import type { ContextStore } from '@heartwood/sdk-core'
import { isOwnWork, markHook, scopeOf } from './own-requests.ts'
import { contextStorage } from './registry.ts'

/** Scopes along Node's asynchronous calls. */
export const createContextStore = (): ContextStore => {
  const storage = contextStorage()
  return {
    current: () => scopeOf(storage.getStore()),
    run(holder, run) {
      if (isOwnWork(storage.getStore())) markHook(holder)
      return storage.run(holder, run)
    },
  }
}
