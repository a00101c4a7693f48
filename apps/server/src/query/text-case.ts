/**
 * Case as the engine folds it. `lower` changes ASCII letters only and is what the message is indexed by; `lowerUTF8` changes all,
 * by the rules of Unicode, as JavaScript does.
 */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
export const lowerAll = (text: string): string => text.toLowerCase()

const NON_ASCII = /[\u0080-\u{10ffff}]/u

/** Whether a text has letters whose case `lower` would not fold. */
export const hasWideCase = (text: string): boolean =>
  NON_ASCII.test(text) && [...text].some((char) => char > '\u007f' && (char.toLowerCase() !== char || char.toUpperCase() !== char))

/** Letters that are the lower case of more than one other: the Kelvin, Ångström and Ohm signs and the capital ß. */
const MORE_UPPER: ReadonlyMap<string, string> = new Map([
  ['k', '\u212a'],
  ['å', '\u212b'],
  ['ω', '\u2126'],
  ['ß', '\u1e9e'],
])
/** A dotted capital I becomes two characters, and a sigma depends on its place. */
const IRREGULAR = /[\u0307σς]/

/**
 * All tokens that become the given one (in lower case by `lowerAll`), written as `lower` leaves them; undefined when they are too
 * many to ask an index for, or not to be told.
 */
export function caseVariants(token: string, most: number): string[] | undefined {
  if (IRREGULAR.test(token)) return undefined
  let variants = ['']
  for (const char of token) {
    const upper = char.toUpperCase()
    const ways = [char]
    if (char > '\u007f' && upper !== char && [...upper].length === 1) {
      if (upper.toLowerCase() !== char) return undefined
      ways.push(upper)
    }
    const more = MORE_UPPER.get(char)
    if (more !== undefined) ways.push(more)
    variants = variants.flatMap((variant) => ways.map((way) => variant + way))
    if (variants.length > most) return undefined
  }
  return variants
}
