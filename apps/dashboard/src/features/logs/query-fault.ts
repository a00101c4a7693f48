import { ApiError } from '@heartwood/protocol'
import type { QueryFault } from './query-bar/query-editor.tsx'

/** Where and why the server could not read the query; undefined when the failure is another. */
export function toQueryFault(error: unknown): (QueryFault & { hint: string }) | undefined {
  if (!(error instanceof ApiError) || error.code !== 'query-invalid') return undefined
  const details = (typeof error.details === 'object' && error.details !== null ? error.details : {}) as Record<string, unknown>
  const column = typeof details.column === 'number' ? details.column : 1
  return {
    from: Math.max(0, column - 1),
    length: typeof details.length === 'number' ? details.length : 1,
    message: error.message,
    hint: typeof details.hint === 'string' ? details.hint : '',
  }
}
