import { HeartwoodError } from '../errors.ts'

/** A stretch of the query text, 0-based. */
export interface Span {
  start: number
  end: number
}

/** What `details` of a `query-invalid` error holds, so that an editor can underline the place. */
export interface QueryErrorDetails {
  /** 1-based, in UTF-16 units. */
  column: number
  length: number
  hint: string
}

export const queryError = (span: Span, message: string, hint: string): HeartwoodError => {
  const details: QueryErrorDetails = { column: span.start + 1, length: Math.max(1, span.end - span.start), hint }
  return new HeartwoodError('query-invalid', `${message} (column ${details.column})`, { details })
}
