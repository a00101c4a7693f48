import { EVENT_KINDS, KINDS, LEVELS, type Level, type UnixMicros } from '@heartwood/protocol'
import { isUuid } from '../store/events/sql.ts'
import type { Glob, RangeTest, Term, TextTest } from './ast.ts'
import type { Field, NumberColumn } from './fields.ts'
import { parseInstant } from './instant.ts'
import type { Comparison, Token } from './lexer.ts'
import { queryError, type Span } from './query-error.ts'
import { parseRegexp } from './regexp/parse-regexp.ts'
import { looksLikeId, matchesGlob } from './word.ts'

/** A field as it was written, for errors. */
export interface Named {
  field: Field
  name: string
}

const EXISTS = { op: 'exists' } as const
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i
const OTHER_LEVELS: ReadonlyMap<string, Level> = new Map(
  Object.entries<Level>({
    warning: 'warn',
    err: 'error',
    critical: 'fatal',
    crit: 'fatal',
    emergency: 'fatal',
    alert: 'fatal',
    panic: 'fatal',
    information: 'info',
    informational: 'info',
    notice: 'info',
    verbose: 'trace',
  }),
)

/** A word without a field: in the message, or exactly an id. */
export const bareWord = (glob: Glob): Term => ({ on: 'word', word: glob, ids: glob.length === 1 && looksLikeId(glob[0] ?? '') })

/** `field:word`, with stars or without. */
export function wordTerm(named: Named, glob: Glob, span: Span): Term {
  const { field } = named
  const text = glob.join('*')
  const isStar = glob.length > 1 && glob.every((part) => part === '')
  if (isStar) return existsTerm(field)
  const range = text.includes('..') && glob.length === 1 ? rangeOf(named, text, span) : undefined
  if (range) return range
  switch (field.is) {
    case 'message':
      return { on: 'word', word: glob, ids: false }
    case 'level':
      return { on: 'level', levels: levelsOf(glob, span) }
    case 'kind':
      return {
        on: 'kind',
        kinds: pick(KINDS, glob, span, `${named.name} is one of ${EVENT_KINDS.join(', ')}; write attributes.${named.name}:… for an attribute.`),
      }
    case 'id':
      return idTerm(named, text, span)
    case 'number':
      return { on: 'number', column: field.column, test: numberTest(field.column, named, glob, span) }
    case 'time': {
      const value = instantOf(named, text, span)
      return { on: 'time', column: field.column, test: { op: 'range', above: { value, inclusive: true }, below: { value, inclusive: true } } }
    }
    case 'tags':
      return { on: 'tag', test: textTest(glob) }
    case 'text':
      return { on: 'text', column: field.column, test: textTest(glob) }
    case 'attribute': {
      const test = textTest(glob)
      return { on: 'attribute', field: field.field, test: test.op === 'equals' ? { op: 'equals', values: spellings(text) } : test }
    }
  }
}

/** `field:"text"`: stars and dots in quotes are themselves. */
export function phraseTerm(named: Named, text: string, span: Span): Term {
  const { field } = named
  switch (field.is) {
    case 'message':
      return { on: 'phrase', text }
    case 'level':
    case 'kind':
    case 'number':
    case 'time':
    case 'id':
      return wordTerm(named, [text], span)
    case 'tags':
      return { on: 'tag', test: { op: 'equals', values: [text] } }
    case 'text':
      return { on: 'text', column: field.column, test: { op: 'equals', values: [text] } }
    case 'attribute':
      return { on: 'attribute', field: field.field, test: { op: 'equals', values: [text] } }
  }
}

export function regexpTerm(named: Named, token: Extract<Token, { is: 'regexp' }>): Term {
  const { field, name } = named
  const test = { op: 'regexp', regexp: parseRegexp(token.source, token.ignoreCase, token.offset) } as const
  switch (field.is) {
    case 'message':
      return { on: 'message', test }
    case 'tags':
      return { on: 'tag', test }
    case 'text':
      return { on: 'text', column: field.column, test }
    case 'attribute':
      return { on: 'attribute', field: field.field, test }
    default:
      throw queryError(token, `${name} is no text, so a regular expression cannot be used`, `Write the value: ${example(named)}`)
  }
}

