import { ATTRIBUTE_ITEMS } from '../store/events/schema/tables.ts'
import { sql } from '../store/events/sql.ts'
import type { Glob, Query, RangeTest, Term, TextTest } from './ast.ts'
import { ID_COLUMNS, type NumberColumn, type TextColumn } from './fields.ts'
import { requiredLiteral } from './regexp/required-literal.ts'
import type { Regexp } from './regexp/syntax.ts'
import { toRe2 } from './regexp/to-re2.ts'
import { caseVariants, hasWideCase, lowerAll, lowerAscii } from './text-case.ts'
import { longestPart, wordRegexp, wordShape } from './word.ts'

export interface Plan {
  /** Condition for `events`; `1` when everything matches. */
  where: string
  /** An index finds the few granules that can match: read just those, in any order. */
  isSelective: boolean
  /** The same condition for the one-minute rollup, when it has all columns that the query needs. */
  rollup: string | undefined
  /** What of the query the rollup can tell: each event that matches also fulfils this. */
  rollupAtLeast: string
}

/** Turns a query into SQL. Pure; each value passes through `sql`. */
export function planQuery(query: Query): Plan {
  return {
    where: toSql(query),
    isSelective: isSelective(query),
    rollup: isRolledUp(query) ? toSql(query) : undefined,
    rollupAtLeast: toSql(rolledUpPart(query)),
  }
}

function toSql(query: Query): string {
  switch (query.is) {
    case 'all':
      return '1'
    case 'and':
      return `(${cheapestFirst(query.items).map(toSql).join(' AND ')})`
    case 'or':
      return `(${query.items.map(toSql).join(' OR ')})`
    case 'not':
      return `NOT (${toSql(query.item)})`
    case 'term':
      return termToSql(query.term)
  }
}

/** The engine reads the columns of a conjunction one after the other, each only for what is left. */
const cheapestFirst = (items: readonly Query[]): readonly Query[] => [...items].sort((a, b) => costOf(a) - costOf(b))

function costOf(query: Query): number {
  if (query.is === 'all') return 0
  if (query.is === 'not') return costOf(query.item) + (isSelective(query.item) ? 2 : 0)
  if (query.is !== 'term') return Math.max(...query.items.map(costOf))
  const { term } = query
  switch (term.on) {
    case 'id':
      return 0
    case 'word':
      return wordShape(term.word.map(lowerAscii)).tokens.length > 0 ? 2 : 5
    case 'text':
      return ID_COLUMNS.includes(term.column) || term.column.column === 'path' ? 2 : 1
    case 'attribute':
      return term.test.op === 'equals' ? 3 : 4
    case 'phrase':
      return 5
    case 'message':
      return term.test.op === 'exists' ? 5 : 6
    default:
      return 1
  }
}

function termToSql(term: Term): string {
  switch (term.on) {
    case 'word':
      return wordToSql(term.word, term.ids)
    case 'phrase':
      return messageContains(term.text)
    case 'message':
      return term.test.op === 'exists' ? `message != ''` : messageMatches(term.test.regexp)
    case 'text':
      return columnToSql(term.column, term.test)
    case 'tag':
      return tagToSql(term.test)
    case 'attribute':
      return attributeToSql(term.field.name, term.test)
    case 'number':
      return numberToSql(term.column, term.test)
    case 'time':
      return rangeToSql(term.column.column, term.test, sql.micros as (value: number) => string)
    case 'level':
      return `level IN ${sql.list(term.levels, sql.level)}`
    case 'kind':
      return `kind IN ${sql.list(term.kinds, sql.text)}`
    case 'id':
      return `id IN ${sql.list(term.ids, sql.uuid)}`
  }
}

/** The message in lower case: by the function that the index knows, unless the text has letters that it would not fold. */
const lowered = (text: string): { message: string; text: string } =>
  hasWideCase(text) ? { message: 'lowerUTF8(message)', text: lowerAll(text) } : { message: 'lower(message)', text: lowerAscii(text) }

const contains = (column: string, text: string): string => `${column} LIKE ${sql.text(`%${sql.like(text)}%`)}`

function messageContains(text: string): string {
  if (text === '') return '1'
  const lower = lowered(text)
  return allOf([contains(lower.message, lower.text), ...runOf(lower.message, lower.text)])
}

