import type { Event } from '@heartwood/protocol'
import { attributeText } from '../store/events/attributes.ts'
import type { Query, RangeTest, Term, TextTest } from './ast.ts'
import { ID_COLUMNS } from './fields.ts'
import { compileAutomaton } from './regexp/automaton.ts'
import { requiredLiteral } from './regexp/required-literal.ts'
import { isWithin } from './terms.ts'
import { hasWideCase, lowerAll, lowerAscii } from './text-case.ts'
import { containsWord, matchesGlob, wordRegexp, wordShape } from './word.ts'

export type Matcher = (event: Event) => boolean
type Compiled = (subject: Subject) => boolean

/** An event with what several terms need of it, made once. */
class Subject {
  readonly event: Event
  #lowerAscii: string | undefined
  #lowerAll: string | undefined

  constructor(event: Event) {
    this.event = event
  }

  get lowerAscii(): string {
    this.#lowerAscii ??= lowerAscii(this.event.message)
    return this.#lowerAscii
  }

  get lowerAll(): string {
    this.#lowerAll ??= lowerAll(this.event.message)
    return this.#lowerAll
  }
}

/**
 * A query as a function of one event, for live tails. It says of each event what the search over stored events will say.
 * Time is linear in the size of the event, whatever the query is.
 */
export function compileMatcher(query: Query): Matcher {
  const compiled = compile(query)
  return (event) => compiled(new Subject(event))
}

function compile(query: Query): Compiled {
  switch (query.is) {
    case 'all':
      return () => true
    case 'and': {
      const items = query.items.map(compile)
      return (subject) => items.every((item) => item(subject))
    }
    case 'or': {
      const items = query.items.map(compile)
      return (subject) => items.some((item) => item(subject))
    }
    case 'not': {
      const item = compile(query.item)
      return (subject) => !item(subject)
    }
    case 'term':
      return compileTerm(query.term)
  }
}

function compileTerm(term: Term): Compiled {
  switch (term.on) {
    case 'word':
      return compileWord(term)
    case 'phrase': {
      if (!hasWideCase(term.text)) {
        const text = lowerAscii(term.text)
        return (subject) => subject.lowerAscii.includes(text)
      }
      const text = lowerAll(term.text)
      return (subject) => subject.lowerAll.includes(text)
    }
    case 'message': {
      if (term.test.op === 'exists') return ({ event }) => event.message !== ''
      const test = compileAutomaton(term.test.regexp)
      // Much cheaper to look for than a match, and mostly not there.
      const literal = requiredLiteral(term.test.regexp)
      return (subject) => subject.lowerAscii.includes(literal) && test(subject.event.message)
    }
    case 'text': {
      const { of, ignoreCase } = term.column
      const test = compileText(term.test, ignoreCase)
      return ({ event }) => (event[of] !== '' ? test(event[of]) : term.test.op !== 'exists' && test(''))
    }
    case 'tag': {
      if (term.test.op === 'exists') return ({ event }) => event.tags.length > 0
      const test = compileText(term.test, true)
      return ({ event }) => event.tags.some(test)
    }
    case 'attribute':
      return compileAttribute(term.field.name, term.test)
    case 'number':
      return compileNumber(term)
    case 'time': {
      const { column, test } = term
      return ({ event }) => isWithin(event[column.of], test)
    }
    case 'level':
      return ({ event }) => term.levels.includes(event.level)
    case 'kind':
      return ({ event }) => term.kinds.includes(event.kind)
    case 'id':
      // An event gets its id after it was matched; nobody can ask for one that does not exist yet.
      return () => false
  }
}

function compileWord({ word, ids }: Extract<Term, { on: 'word' }>): Compiled {
  const isWide = hasWideCase(word.join('*'))
  const glob = word.map(isWide ? lowerAll : lowerAscii)
  const shape = wordShape(glob)
  const text = glob[0] ?? ''
  const message = (subject: Subject): string => (isWide ? subject.lowerAll : subject.lowerAscii)
  if (glob.length > 1) {
    const test = compileAutomaton(wordRegexp(glob, shape))
    return (subject) => glob.every((part) => message(subject).includes(part)) && test(message(subject))
  }
  const id = word[0] ?? ''
  return (subject) => containsWord(message(subject), text, shape) || (ids && ID_COLUMNS.some(({ of }) => subject.event[of] === id))
}

function compileText(test: TextTest, ignoreCase: boolean): (text: string) => boolean {
  switch (test.op) {
    case 'exists':
      return () => true
    case 'regexp':
      return compileAutomaton(test.regexp)
    case 'equals': {
      const fold = foldFor(test.values, ignoreCase)
      const values = test.values.map(fold)
      return (text) => values.includes(fold(text))
    }
    case 'like': {
      const fold = foldFor(test.glob, ignoreCase)
      const glob = test.glob.map(fold)
      return (text) => matchesGlob(fold(text), glob)
    }
  }
}

const foldFor = (texts: readonly string[], ignoreCase: boolean): ((text: string) => string) => {
  if (!ignoreCase) return (text) => text
  return texts.some(hasWideCase) ? lowerAll : lowerAscii
}

function compileAttribute(name: string, test: TextTest | RangeTest): Compiled {
  if (test.op === 'exists') return ({ event }) => event.attributes.has(name) || event.objects.has(name)
  if (test.op === 'range') {
    return ({ event }) => {
      const value = event.attributes.get(name)
      if (value === undefined) return false
      const number = numberFrom(attributeText(value))
      return number !== undefined && isWithin(number, test)
    }
  }
  const matches = compileText(test, false)
  return ({ event }) => {
    const value = event.attributes.get(name)
    return value !== undefined && matches(attributeText(value))
  }
}

/** As `toFloat64OrNull` of the engine reads a text. */
function numberFrom(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text)
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return undefined
}

function compileNumber({ column, test }: Extract<Term, { on: 'number' }>): Compiled {
  const { of } = column
  if (of === 'durationMs') {
    if (test.op === 'exists') return ({ event }) => !Number.isNaN(event.durationMs)
    const round = <Value extends { value: number }>(bound: Value): Value => ({ ...bound, value: Math.fround(bound.value) })
    const rounded: RangeTest = {
      op: 'range',
      ...(test.above ? { above: round(test.above) } : {}),
      ...(test.below ? { below: round(test.below) } : {}),
    }
    return ({ event }) => !Number.isNaN(event.durationMs) && isWithin(Math.fround(event.durationMs), rounded)
  }
  const least = of === 'status' ? 1 : 0
  return ({ event }) => event[of] >= least && (test.op === 'exists' || isWithin(event[of], test))
}
