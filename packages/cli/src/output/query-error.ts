import type { ApiError } from '@heartwood/protocol'
import { textWidth } from './text-width.ts'

/** The query with a caret under the place that is wrong, and the hint; just the message when the server named no place. */
export function formatQueryError(query: string, error: ApiError): string {
  const details: unknown = error.details
  const place = typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {}
  const column = typeof place.column === 'number' ? place.column : undefined
  const hint = typeof place.hint === 'string' && place.hint !== '' ? `\nHint: ${place.hint}` : ''
  if (column === undefined || query === '') return `${error.message}${hint}`
  const before = query.slice(0, Math.max(0, column - 1))
  const lineStart = before.lastIndexOf('\n') + 1
  const lineEnd = query.indexOf('\n', lineStart)
  const line = query.slice(lineStart, lineEnd < 0 ? undefined : lineEnd)
  const length = typeof place.length === 'number' ? Math.max(1, Math.min(place.length, line.length - (before.length - lineStart))) : 1
  return `${error.message}\n  ${line}\n  ${' '.repeat(textWidth(before.slice(lineStart)))}${'^'.repeat(length)}${hint}`
}
