import { endOfString } from './decode-lenient.ts'

/** How far a JSON value that opens with `{` or `[` reaches, without parsing it. */
export interface Extent {
  /** Index behind the value, or where the reading was given up. */
  end: number
  closed: boolean
}

/** The extent of a value in a text where only brackets matter. */
export const extentOf = (text: string, at: number): Extent => scan(text, at, undefined)

/**
 * The extent of a value in a text made of lines: a string that runs over the end of its line, or a `{` at the start of a later line, shows that the
 * value was cut off, and the entries after it are not swallowed.
 * @param lineEnd where the line of `at` ends.
 */
export const extentInLines = (text: string, at: number, lineEnd: number): Extent => scan(text, at, lineEnd)

const scan = (text: string, at: number, firstLineEnd: number | undefined): Extent => {
  let depth = 0
  let lineEnd = firstLineEnd ?? text.length
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      i = endOfString(text, i) - 1
      if (i > lineEnd) return { end: lineEnd, closed: false }
    } else if (code === 123 || code === 91) depth++
    else if (code === 125 || code === 93) {
      depth--
      if (depth === 0) return { end: i + 1, closed: true }
    } else if (code === 10 && firstLineEnd !== undefined) {
      if (text.charCodeAt(i + 1) === 123) return { end: i, closed: false }
      lineEnd = text.indexOf('\n', i + 1)
      if (lineEnd < 0) lineEnd = text.length
    }
  }
  return { end: text.length, closed: false }
}
