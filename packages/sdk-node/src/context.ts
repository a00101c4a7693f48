import type { ContextStore } from '@heartwood/sdk-core'
import { isOwnWork } from './own-requests.ts'
import { contextStorage } from './registry.ts'

/** Scopes along Node's asynchronous calls. */
export const createContextStore = (): ContextStore => {
  const storage = contextStorage()
  return {
    current() {
      const holder = storage.getStore()
      return isOwnWork(holder) ? undefined : holder
    },
    run: (holder, run) => storage.run(holder, run),
  }
}
