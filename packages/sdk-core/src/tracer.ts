import type { TraceContext } from './types.ts'

/** A tracer beside us, whose current span events belong to. */
export interface Tracer {
  readonly isFollowed: boolean
  /** @returns what ends it */
  follow(current: () => TraceContext | undefined): () => void
  now(): TraceContext | undefined
}

export const createTracer = (report: (error: unknown) => void): Tracer => {
  let followed: (() => TraceContext | undefined) | undefined
  return {
    get isFollowed() {
      return followed !== undefined
    },
    follow(current) {
      followed = current
      return () => {
        if (followed === current) followed = undefined
      }
    },
    now() {
      try {
        return followed?.()
      } catch (error) {
        report(error)
        return undefined
      }
    },
  }
}
