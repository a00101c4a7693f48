import type { Partial } from '@heartwood/protocol'
import { type Context, say } from '../context.ts'

/** Says why an answer does not hold everything, if it does not. */
export function sayPartial(context: Context, partial: Partial, what: 'searched' | 'counted'): void {
  if (partial !== null) say(context, `Not everything was ${what} (${partial.reason}): ${partial.message}`)
}
