import type { Glob } from './ast.ts'
import { BOUNDS } from './bounds.ts'
import { isColumn, isComparable } from './fields.ts'
import { queryError, type Span } from './query-error.ts'

export type Comparison = '>' | '>=' | '<' | '<='

export type Token = Span &
  (
    | { is: 'open' }
    | { is: 'close' }
    | { is: 'and' }
    | { is: 'or' }
    | { is: 'not' }
    /** A name and its colon; what follows it is its value. */
    | { is: 'field'; name: string }
    | { is: 'compare'; comparison: Comparison }
    | { is: 'word'; glob: Glob }
    | { is: 'phrase'; text: string }
    | { is: 'regexp'; source: string; ignoreCase: boolean /** Where the pattern itself begins. */; offset: number }
    | { is: 'end' }
  )

const SPACE = /\s/
/** Letters, digits and what names of attributes are made of; digits cannot begin one, so that `10:30` is a word. */
const NAME = /[\p{L}_@$][\p{L}\p{N}_.@$/[\]-]*(?=:)/uy
/** What a minus or an exclamation mark must stand before to mean “not”: `->`, `--flag` and `!=` are words. */
const NEGATABLE = /[\p{L}\p{N}_"/(*@$.\\]/u
const COMPARISON = /[<>]=?/y
const ESCAPABLE = /[\s"*():/\\!<>|&-]/
const KEYWORDS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map(
  Object.entries<'and' | 'or' | 'not'>({ AND: 'and', OR: 'or', NOT: 'not', '&&': 'and', '||': 'or' }),
)

/** @throws HeartwoodError `query-invalid` for a quote or a value that is missing. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  /** For each open parenthesis whether it holds values (`field:(a OR b)`) instead of terms. */
  const groups: boolean[] = []
  let at = 0
  let afterField = false

  const push = (token: Token): void => {
    tokens.push(token)
    at = token.end
    afterField = token.is === 'field' || (token.is === 'compare' && afterField)
  }
  while (at < text.length) {
    if (SPACE.test(text[at] ?? '')) {
      at++
      continue
    }
    const char = text[at] ?? ''
    const inValues = groups.at(-1) ?? false
    if (afterField || inValues) {
      const comparison = matchAt(COMPARISON, text, at)
      if (comparison !== undefined) {
        push({ is: 'compare', comparison: comparison as Comparison, start: at, end: at + comparison.length })
        requireValue(text, at, tokens)
        continue
      }
    }
    if (char === '(') {
      groups.push(afterField || inValues)
      push({ is: 'open', start: at, end: at + 1 })
      continue
    }
    if (char === ')') {
      groups.pop()
      push({ is: 'close', start: at, end: at + 1 })
      continue
    }
    if (afterField) {
      push(readTerm(text, at, true))
      continue
    }
    if (isNegation(text, at, inValues)) {
      push({ is: 'not', start: at, end: at + 1 })
      continue
    }
    const field = inValues ? undefined : readField(text, at)
    if (field) {
      push(field)
      requireValue(text, at, tokens)
      continue
    }
    if (!inValues) refuseMisplacedSign(text, at, tokens)
    push(readTerm(text, at, inValues))
  }
  tokens.push({ is: 'end', start: text.length, end: text.length })
  return tokens
}

function readTerm(text: string, at: number, isValue: boolean): Token {
  if (text[at] === '"') return readPhrase(text, at)
  return (text[at] === '/' ? readRegexp(text, at) : undefined) ?? readWord(text, at, isValue)
}

const SPACED_FIELD = /:(?!:)(\S*)/y
const GLUED_COMPARISON = /([\p{L}_][\p{L}\p{N}_.]*)([<>]=?)([\p{L}\p{N}.+-][^\s()"]*)/uy
/**
 * `level :error` and `status>400` would be searched for as texts, and nothing would be found. Only names of columns are taken for a mistake: any
 * other may be a text.
 */
function refuseMisplacedSign(text: string, at: number, tokens: readonly Token[]): void {
  const value = matchAt(SPACED_FIELD, text, at)?.slice(1)
  const before = tokens.at(-1)
  const name = before?.is === 'word' && tokens.at(-2)?.is !== 'field' ? text.slice(before.start, before.end) : undefined
  if (value !== undefined && before !== undefined && name !== undefined && isColumn(name)) {
    throw queryError(
      { start: before.start, end: at + 1 },
      `There is a space between ${name} and its colon`,
      `Write ${name}:${value || 'value'}, or "${text.slice(before.start, at + 1 + value.length)}" to search for the text.`,
    )
  }
  GLUED_COMPARISON.lastIndex = at
  const glued = GLUED_COMPARISON.exec(text)
  if (!glued || !isComparable(glued[1] ?? '')) return
  const [all, field, comparison, bound] = glued
  throw queryError(
    { start: at, end: at + all.length },
    `The colon of ${field} is missing`,
    `Write ${field}:${comparison}${bound}, or "${all}" to search for the text.`,
  )
}

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** A name and its colon must be followed at once by a value. */
function requireValue(text: string, at: number, tokens: readonly Token[]): void {
  const next = text[at]
  if (next !== undefined && next !== ')' && !SPACE.test(next)) return
  const field = tokens.findLast((token) => token.is === 'field')
  const last = tokens.at(-1)
  const name = field?.is === 'field' ? field.name : ''
  throw queryError(
    { start: (last?.is === 'compare' ? last.start : field?.start) ?? at, end: at },
    `The value of ${name} is missing`,
    `Write ${name}:value without a space, ${name}:* for any value, or "${name}:" to search for the text.`,
  )
}

function isNegation(text: string, at: number, inValues: boolean): boolean {
  const char = text[at]
  if (char !== '-' && char !== '!') return false
  const next = String.fromCodePoint(text.codePointAt(at + 1) ?? 0x20)
  if (inValues && char === '-' && /[\d.]/.test(next)) return false
  return (
    NEGATABLE.test(next) || (inValues && /[<>]/.test(next)) || ((next === '-' || next === '!') && isNegation(text, at + 1, inValues) && next !== char)
  )
}

function readField(text: string, at: number): Token | undefined {
  if (text[at] === '"') {
    const phrase = tryReadPhrase(text, at)
    if (phrase?.is !== 'phrase' || text[phrase.end] !== ':' || phrase.text === '') return undefined
    return { is: 'field', name: phrase.text, start: at, end: phrase.end + 1 }
  }
  const name = matchAt(NAME, text, at)
  if (name === undefined) return undefined
  const end = at + name.length + 1
  // `std::vector`, `https://…` and `C:\…` are words.
  if (text[end] === ':' || text.startsWith('//', end) || (name.length === 1 && text[end] === '\\')) return undefined
  return { is: 'field', name, start: at, end }
}

function tryReadPhrase(text: string, start: number): Token | undefined {
  let content = ''
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '"') return { is: 'phrase', text: content, start, end: at + 1 }
    if (char === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at++
    content += text[at] ?? ''
  }
  return undefined
}

function readPhrase(text: string, start: number): Token {
  const phrase = tryReadPhrase(text, start)
  if (phrase) return phrase
  throw queryError({ start, end: text.length }, 'This quote is never closed', 'Add a " at the end, or write \\" to search for the character.')
}

/** `/…/` with nothing glued to its end; `/api/v1` is a word. */
function readRegexp(text: string, start: number): Token | undefined {
  let inClass = false
  let unclosed: Token | undefined
  const regexp = (at: number): Token | undefined => {
    const ignoreCase = text[at + 1] === 'i'
    const end = at + (ignoreCase ? 2 : 1)
    const next = text[end]
    if (next !== undefined && next !== ')' && !SPACE.test(next)) return undefined
    return { is: 'regexp', source: text.slice(start + 1, at), ignoreCase, offset: start + 1, start, end }
  }
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === '[') inClass = true
    else if (char === ']') inClass = false
    else if (char === '/' && !inClass) return at === start + 1 ? undefined : regexp(at)
    else if (char === '/') unclosed ??= regexp(at)
  }
  // `/[a/` looks like one; reading it says what is wrong.
  return inClass ? unclosed : undefined
}

