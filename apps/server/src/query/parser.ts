import { HeartwoodError } from '../errors.ts'
import type { Query, Term } from './ast.ts'
import { BOUNDS } from './bounds.ts'
import { type Resolution, resolveField } from './fields.ts'
import { type Token, tokenize } from './lexer.ts'
import { type QueryErrorDetails, queryError } from './query-error.ts'
import { bareWord, comparedTerm, type Named, phraseTerm, regexpTerm, wordTerm } from './terms.ts'

/** The field whose values stand in a parenthesis, as it was written. */
interface Scope {
  name: string
  resolution: Resolution
}

const MESSAGE: Scope = { name: 'message', resolution: { fields: [{ is: 'message' }], mode: 'first' } }

/**
 * Reads the search language; docs/reference/search.md describes it. Whitespace alone matches everything.
 * @throws HeartwoodError `query-invalid` whose details are {@link QueryErrorDetails}
 */
export function parseQuery(text: string): Query {
  if (text.length > BOUNDS.length) {
    throw queryError({ start: BOUNDS.length, end: text.length }, 'The query is too long', `Use at most ${BOUNDS.length} characters.`)
  }
  return new Parser(tokenize(text.toWellFormed())).parse()
}

export type ParseResult = { ok: true; query: Query } | { ok: false; message: string; details: QueryErrorDetails }

/** As {@link parseQuery}, with the error as a value. */
export function tryParseQuery(text: string): ParseResult {
  try {
    return { ok: true, query: parseQuery(text) }
  } catch (error) {
    if (!(error instanceof HeartwoodError) || error.code !== 'query-invalid') throw error
    return { ok: false, message: error.message, details: error.details as QueryErrorDetails }
  }
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0
  #terms = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Query {
    if (this.#peek().is === 'end') return { is: 'all' }
    const query = this.#or(undefined)
    const rest = this.#peek()
    if (rest.is === 'close') throw queryError(rest, 'There is a ) without its (', 'Remove it, or put the text in quotes.')
    return query
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { is: 'end', start: 0, end: 0 }
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #or(scope: Scope | undefined): Query {
    const items = [this.#and(scope)]
    while (this.#peek().is === 'or') {
      this.#operand(this.#next(), 'OR')
      items.push(this.#and(scope))
    }
    return join('or', items)
  }

  #and(scope: Scope | undefined): Query {
    const items = [this.#not(scope)]
    for (;;) {
      const token = this.#peek()
      if (token.is === 'and') this.#operand(this.#next(), 'AND')
      else if (token.is === 'or' || token.is === 'close' || token.is === 'end') return join('and', items)
      items.push(this.#not(scope))
    }
  }

  /** Something to combine must follow the operator. */
  #operand(operator: Token, name: string): void {
    const next = this.#peek()
    if (next.is !== 'end' && next.is !== 'close' && next.is !== 'and' && next.is !== 'or') return
    throw queryError(operator, `There is nothing after ${name}`, `Add a term, or put "${name}" in quotes to search for the word.`)
  }

  #not(scope: Scope | undefined): Query {
    const token = this.#peek()
    if (token.is !== 'not') return this.#primary(scope)
    this.#next()
    this.#operand(token, 'NOT')
    this.#deeper(token)
    const item = this.#not(scope)
    this.#depth--
    return item.is === 'not' ? item.item : { is: 'not', item }
  }

  #deeper(token: Token): void {
    if (++this.#depth > BOUNDS.depth) throw queryError(token, 'The query is nested too deep', `Use at most ${BOUNDS.depth} levels.`)
  }

  #primary(scope: Scope | undefined): Query {
    const token = this.#next()
    switch (token.is) {
      case 'open':
        return this.#group(token, scope)
      case 'field':
        return this.#value({ name: token.name, resolution: resolveField(token.name) })
      case 'and':
      case 'or':
        throw queryError(
          token,
          `There is nothing before ${token.is.toUpperCase()}`,
          `Add a term, or put "${token.is.toUpperCase()}" in quotes to search for the word.`,
        )
      case 'close':
        throw queryError(token, 'There is a ) without its (', 'Remove it, or put the text in quotes.')
      default:
        this.#at--
        return this.#value(scope)
    }
  }

  #group(open: Token, scope: Scope | undefined): Query {
    const next = this.#peek()
    if (next.is === 'close')
      throw queryError({ start: open.start, end: next.end }, 'These parentheses are empty', 'Put a term inside, or remove them.')
    if (next.is === 'end') throw queryError(open, 'This ( is never closed', 'Add the ), or put the text in quotes.')
    this.#deeper(open)
    const query = this.#or(scope)
    this.#depth--
    if (this.#next().is !== 'close') throw queryError(open, 'This ( is never closed', 'Add the ), or put the text in quotes.')
    return query
  }

  #value(scope: Scope | undefined): Query {
    const token = this.#next()
    if (token.is === 'open') return this.#group(token, scope)
    if (++this.#terms > BOUNDS.terms) throw queryError(token, 'The query has too many terms', `Use at most ${BOUNDS.terms}.`)
    switch (token.is) {
      case 'word':
        if (scope) return resolved(scope, (named) => wordTerm(named, token.glob, token))
        return token.glob.every((part) => part === '') ? { is: 'all' } : { is: 'term', term: bareWord(token.glob) }
      case 'phrase':
        return resolved(scope ?? MESSAGE, (named) => phraseTerm(named, token.text, token))
      case 'regexp':
        return resolved(scope ?? MESSAGE, (named) => regexpTerm(named, token))
      case 'compare':
        return this.#compared(token, scope ?? MESSAGE)
      default:
        throw queryError(token, 'A value is missing here', 'Put AND, OR and NOT in quotes to search for the words.')
    }
  }

  #compared(token: Extract<Token, { is: 'compare' }>, scope: Scope): Query {
    const value = this.#next()
    const text = value.is === 'word' ? value.glob.join('*') : value.is === 'phrase' ? value.text : undefined
    const span = { start: token.start, end: value.end }
    if (text === undefined) throw queryError(span, `The value after ${token.comparison} is missing`, `Write ${scope.name}:${token.comparison}10`)
    return resolved(scope, (named) => comparedTerm(named, token.comparison, text, span))
  }
}

/** A term for each field that the name stands for and that can have the value; the error of the first when none can. */
function resolved({ name, resolution }: Scope, make: (named: Named) => Term): Query {
  const terms: Query[] = []
  let refusal: unknown
  for (const field of resolution.fields) {
    try {
      terms.push({ is: 'term', term: make({ field, name }) })
      if (resolution.mode === 'first') break
    } catch (error) {
      if (!(error instanceof HeartwoodError) || error.code !== 'query-invalid') throw error
      refusal ??= error
    }
  }
  if (terms.length === 0) throw refusal
  return join('or', terms)
}

const join = (is: 'and' | 'or', items: readonly Query[]): Query => {
  const [only, ...others] = items
  return only && others.length === 0 ? only : { is, items: items.flatMap((item) => (item.is === is ? item.items : [item])) }
}
