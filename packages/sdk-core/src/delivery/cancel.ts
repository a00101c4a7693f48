import type { Cancel } from '../ports.ts'

/** The part of an AbortController that is needed, for platforms without one. */
export const createCancel = (): { readonly signal: Cancel; abort(): void } => {
  const listeners = new Set<() => void>()
  let aborted = false
  return {
    signal: {
      get aborted() {
        return aborted
      },
      addEventListener(_, listener) {
        listeners.add(listener)
      },
      removeEventListener(_, listener) {
        listeners.delete(listener)
      },
    },
    abort() {
      aborted = true
      for (const listener of [...listeners]) listener()
      listeners.clear()
    },
  }
}
