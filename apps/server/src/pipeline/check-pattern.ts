import { PATTERN_WINDOW } from './redaction.ts'

/**
 * Says why a pattern of a project may not be used, undefined when it may. JavaScript's expressions search by backtracking: some need
 * exponential time on texts that an attacker chooses, and they run on each event. What passes needs, for each place where it may
 * begin, about as many steps as the window has characters; windows (redaction.ts) then bound the rest.
 *
 * Refused: what JavaScript cannot read, references back, looking around, repeats inside of repeats, alternatives inside of repeats
 * unless their first characters differ, and two open-ended repeats that could share characters with nothing certain between them.
 */
export function checkPattern(source: string): string | undefined {
  try {
    new RegExp(source, 'u')
  } catch {
    try {
      new RegExp(source)
    } catch (error) {
      return error instanceof Error ? error.message : 'It is not a regular expression.'
    }
  }
  if (new RegExp(`^(?:${source})$`).test('')) return 'It matches the empty text.'
  try {
    const parser = new PatternParser(source)
    checkSequences(parser.parse())
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

class Refusal extends Error {}

/** Characters as a set: 128 for ASCII, one more for all others. */
type CharSet = Uint8Array
const OTHERS = 128
const setOf = (has: (code: number) => boolean, others: boolean): CharSet => {
  const set = new Uint8Array(OTHERS + 1)
  for (let code = 0; code < OTHERS; code++) set[code] = has(code) ? 1 : 0
  set[OTHERS] = others ? 1 : 0
  return set
}
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isWord = (code: number): boolean => isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const ANY = setOf(() => true, true)
const CLASSES: Record<string, CharSet> = {
  d: setOf(isDigit, false),
  D: setOf((code) => !isDigit(code), true),
  w: setOf(isWord, false),
  W: setOf((code) => !isWord(code), true),
  s: setOf(isSpace, true),
  S: setOf((code) => !isSpace(code), true),
}
const CONTROL: Record<string, number> = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0 }
const one = (code: number): CharSet => setOf((other) => other === code, code >= OTHERS)
const union = (a: CharSet, b: CharSet): CharSet => a.map((has, index) => has | (b[index] ?? 0))
const meet = (a: CharSet, b: CharSet): boolean => a.some((has, index) => has === 1 && b[index] === 1)

interface Item {
  min: number
  max: number
  /** A character, or alternatives; an assertion has neither. */
  set?: CharSet
  alternatives?: Item[][]
}

class PatternParser {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  parse(): Item[][] {
    const alternatives = this.alternatives()
    if (this.at < this.source.length) throw new Refusal('It has a bracket too many.')
    return alternatives
  }

  private alternatives(): Item[][] {
    const all: Item[][] = [[]]
    for (;;) {
      const next = this.source[this.at]
      if (next === undefined || next === ')') return all
      if (next === '|') {
        this.at++
        all.push([])
        continue
      }
      const item = this.item()
      this.quantify(item)
      all.at(-1)?.push(item)
    }
  }

  private item(): Item {
    const char = this.source[this.at] ?? ''
    this.at++
    if (char === '(') return this.group()
    if (char === '[') return { min: 1, max: 1, set: this.charClass() }
    if (char === '.') return { min: 1, max: 1, set: ANY }
    if (char === '^' || char === '$') return { min: 0, max: 0 }
    if (char === '\\') return this.escape()
    return { min: 1, max: 1, set: one(char.charCodeAt(0)) }
  }

  private group(): Item {
    if (this.source.startsWith('?', this.at)) {
      const head = /^\?(?::|<[A-Za-z_$][\w$]*>)/.exec(this.source.slice(this.at, this.at + 100))
      if (!head) throw new Refusal('Looking ahead or behind and flags inside a pattern are not taken.')
      this.at += head[0].length
    }
    const alternatives = this.alternatives()
    this.at++
    return { min: 1, max: 1, alternatives }
  }

  private escape(): Item {
    const char = this.source[this.at] ?? ''
    if (char === 'b' || char === 'B') {
      this.at++
      return { min: 0, max: 0 }
    }
    if (/[1-9k]/.test(char)) throw new Refusal('References back (\\1) are not taken.')
    return { min: 1, max: 1, set: this.escaped() }
  }

  /** The set of an escape; the place stands behind the backslash. */
  private escaped(): CharSet {
    const char = this.source[this.at] ?? ''
    this.at++
    const known = CLASSES[char]
    if (known) return known
    const control = CONTROL[char]
    if (control !== undefined) return one(control)
    const hex = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\})/i.exec(this.source.slice(this.at - 1, this.at + 10))
    if (hex) {
      this.at += hex[0].length - 1
      return one(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16))
    }
    if (char === 'p' || char === 'P') {
      const end = this.source.indexOf('}', this.at)
      if (end > 0) this.at = end + 1
      return ANY
    }
    if (char === 'c') {
      this.at++
      return ANY
    }
    return one(char.charCodeAt(0))
  }

  private charClass(): CharSet {
    const negated = this.source[this.at] === '^'
    if (negated) this.at++
    let set = setOf(() => false, false)
    while (this.at < this.source.length && this.source[this.at] !== ']') {
      const from = this.classMember()
      if (this.source[this.at] === '-' && this.source[this.at + 1] !== ']' && from.code !== undefined) {
        this.at++
        const to = this.classMember()
        const first = from.code
        const last = to.code
        set = union(set, last === undefined ? ANY : setOf((code) => code >= first && code <= last, last >= OTHERS))
      } else {
        set = union(set, from.set)
      }
    }
    this.at++
    return negated ? setOf((code) => set[code] === 0, true) : set
  }

  private classMember(): { set: CharSet; code?: number } {
    const char = this.source[this.at] ?? ''
    this.at++
    if (char !== '\\') return { set: one(char.charCodeAt(0)), code: char.charCodeAt(0) }
    if (this.source[this.at] === 'b') {
      this.at++
      return { set: one(8), code: 8 }
    }
    const set = this.escaped()
    const members = set.reduce((sum, has) => sum + has, 0)
    return members === 1 ? { set, code: set.indexOf(1) } : { set }
  }

  private quantify(item: Item): void {
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.source.slice(this.at, this.at + 30))
    if (!found) return
    this.at += found[0].length
    const [text, from, comma, to] = found
    if (text.startsWith('*')) [item.min, item.max] = [0, Number.POSITIVE_INFINITY]
    else if (text.startsWith('+')) item.max = Number.POSITIVE_INFINITY
    else if (text.startsWith('?')) item.min = 0
    else {
      item.min = Number(from)
      item.max = comma === undefined ? item.min : to ? Number(to) : Number.POSITIVE_INFINITY
    }
  }
}

