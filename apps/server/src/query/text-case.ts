/**
 * Case as the engine folds it. `lower` changes ASCII letters only and is what the message is indexed by; `lowerUTF8` changes each
 * code point that has one lower-case code point.
 */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

const NON_ASCII = /[\u0080-\u{10ffff}]/u

export function lowerAll(text: string): string {
  if (!NON_ASCII.test(text)) return text.toLowerCase()
  let result = ''
  for (const char of text) {
    const lower = char.toLowerCase()
    result += [...lower].length === 1 ? lower : char
  }
  return result
}

/** Whether a text has letters whose case `lower` would not fold. */
export const hasWideCase = (text: string): boolean =>
  NON_ASCII.test(text) && [...text].some((char) => char > '\u007f' && (char.toLowerCase() !== char || char.toUpperCase() !== char))

/** All ways to write a token in which letters beyond ASCII are upper or lower case; undefined when they are too many. */
export function caseVariants(token: string, most: number): string[] | undefined {
  let variants = ['']
  for (const char of lowerAll(token)) {
    const upper = char.toUpperCase()
    const hasTwo = char > '\u007f' && upper !== char && [...upper].length === 1 && lowerAll(upper) === char
    variants = variants.flatMap((variant) => (hasTwo ? [variant + char, variant + upper] : [variant + char]))
    if (variants.length > most) return undefined
  }
  return variants
}