/** `field:>value` and its kin. */
export function comparedTerm(named: Named, comparison: Comparison, text: string, span: Span): Term {
  const inclusive = comparison.endsWith('=')
  const isAbove = comparison.startsWith('>')
  return boundedTerm(named, isAbove ? { text, inclusive } : undefined, isAbove ? undefined : { text, inclusive }, span)
}

interface TextBound {
  text: string
  inclusive: boolean
}

function boundedTerm(named: Named, above: TextBound | undefined, below: TextBound | undefined, span: Span): Term {
  const { field, name } = named
  const rangeBy = <Value extends number>(read: (text: string) => Value): RangeTest<Value> => {
    const low = above && { value: read(above.text), inclusive: above.inclusive }
    const high = below && { value: read(below.text), inclusive: below.inclusive }
    if (low && high && low.value > high.value) {
      throw queryError(span, 'This range runs backwards', `Write the smaller end first: ${name}:${below?.text}..${above?.text}`)
    }
    return { op: 'range', ...(low ? { above: low } : {}), ...(high ? { below: high } : {}) }
  }
  switch (field.is) {
    case 'level': {
      const range = rangeBy((text) => LEVELS.indexOf(levelOf(text, span)))
      return { on: 'level', levels: LEVELS.filter((_, rank) => isWithin(rank, range)) }
    }
    case 'time':
      return { on: 'time', column: field.column, test: rangeBy((text) => instantOf(named, text, span)) }
    case 'number':
      return { on: 'number', column: field.column, test: rangeBy((text) => numberOf(named, text, span, field.column)) }
    case 'attribute':
      return { on: 'attribute', field: field.field, test: rangeBy((text) => numberOf(named, text, span)) }
    default:
      throw queryError(span, `${name} is text and cannot be compared with < or >`, `Write ${name}:value, ${name}:begin* or ${name}:/regexp/`)
  }
}

export const isWithin = (value: number, { above, below }: RangeTest): boolean =>
  (above === undefined || value > above.value || (above.inclusive && value === above.value)) &&
  (below === undefined || value < below.value || (below.inclusive && value === below.value))

/** `10..20`, `10..`, `..20`; undefined when it is no range but a text with dots. */
function rangeOf(named: Named, text: string, span: Span): Term | undefined {
  const { field } = named
  if (field.is !== 'number' && field.is !== 'attribute' && field.is !== 'time' && field.is !== 'level') return undefined
  const dots = text.indexOf('..')
  const [low, high] = [text.slice(0, dots), text.slice(dots + 2)]
  if (field.is === 'attribute' && ((low !== '' && !NUMBER.test(low)) || (high !== '' && !NUMBER.test(high)))) return undefined
  if (low === '' && high === '') return undefined
  const bound = (text: string): TextBound | undefined => (text === '' ? undefined : { text, inclusive: true })
  return boundedTerm(named, bound(low), bound(high), span)
}

function existsTerm(field: Field): Term {
  switch (field.is) {
    case 'message':
      return { on: 'message', test: EXISTS }
    case 'tags':
      return { on: 'tag', test: EXISTS }
    case 'text':
      return { on: 'text', column: field.column, test: EXISTS }
    case 'number':
      return { on: 'number', column: field.column, test: EXISTS }
    case 'attribute':
      return { on: 'attribute', field: field.field, test: EXISTS }
    case 'time':
      return { on: 'time', column: field.column, test: { op: 'range' } }
    default:
      // Each event has an id, a kind and a level.
      return { on: 'level', levels: LEVELS }
  }
}

const textTest = (glob: Glob): TextTest => (glob.length === 1 ? { op: 'equals', values: [glob[0] ?? ''] } : { op: 'like', glob })