/** Repeats up to this many are small enough to multiply; their product may not pass the window. */
const isOpen = (item: Item): boolean => item.max - item.min > 64

function checkSequences(alternatives: Item[][]): void {
  for (const sequence of alternatives) checkSequence(sequence)
}

function checkSequence(sequence: Item[]): void {
  let choices = 1
  for (const [index, item] of sequence.entries()) {
    if (item.alternatives) checkGroup(item)
    if (item.max === item.min) continue
    const following = sequence.slice(index + 1)
    const lengths = isOpen(item) ? PATTERN_WINDOW : item.max - item.min + 1
    // What nothing can fail behind is walked once; all else again for each way that leads to it.
    const steps = canFail(following) ? choices * lengths : choices
    if (!isSettled(item, following)) choices *= lengths
    if (Math.max(steps, choices) > PATTERN_WINDOW) {
      throw new Refusal('Two open-ended repeats could share characters: put something between them that neither can match.')
    }
  }
}

const canFail = (following: Item[]): boolean => following.some((next) => next.min > 0 || next.max === 0)

/** Whether only one length of a repeat can lead on: what must follow begins with a character that the repeat cannot take. */
function isSettled(item: Item, following: Item[]): boolean {
  const set = allOf(item)
  for (const next of following) {
    const first = firstSet(next)
    if (!first) continue
    if (meet(set, first)) return false
    if (next.min > 0) return true
  }
  // Nothing certain follows: the longest match is taken and nothing can fail behind it.
  return !canFail(following)
}

/** All characters that an item can take. */
function allOf(item: Item): CharSet {
  return (
    item.set ??
    (item.alternatives ?? [])
      .flat()
      .map(allOf)
      .reduce(
        union,
        setOf(() => false, false),
      )
  )
}

function firstSet(item: Item): CharSet | undefined {
  if (item.set) return item.set
  if (!item.alternatives) return undefined
  return item.alternatives.map(firstOfSequence).reduce(union)
}

function firstOfSequence(sequence: Item[]): CharSet {
  let set = setOf(() => false, false)
  for (const item of sequence) {
    const first = firstSet(item)
    if (first) set = union(set, first)
    if (item.min > 0) return set
  }
  return sequence.length === 0 ? ANY : set
}

function checkGroup(item: Item): void {
  const alternatives = item.alternatives ?? []
  checkSequences(alternatives)
  if (item.max <= 1) return
  for (const sequence of alternatives) {
    for (const [index, inner] of sequence.entries()) {
      if (!repeatsInside(inner)) continue
      // The next round follows: it must begin with something that the inner repeat cannot take.
      const round = [...sequence.slice(index + 1), ...sequence.slice(0, index + 1)]
      if (
        alternatives.length > 1 ||
        inner.alternatives ||
        !round.slice(0, -1).some((next) => next.min > 0) ||
        !isSettled(inner, round.slice(0, -1))
      ) {
        throw new Refusal('A repeat inside of a repeat can take exponential time.')
      }
    }
  }
  const firsts = alternatives.map(firstOfSequence)
  for (const [index, first] of firsts.entries()) {
    if (firsts.slice(index + 1).some((other) => meet(first, other))) {
      throw new Refusal('Alternatives inside of a repeat must begin with different characters.')
    }
  }
  if (alternatives.some((sequence) => !sequence.some((part) => part.min > 0)))
    throw new Refusal('A repeat of what can be empty can take exponential time.')
}

function repeatsInside(item: Item): boolean {
  if (item.max !== item.min) return true
  return item.alternatives?.some((sequence) => sequence.some(repeatsInside)) ?? false
}
