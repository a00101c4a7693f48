import type { LineReader, Reading, TextEvent } from './reading.ts'

/** Finds the reader of a line. The one that matched last comes first, unless it is a general one. */
export interface Matcher {
  /** @returns null when a reader knows the line as one that says nothing; undefined when none knows it. */
  match(line: string, reading: Reading): TextEvent | null | undefined
  /** Which reader matched last. */
  readonly matched: LineReader | undefined
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
/** `2024-`, `2024/`, `2024.` */
const beginsWithYear = (line: string): boolean => {
  const sign = line.charCodeAt(4)
  return (sign === 45 || sign === 47 || sign === 46) && isDigit(line.charCodeAt(0)) && isDigit(line.charCodeAt(3))
}

/** The readers whose lines can begin with each of the first 128 characters; the last list is for all others. */
const createDispatch = (all: readonly LineReader[], dated: boolean): LineReader[][] => {
  const readers = all.filter((reader) => reader.dated === undefined || reader.dated === dated)
  const dispatch: LineReader[][] = []
  for (let code = 0; code <= 128; code++) {
    dispatch.push(readers.filter(({ first }) => first === '' || (code < 128 && first.includes(String.fromCharCode(code)))))
  }
  return dispatch
}

export const createMatcher = (readers: readonly LineReader[]): Matcher => {
  const datedReaders = createDispatch(readers, true)
  const otherReaders = createDispatch(readers, false)
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
      const dispatch = beginsWithYear(line) ? datedReaders : otherReaders
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
