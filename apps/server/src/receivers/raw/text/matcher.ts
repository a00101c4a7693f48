import type { LineReader, Reading, TextEvent } from './reading.ts'

/** Finds the reader of a line. The one that matched last comes first, unless it is a general one. */
export interface Matcher {
  /** @returns null when a reader knows the line as one that says nothing; undefined when none knows it. */
  match(line: string, reading: Reading): TextEvent | null | undefined
  /** Which reader matched last. */
  readonly matched: LineReader | undefined
}

/** The readers that can begin with each of the first 128 characters; the last list is for all others. */
const createDispatch = (readers: readonly LineReader[]): LineReader[][] => {
  const dispatch: LineReader[][] = []
  for (let code = 0; code <= 128; code++) {
    dispatch.push(readers.filter(({ first }) => first === '' || (code < 128 && first.includes(String.fromCharCode(code)))))
  }
  return dispatch
}

export const createMatcher = (readers: readonly LineReader[]): Matcher => {
  const dispatch = createDispatch(readers)
  let last: LineReader | undefined
  let matched: LineReader | undefined
  return {
    get matched() {
      return matched
    },
    match(line, reading) {
      if (last && (last.first === '' || last.first.includes(line.charAt(0)))) {
        const event = last.read(line, reading)
        matched = last
        if (event !== undefined) return event
      }
      for (const reader of dispatch[Math.min(line.charCodeAt(0), 128)] ?? []) {
        if (reader === last) continue
        const event = reader.read(line, reading)
        if (event === undefined) continue
        matched = reader
        if (!reader.general) last = reader
        return event
      }
      return undefined
    },
  }
}
