/** Code points: sorted pairs of first and last, and Unicode classes by name (`L`, `Lu`, `Han`). */
export interface CharSet {
  ranges: readonly (readonly [number, number])[]
  classes: readonly { name: string; negated: boolean }[]
  negated: boolean
}

/**
 * A regular expression in the part of the syntax that every engine of linear time shares: no look-around, no back-references. The
 * engine's pattern and our own automaton are both made from this tree, so that a live tail and a search agree.
 */
export type Regexp =
  | { is: 'chars'; set: CharSet }
  | { is: 'sequence'; items: readonly Regexp[] }
  | { is: 'choice'; items: readonly Regexp[] }
  | { is: 'repeat'; item: Regexp; min: number /** Infinity when it is open. */; max: number }
  | { is: 'edge'; at: Edge }

/** `start` and `end` of the text, of a line, or of a word (ASCII letters, digits and `_`). */
export type Edge = 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word'

export const EMPTY: Regexp = { is: 'sequence', items: [] }

export const setOf = (...ranges: (readonly [number, number])[]): CharSet => ({ ranges, classes: [], negated: false })
export const except = (set: CharSet): CharSet => ({ ...set, negated: !set.negated })

export const DIGIT = setOf([0x30, 0x39])
export const WORD = setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a])
export const SPACE = setOf([0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20])
export const NEWLINE = setOf([0x0a, 0x0a])

/** Each character of a text, for itself. */
export const literal = (text: string): Regexp => ({
  is: 'sequence',
  items: [...text].map((char) => {
    const point = char.codePointAt(0) ?? 0
    return { is: 'chars', set: setOf([point, point]) }
  }),
})

/** Names that both RE2 and `\p{…}` of JavaScript know; scripts need a prefix in JavaScript. */
export const CATEGORIES = new Set('L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp'.split(' '))
export const SCRIPTS = new Set('Arabic Cyrillic Devanagari Greek Han Hangul Hebrew Hiragana Katakana Latin Thai'.split(' '))

/** How many steps of an automaton it becomes, with counted repetitions written out. */
export function sizeOf(regexp: Regexp): number {
  switch (regexp.is) {
    case 'chars':
      return regexp.set.classes.length > 0 ? 300 : regexp.set.negated ? 12 : 1 + regexp.set.ranges.length
    case 'edge':
      return 1
    case 'sequence':
    case 'choice':
      return regexp.items.reduce((sum, item) => sum + sizeOf(item), 1)
    case 'repeat':
      return 1 + sizeOf(regexp.item) * Math.max(1, Number.isFinite(regexp.max) ? regexp.max : regexp.min + 1)
  }
}