/**
 * The index helps LIKE with whole words inside a pattern, or with a pattern that is one run of letters; of a text that has
 * neither, its longest run is asked for as well.
 */
function runOf(message: string, text: string): string[] {
  const runs = text.match(RUNS) ?? []
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  const hasWhole = [...text.matchAll(RUNS)].some(({ 0: run, index }) => index > 0 && index + run.length < text.length)
  return hasWhole || longest.length < LEAST_RUN || longest === text ? [] : [contains(message, longest)]
}

const RUNS = /[a-z0-9\u0080-\u{10ffff}]+/gu
/** Shorter ones are in too many words. */
const LEAST_RUN = 4

const allOf = (conditions: readonly string[]): string => (conditions.length === 1 ? (conditions[0] ?? '1') : `(${conditions.join(' AND ')})`)

function wordToSql(word: Glob, ids: boolean): string {
  const found = wordInMessage(word)
  const text = word[0] ?? ''
  if (!ids) return found
  return `(${[found, ...ID_COLUMNS.map(({ column }) => `${column} = ${sql.text(text)}`)].join(' OR ')})`
}

function wordInMessage(word: Glob): string {
  const { message, text } = lowered(word.join('*'))
  const glob = word.map((part) => (message === 'lower(message)' ? lowerAscii(part) : lowerAll(part)))
  const shape = wordShape(glob)
  const conditions = hasTokens(shape.tokens, message !== 'lower(message)')
  if (shape.isToken && conditions.length === 1) return conditions[0] ?? '1'
  // A pattern that a comparison of texts can express needs no regular expression.
  const bare = glob.filter((part) => part !== '')
  const isContained = bare.length === 1 && !shape.borderBefore && !shape.borderAfter
  conditions.push(contains(message, isContained || glob.length === 1 ? (bare[0] ?? text) : longestPart(glob)))
  if (!isContained) conditions.push(`match(${message}, ${sql.text(toRe2(wordRegexp(glob, shape)))})`)
  return allOf(conditions)
}

/** Answered by the index. A token that has more ways to be written than are worth asking for is left out. */
function hasTokens(tokens: readonly string[], isWide: boolean): string[] {
  if (tokens.length === 0) return []
  if (!isWide) return [`hasAllTokens(lower(message), ${sql.list(tokens, sql.text)})`]
  return tokens.flatMap((token) => {
    const variants = caseVariants(token, 16)
    return variants === undefined ? [] : [`hasAnyTokens(lower(message), ${sql.list(variants, sql.text)})`]
  })
}

function messageMatches(regexp: Regexp): string {
  const match = `match(message, ${sql.text(toRe2(regexp))})`
  const literal = requiredLiteral(regexp)
  return literal === '' ? match : allOf([contains('lower(message)', literal), ...runOf('lower(message)', literal), match])
}

function textTestToSql(value: string, test: Exclude<TextTest, { op: 'exists' }>): string {
  switch (test.op) {
    case 'equals':
      return test.values.length === 1 ? `${value} = ${sql.text(test.values[0] ?? '')}` : `${value} IN ${sql.list(test.values, sql.text)}`
    case 'like':
      return `${value} LIKE ${sql.text(test.glob.map(sql.like).join('%'))}`
    case 'regexp':
      return `match(${value}, ${sql.text(toRe2(test.regexp))})`
  }
}

/** The value and the test in lower case, where case does not matter. */
function withoutCase(value: string, test: Exclude<TextTest, { op: 'exists' }>): string {
  if (test.op === 'regexp') return textTestToSql(value, test)
  const texts = test.op === 'equals' ? test.values : test.glob
  const isWide = texts.some(hasWideCase)
  const fold = isWide ? lowerAll : lowerAscii
  const folded: Exclude<TextTest, { op: 'exists' }> =
    test.op === 'equals' ? { op: 'equals', values: test.values.map(fold) } : { op: 'like', glob: test.glob.map(fold) }
  return textTestToSql(`${isWide ? 'lowerUTF8' : 'lower'}(${value})`, folded)
}

function columnToSql({ column, ignoreCase }: TextColumn, test: TextTest): string {
  if (test.op === 'exists') return `${column} != ''`
  return ignoreCase ? withoutCase(column, test) : textTestToSql(column, test)
}

