/** What a query may be. Larger ones are refused with `query-invalid` before anything is built from them. */
export const BOUNDS = {
  /** UTF-16 units. */
  length: 10_000,
  /** Parentheses and negations inside each other. */
  depth: 50,
  /** Words, phrases and fields together. */
  terms: 200,
  /** Stars in one word or value. */
  stars: 20,
  /** UTF-16 units of one regular expression. */
  regexpLength: 1_000,
  /** Steps that a regular expression becomes, counted repetitions written out. */
  regexpSize: 10_000,
} as const
