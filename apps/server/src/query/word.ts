import type { Glob } from './ast.ts'
import { except, literal, type Regexp, setOf } from './regexp/syntax.ts'

/**
 * Words as the index of messages cuts them: runs of ASCII letters and digits and of everything beyond ASCII. What stands between
 * is a border.
 */
const BORDER = setOf([0x00, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7f])
const NOT_SPACE = except(setOf([0x09, 0x0d], [0x20, 0x20]))
const TOKEN = /[0-9A-Za-z\u0080-\u{10ffff}]+/gu
/** Scripts that put no spaces between words: there a word is found inside of others. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const isTokenChar = (char: string | undefined): boolean => char !== undefined && /^[0-9A-Za-z\u0080-\u{10ffff}]$/u.test(char)

/** Whether a text that ends or begins with this character has to stop there. */
const needsBorder = (char: string | undefined): boolean => isTokenChar(char) && !UNSPACED.test(char ?? '')

export interface WordShape {
  /** It may not begin, or end, inside of a word. */
  borderBefore: boolean
  borderAfter: boolean
  /** Tokens that each match contains whole. */
  tokens: string[]
  /** It is one token and nothing else: the index alone decides. */
  isToken: boolean
}

export function wordShape(glob: Glob): WordShape {
  const first = glob[0] ?? ''
  const last = glob.at(-1) ?? ''
  const borderBefore = needsBorder([...first][0])
  const borderAfter = needsBorder([...last].at(-1))
  const tokens = glob.flatMap((part, i) =>
    [...part.matchAll(TOKEN)].flatMap(({ 0: token, index }) => {
      const cutBefore = index === 0 && !(i === 0 && borderBefore)
      const cutAfter = index + token.length === part.length && !(i === glob.length - 1 && borderAfter)
      return cutBefore || cutAfter ? [] : [token]
    }),
  )
  return { borderBefore, borderAfter, tokens: [...new Set(tokens)], isToken: glob.length === 1 && tokens[0] === first }
}

/** The word as a pattern for a text that is in lower case already. A star stands for anything but space. */
export function wordRegexp(glob: Glob, shape: WordShape): Regexp {
  const items: Regexp[] = []
  if (shape.borderBefore)
    items.push({
      is: 'choice',
      items: [
        { is: 'edge', at: 'start' },
        { is: 'chars', set: BORDER },
      ],
    })
  for (const [i, part] of glob.entries()) {
    if (i > 0 && !(i === 1 && glob[0] === '') && !(i === glob.length - 1 && part === '')) {
      items.push({ is: 'repeat', item: { is: 'chars', set: NOT_SPACE }, min: 0, max: Number.POSITIVE_INFINITY })
    }
    items.push(literal(part))
  }
  if (shape.borderAfter)
    items.push({
      is: 'choice',
      items: [
        { is: 'edge', at: 'end' },
        { is: 'chars', set: BORDER },
      ],
    })
  return { is: 'sequence', items }
}

/** Whether a text has the word (without stars) between borders; both in lower case. */
export function containsWord(text: string, word: string, shape: WordShape): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length
    if (!(shape.borderBefore && isTokenUnit(text.charCodeAt(at - 1))) && !(shape.borderAfter && isTokenUnit(text.charCodeAt(end)))) return true
  }
  return false
}

const isTokenUnit = (unit: number): boolean =>
  unit >= 0x80 || (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)

/** A bare word of this kind may be an id: it is also compared with the ids of an event. */
export const looksLikeId = (word: string): boolean => word.length >= 6 && word.length <= 200 && /[0-9@]/.test(word) && !/[\s/]/.test(word)

/** The longest part between two stars. */
export const longestPart = (glob: Glob): string => glob.reduce((best, part) => (part.length > best.length ? part : best), '')

/** Whether a glob matches a whole text. Linear: the first fit of each part is as good as any other. */
export function matchesGlob(text: string, glob: Glob): boolean {
  const first = glob[0] ?? ''
  const last = glob.at(-1) ?? ''
  if (glob.length === 1) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of glob.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