const tagToSql = (test: TextTest): string => (test.op === 'exists' ? 'notEmpty(tags)' : `arrayExists(tag -> ${withoutCase('tag', test)}, tags)`)

function attributeToSql(name: string, test: TextTest | RangeTest): string {
  const key = sql.text(name)
  const value = `attributes[${key}]`
  const has = `mapContains(attributes, ${key})`
  switch (test.op) {
    case 'exists':
      // A name that held an object when it was sent has no value of its own.
      return `(${has} OR has(attribute_types, ${sql.text(`o:${name}`)}))`
    case 'range':
      return rangeToSql(`toFloat64OrNull(${value})`, test, sql.number, true)
    case 'equals': {
      const hints = test.values.map((one) => `has(${ATTRIBUTE_ITEMS}, ${sql.text(`${name}=${one}`)})`)
      // An absent key reads as the empty text.
      const present = test.values.includes('') ? `${has} AND ` : ''
      return `(indexHint(${hints.join(' OR ')}) AND ${present}${textTestToSql(value, test)})`
    }
    default:
      return `(${has} AND ${textTestToSql(value, test)})`
  }
}

function numberToSql({ of, column }: NumberColumn, test: { op: 'exists' } | RangeTest): string {
  if (of === 'durationMs') {
    if (test.op === 'exists') return `NOT isNaN(${column})`
    // The column holds 32 bits: 31.2 must find what was sent as 31.2.
    return rangeToSql(column, test, (value) => `toFloat32(${sql.number(value)})`)
  }
  const present = of === 'status' ? `${column} > 0` : `${column} >= 0`
  return test.op === 'exists' ? present : `(${present} AND ${rangeToSql(column, test, sql.number)})`
}

/** @param nullable makes the condition false, not unknown, where there is no number. */
function rangeToSql(value: string, { above, below }: RangeTest, literal: (value: number) => string, nullable = false): string {
  if (above && below && above.inclusive && below.inclusive && above.value === below.value)
    return known(`${value} = ${literal(above.value)}`, nullable)
  const conditions: string[] = []
  if (above) conditions.push(`${value} ${above.inclusive ? '>=' : '>'} ${literal(above.value)}`)
  if (below) conditions.push(`${value} ${below.inclusive ? '<=' : '<'} ${literal(below.value)}`)
  return conditions.length === 0 ? '1' : known(conditions.join(' AND '), nullable)
}

const known = (condition: string, nullable: boolean): string => (nullable ? `ifNull(${condition}, 0)` : `(${condition})`)

/** Whether an index narrows the query down: one term of a conjunction is enough, a disjunction needs all. */
function isSelective(query: Query): boolean {
  if (query.is === 'and') return query.items.some(isSelective)
  if (query.is === 'or') return query.items.every(isSelective)
  if (query.is !== 'term') return false
  const { term } = query
  switch (term.on) {
    case 'id':
      return true
    case 'text':
      return term.test.op === 'equals' && ID_COLUMNS.includes(term.column)
    case 'attribute':
      return term.test.op === 'equals'
    case 'word':
      return wordShape(term.word.map(lowerAscii)).tokens.length > 0 || hasRun(term.word.join('*'))
    case 'phrase':
      return hasRun(term.text)
    default:
      return false
  }
}

const hasRun = (text: string): boolean => (lowerAscii(text).match(RUNS) ?? []).some((run) => run.length >= LEAST_RUN)

const ROLLUP_COLUMNS = new Set(['service', 'environment'])
const isInRollup = (term: Term): boolean =>
  term.on === 'level' || term.on === 'kind' || (term.on === 'text' && ROLLUP_COLUMNS.has(term.column.column))

function isRolledUp(query: Query): boolean {
  if (query.is === 'and' || query.is === 'or') return query.items.every(isRolledUp)
  if (query.is === 'not') return isRolledUp(query.item)
  return query.is === 'all' || isInRollup(query.term)
}

function rolledUpPart(query: Query): Query {
  if (isRolledUp(query)) return query
  if (query.is !== 'and') return { is: 'all' }
  const items = query.items.filter(isRolledUp)
  return items.length > 1 ? { is: 'and', items } : (items[0] ?? { is: 'all' })
}
