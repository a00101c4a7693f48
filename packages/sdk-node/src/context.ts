import type { ContextStore } from '@heartwood/sdk-core'
import { contextStorage, ownWork } from './registry.ts'

/** Scopes along Node's asynchronous calls. */
export const createContextStore = (): ContextStore => {
  const storage = contextStorage()
  const own = ownWork()
  return {
    current() {
      const holder = storage.getStore()
      return holder === own ? undefined : holder
    },
    run: (holder, run) => storage.run(holder, run),
  }
}