/** How a value may be stored that was sent as a number or a boolean: `1.0` and `1e0` as `1`, `TRUE` as `true`. */
function spellings(text: string): string[] {
  const values = [text]
  if (/^(?:true|false|null)$/i.test(text)) values.push(text.toLowerCase())
  else if (NUMBER.test(text) && Number.isFinite(Number(text))) values.push(String(Number(text)))
  return [...new Set(values)]
}

function numberTest(column: NumberColumn, named: Named, glob: Glob, span: Span): RangeTest {
  const text = glob.join('*')
  if (column.of === 'status') {
    const family = /^(?:([1-9])(?:\*|xx)|([1-9]\d)(?:\*|x))$/i.exec(text)
    if (family) {
      const step = family[1] === undefined ? 10 : 100
      const low = Number(family[1] ?? family[2]) * step
      return { op: 'range', above: { value: low, inclusive: true }, below: { value: low + step - 1, inclusive: true } }
    }
  }
  const value = numberOf(named, text, span, column)
  return { op: 'range', above: { value, inclusive: true }, below: { value, inclusive: true } }
}

const UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({ us: 0.001, µs: 0.001, ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 }),
)

function numberOf(named: Named, text: string, span: Span, column?: NumberColumn): number {
  const duration = column?.of === 'durationMs' ? /^([\d.]+)\s*([a-zµ]+)$/i.exec(text) : null
  const factor = duration ? UNITS.get((duration[2] ?? '').toLowerCase()) : 1
  const digits = duration ? (duration[1] ?? '') : text
  const value = NUMBER.test(digits) && factor !== undefined ? Number(digits) * factor : Number.NaN
  if (Number.isFinite(value)) return value
  const { name } = named
  throw queryError(
    span,
    `“${text}” is no number`,
    column ? `Write ${example(named)}` : `${name} can be compared with numbers only: ${name}:>10, ${name}:10..20`,
  )
}

function instantOf(named: Named, text: string, span: Span): UnixMicros {
  const value = parseInstant(text)
  if (value !== undefined) return value
  throw queryError(span, `“${text}” is no time`, `Write RFC 3339 or epoch milliseconds: ${example(named)}`)
}

function idTerm(named: Named, text: string, span: Span): Term {
  if (isUuid(text)) return { on: 'id', ids: [text.toLowerCase()] }
  throw queryError(span, `“${text}” is no id of an event`, `Write ${named.name}: and a UUID.`)
}

function levelOf(text: string, span: Span): Level {
  const word = text.toLowerCase()
  const level = LEVELS.find((level) => level === word) ?? OTHER_LEVELS.get(word)
  if (level) return level
  throw queryError(span, `“${text}” is no level`, `Levels are ${LEVELS.join(', ')}.`)
}

const levelsOf = (glob: Glob, span: Span): readonly Level[] =>
  glob.length === 1 ? [levelOf(glob[0] ?? '', span)] : pick(LEVELS, glob, span, `Levels are ${LEVELS.join(', ')}.`)

function pick<Name extends string>(names: readonly Name[], glob: Glob, span: Span, hint: string): Name[] {
  const lower = glob.map((part) => part.toLowerCase())
  const found = names.filter((name) => matchesGlob(name, lower))
  if (found.length > 0) return found
  throw queryError(span, `“${glob.join('*')}” is not known`, hint)
}

function example({ field, name }: Named): string {
  if (field.is === 'time') return `${name}:>2026-11-21T09:30:00Z`
  if (field.is === 'level') return `${name}:>=warn`
  if (field.is === 'number' && field.column.of === 'status') return `${name}:404, ${name}:5xx or ${name}:>=500`
  if (field.is === 'number' && field.column.of === 'durationMs') return `${name}:>250, ${name}:>1.5s or ${name}:10..20`
  return `${name}:10, ${name}:>10 or ${name}:10..20`
}
