import { endOfString } from './decode-lenient.ts'

/** How far a JSON value that opens with `{` or `[` reaches, without parsing it. */
export interface Extent {
  /** Index behind the value, or where the reading was given up. */
  end: number
  closed: boolean
}

/**
 * @param lines whether the text is made of lines: then a string that runs over the end of its line, or a `{` at the start of a later line, shows that
 * the value was cut off, and the entries after it are not swallowed.
 */
export const extentOf = (text: string, at: number, lines: boolean): Extent => {
  let depth = 0
  let lineEnd = -1
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) {
      const end = endOfString(text, i)
      if (lines) {
        // Looked up once a line, or a long line with many strings would take quadratic time.
        if (lineEnd < i) lineEnd = text.indexOf('\n', i)
        if (lineEnd < 0) lineEnd = text.length
        if (lineEnd < end && lineEnd < text.length) return { end: lineEnd, closed: false }
      }
      i = end - 1
    } else if (code === 123 || code === 91) depth++
    else if (code === 125 || code === 93) {
      depth--
      if (depth === 0) return { end: i + 1, closed: true }
    } else if (lines && code === 10 && text.charCodeAt(i + 1) === 123) return { end: i, closed: false }
  }
  return { end: text.length, closed: false }
}