function readWord(text: string, start: number, isValue: boolean): Token {
  const parts: string[] = ['']
  let escaped = false
  let depth = 0
  let at = start
  for (; at < text.length; at++) {
    let char = text[at] ?? ''
    if (SPACE.test(char) || char === '"') break
    // Parentheses inside a word belong to it when they are balanced: `main()`.
    if (char === '(') {
      if (at === start || !isBalanced(text, at)) break
      depth++
    }
    if (char === ')' && --depth < 0) break
    const next = text[at + 1]
    if (char === '*') {
      parts.push('')
      continue
    }
    if (char === '\\' && next !== undefined && ESCAPABLE.test(next)) {
      char = next
      escaped = true
      at++
    }
    parts[parts.length - 1] += char
  }
  const span = { start, end: at }
  if (at === start) throw queryError({ start, end: start + 1 }, 'This cannot stand here', 'Put it in quotes to search for the text.')
  const keyword = isValue && text.slice(start, at) === 'NOT' ? undefined : KEYWORDS.get(text.slice(start, at))
  if (keyword && !escaped) return { is: keyword, ...span }
  const glob = parts.filter((part, i) => part !== '' || i === 0 || i === parts.length - 1)
  if (glob.length > BOUNDS.stars) throw queryError(span, 'There are too many stars in this word', `Use at most ${BOUNDS.stars}.`)
  return { is: 'word', glob, ...span }
}

/** Whether the parenthesis is closed before the word ends. */
function isBalanced(text: string, start: number): boolean {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? ''
    if (SPACE.test(char) || char === '"') return false
    if (char === '(') depth++
    if (char === ')' && --depth === 0) return true
  }
  return false
}
