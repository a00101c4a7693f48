import { BOUNDS } from '../bounds.ts'
import { queryError, type Span } from '../query-error.ts'
import { CATEGORIES, type CharSet, DIGIT, EMPTY, except, NEWLINE, type Regexp, SCRIPTS, SPACE, setOf, sizeOf, WORD } from './syntax.ts'

interface Flags {
  ignoreCase: boolean
  dotAll: boolean
  multiline: boolean
}

const POSIX: ReadonlyMap<string, CharSet> = new Map(
  Object.entries<CharSet>({
    alnum: setOf([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
    alpha: setOf([0x41, 0x5a], [0x61, 0x7a]),
    digit: DIGIT,
    lower: setOf([0x61, 0x7a]),
    upper: setOf([0x41, 0x5a]),
    space: setOf([0x09, 0x0d], [0x20, 0x20]),
    punct: setOf([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
    word: WORD,
    xdigit: setOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
  }),
)

/**
 * @param offset where the pattern begins in the query, for the columns of errors.
 * @throws HeartwoodError `query-invalid`
 */
export function parseRegexp(source: string, ignoreCase: boolean, offset = 0): Regexp {
  const whole = { start: offset, end: offset + source.length }
  if (source.length > BOUNDS.regexpLength) {
    throw queryError(whole, 'This regular expression is too long', `Use at most ${BOUNDS.regexpLength} characters.`)
  }
  const regexp = new RegexpParser(source, offset, { ignoreCase, dotAll: false, multiline: false }).parse()
  if (sizeOf(regexp) > BOUNDS.regexpSize) {
    throw queryError(whole, 'This regular expression is too large', 'Use smaller counts in {…}, or fewer classes such as \\p{L}.')
  }
  return regexp
}

class RegexpParser {
  readonly #chars: string[]
  readonly #offsets: number[]
  readonly #offset: number
  #flags: Flags
  #at = 0
  #depth = 0

  constructor(source: string, offset: number, flags: Flags) {
    this.#chars = [...source]
    this.#offset = offset
    this.#flags = flags
    let position = offset
    this.#offsets = this.#chars.map((char) => {
      const here = position
      position += char.length
      return here
    })
    this.#offsets.push(position)
  }

  parse(): Regexp {
    const regexp = this.#choice()
    if (this.#at < this.#chars.length) throw this.#error('There is a ) without its (', 'Write \\) to search for the character.')
    return regexp
  }

  #peek(ahead = 0): string {
    return this.#chars[this.#at + ahead] ?? ''
  }

  #takes(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#peek(i) !== text[i]) return false
    this.#at += text.length
    return true
  }

  #error(message: string, hint: string, from = this.#at): Error {
    const span: Span = { start: this.#offsets[from] ?? this.#offset, end: this.#offsets[Math.max(from + 1, this.#at)] ?? this.#offset }
    return queryError(span, message, hint)
  }

  #choice(): Regexp {
    if (++this.#depth > BOUNDS.depth) throw this.#error('This regular expression is nested too deep', `Use at most ${BOUNDS.depth} levels.`)
    const flags = this.#flags
    const items = [this.#sequence()]
    while (this.#takes('|')) items.push(this.#sequence())
    this.#flags = flags
    this.#depth--
    return items.length === 1 ? (items[0] ?? EMPTY) : { is: 'choice', items }
  }

  #sequence(): Regexp {
    const items: Regexp[] = []
    while (this.#at < this.#chars.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom()
      if (atom) items.push(this.#repeated(atom))
    }
    return items.length === 1 ? (items[0] ?? EMPTY) : { is: 'sequence', items }
  }

  #repeated(item: Regexp): Regexp {
    const from = this.#at
    const range = this.#quantifier()
    if (!range) return item
    if (range.min > range.max || (Number.isFinite(range.max) ? range.max : range.min) > 1_000) {
      throw this.#error('This count cannot be', 'Counts rise, and none is above 1000.', from)
    }
    // Lazy or greedy makes no difference to whether something matches.
    this.#takes('?')
    const second = this.#at
    if (this.#quantifier()) throw this.#error('Two repetitions in a row', 'Put the inner one in parentheses.', second)
    return { is: 'repeat', item, ...range }
  }

  #quantifier(): { min: number; max: number } | undefined {
    if (this.#takes('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.#takes('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.#takes('?')) return { min: 0, max: 1 }
    const counted = /^\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/.exec(this.#chars.slice(this.#at, this.#at + 14).join(''))
    if (!counted) return undefined
    this.#at += counted[0].length
    const min = Number(counted[1])
    return { min, max: counted[3] !== undefined ? Number(counted[3]) : counted[2] ? Number.POSITIVE_INFINITY : min }
  }

  #atom(): Regexp | undefined {
    const from = this.#at
    const char = this.#peek()
    this.#at++
    switch (char) {
      case '(':
        return this.#group(from)
      case '[':
        return this.#chars1(this.#bracket(from))
      case '.':
        return { is: 'chars', set: this.#flags.dotAll ? except(setOf()) : except(NEWLINE) }
      case '^':
        return { is: 'edge', at: this.#flags.multiline ? 'line-start' : 'start' }
      case '$':
        return { is: 'edge', at: this.#flags.multiline ? 'line-end' : 'end' }
      case '*':
      case '+':
      case '?':
        throw this.#error(`There is nothing before ${char} to repeat`, `Write \\${char} to search for the character.`, from)
      case '\\':
        return this.#escape(from)
      default:
        return this.#one(char.codePointAt(0) ?? 0)
    }
  }

  #group(from: number): Regexp | undefined {
    const flags = { ...this.#flags }
    if (this.#takes('?')) {
      if (this.#takes('=') || this.#takes('!') || this.#takes('<=') || this.#takes('<!')) {
        throw this.#error('Look-around is not supported', 'Combine several terms instead: /a/ -/b/', from)
      }
      const named = /^P?<[A-Za-z_]\w*>/.exec(this.#rest(210))
      const setting = /^([ims]*)(?:-([ims]+))?([:)])/.exec(this.#rest(12))
      if (named) this.#at += named[0].length
      else if (setting) {
        this.#at += setting[0].length
        const next = { ...this.#flags }
        for (const [letters, on] of [
          [setting[1] ?? '', true],
          [setting[2] ?? '', false],
        ] as const) {
          if (letters.includes('i')) next.ignoreCase = on
          if (letters.includes('s')) next.dotAll = on
          if (letters.includes('m')) next.multiline = on
        }
        this.#flags = next
        // (?i) lasts to the end of the group it stands in.
        if (setting[3] === ')') return undefined
      } else throw this.#error('This kind of group is not supported', 'Use (…), (?:…), (?<name>…) or flags such as (?i).', from)
    }
    const inner = this.#choice()
    if (!this.#takes(')')) throw this.#error('A ( is never closed', 'Add the ), or write \\( to search for the character.', from)
    this.#flags = flags
    return inner
  }

  #rest(length: number): string {
    return this.#chars.slice(this.#at, this.#at + length).join('')
  }

  #escape(from: number): Regexp {
    const char = this.#peek()
    this.#at++
    if (char === 'b') return { is: 'edge', at: 'word' }
    if (char === 'B') return { is: 'edge', at: 'not-word' }
    if (char === 'A') return { is: 'edge', at: 'start' }
    if (char === 'z' || char === 'Z') return { is: 'edge', at: 'end' }
    const value = this.#escaped(char, from)
    return typeof value === 'number' ? this.#one(value) : this.#chars1(value)
  }

  /** What `\…` stands for, in a class as well as outside. */
  #escaped(char: string, from: number): number | CharSet {
    switch (char) {
      case '':
        throw this.#error('The \\ at the end escapes nothing', 'Write \\\\ to search for the character.', from)
      case 'd':
        return DIGIT
      case 'D':
        return except(DIGIT)
      case 'w':
        return WORD
      case 'W':
        return except(WORD)
      case 's':
        return SPACE
      case 'S':
        return except(SPACE)
      case 'n':
        return 0x0a
      case 'r':
        return 0x0d
      case 't':
        return 0x09
      case 'f':
        return 0x0c
      case 'v':
        return 0x0b
      case '0':
        return 0
      case 'x':
      case 'u':
        return this.#hex(char, from)
      case 'p':
      case 'P':
        return this.#unicodeClass(char === 'P', from)
      default:
        if (/[1-9k]/.test(char)) throw this.#error('Back-references are not supported', 'Write out what should repeat.', from)
        if (/[A-Za-z]/.test(char)) throw this.#error(`\\${char} is not known here`, 'docs/reference/search.md lists what can be written.', from)
        return char.codePointAt(0) ?? 0
    }
  }

  #hex(kind: string, from: number): number {
    const found = /^(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{2})([0-9a-f]{2})?)/i.exec(this.#rest(8))
    const short = found?.[2] === undefined ? undefined : kind === 'x' ? found[2] : found[3] === undefined ? undefined : found[2] + found[3]
    const digits = found?.[1] ?? short
    const point = digits === undefined ? Number.NaN : Number.parseInt(digits, 16)
    if (!(point <= 0x10ffff) || digits === undefined) throw this.#error(`\\${kind} needs a code point`, 'Write \\x41, \\u0041 or \\x{1f600}.', from)
    this.#at += found?.[1] === undefined ? digits.length : digits.length + 2
    return point
  }

  #unicodeClass(negated: boolean, from: number): CharSet {
    const found = /^(?:\{(\^?)([A-Za-z]{1,20})\}|([A-Z]))/.exec(this.#rest(24))
    const name = found?.[2] ?? found?.[3] ?? ''
    if (!found || (!CATEGORIES.has(name) && !SCRIPTS.has(name))) {
      throw this.#error('This Unicode class is not known', 'Use a category such as \\p{L}, \\p{Lu}, \\p{Nd}, or a script such as \\p{Han}.', from)
    }
    this.#at += found[0].length
    return { ranges: [], classes: [{ name, negated: negated !== (found[1] === '^') }], negated: false }
  }

  #bracket(from: number): CharSet {
    const negated = this.#takes('^')
    const ranges: (readonly [number, number])[] = []
    const classes: { name: string; negated: boolean }[] = []
    let first = true
    while (first || this.#peek() !== ']') {
      if (this.#at >= this.#chars.length) throw this.#error('A [ is never closed', 'Add the ], or write \\[ to search for the character.', from)
      first = false
      const start = this.#member(from)
      if (typeof start !== 'number') {
        for (const range of start.negated ? complement(start) : start.ranges) ranges.push(range)
        classes.push(...start.classes)
        continue
      }
      let end = start
      if (this.#peek() === '-' && this.#peek(1) !== ']' && this.#peek(1) !== '') {
        const dash = this.#at
        this.#at++
        const last = this.#member(from)
        if (typeof last !== 'number' || last < start)
          throw this.#error('This range of characters runs backwards', 'Write \\- for the character itself.', dash)
        end = last
      }
      ranges.push([start, end])
    }
    this.#at++
    return { ranges, classes, negated }
  }

  #member(from: number): number | CharSet {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#rest(14))
    const known = posix?.[2] === undefined ? undefined : POSIX.get(posix[2])
    if (posix && known) {
      this.#at += posix[0].length
      return posix[1] === '^' ? except(known) : known
    }
    const char = this.#peek()
    this.#at++
    if (char !== '\\') return char.codePointAt(0) ?? 0
    const next = this.#peek()
    this.#at++
    return next === 'b' ? 0x08 : this.#escaped(next, from)
  }

  #one(point: number): Regexp {
    return this.#chars1(setOf([point, point]))
  }

  #chars1(set: CharSet): Regexp {
    return { is: 'chars', set: this.#flags.ignoreCase ? foldSet(set) : set }
  }
}

const complement = (set: CharSet): [number, number][] => {
  const result: [number, number][] = []
  let next = 0
  for (const [first, last] of [...set.ranges].sort((a, b) => a[0] - b[0])) {
    if (first > next) result.push([next, first - 1])
    next = Math.max(next, last + 1)
  }
  if (next <= 0x10ffff) result.push([next, 0x10ffff])
  return result
}

/** Adds the other case of each letter. Ranges of more than a few hundred letters hold both cases already, or none. */
function foldSet(set: CharSet): CharSet {
  const ranges: (readonly [number, number])[] = [...set.ranges]
  for (const [first, last] of set.ranges) {
    if (last - first > 500) continue
    for (let point = first; point <= last; point++) {
      const char = String.fromCodePoint(point)
      for (const other of [char.toLowerCase(), char.toUpperCase()]) {
        const folded = other.codePointAt(0) ?? point
        if (folded !== point && String.fromCodePoint(folded) === other) ranges.push([folded, folded])
      }
    }
  }
  return { ...set, ranges }
}
