import { type QueryToken, quoteField, quoteTerm, tokenizeQuery, unquoteTerm } from './query-tokens.ts'

/** What a query asks of one field: any of these values, none of those. */
export interface FieldFilter {
  included: readonly string[]
  excluded: readonly string[]
}

/** A part of a query that all others are joined to by AND. */
interface Part {
  text: string
  /** Set when the part is nothing but a filter on one field, so that the facets can show and change it. */
  filter?: { field: string; negated: boolean; values: readonly string[] }
}

/**
 * What a query asks of one field at its top level. Conditions that a facet could not show (a comparison, a wildcard, one side of
 * an OR between different fields) stay untouched by the functions here.
 */
export function readFilter(query: string, field: string): FieldFilter {
  const filters = splitParts(query).flatMap((part) => (part.filter?.field === field ? [part.filter] : []))
  return {
    included: filters.filter((filter) => !filter.negated).flatMap((filter) => filter.values),
    excluded: filters.filter((filter) => filter.negated).flatMap((filter) => filter.values),
  }
}

/** Rows may have this value too. */
export function includeValue(query: string, field: string, value: string): string {
  const { included, excluded } = readFilter(query, field)
  return writeFilter(query, field, { included: [...without(included, value), value], excluded: without(excluded, value) })
}

/** Rows must not have this value. */
export function excludeValue(query: string, field: string, value: string): string {
  const { included, excluded } = readFilter(query, field)
  return writeFilter(query, field, { included: without(included, value), excluded: [...without(excluded, value), value] })
}

/** Rows must have exactly this value. */
export const onlyValue = (query: string, field: string, value: string): string => writeFilter(query, field, { included: [value], excluded: [] })

/** Takes back what the query says about this value. */
export function clearValue(query: string, field: string, value: string): string {
  const { included, excluded } = readFilter(query, field)
  return writeFilter(query, field, { included: without(included, value), excluded: without(excluded, value) })
}

/** Takes back all that the query asks of this field; also how a facet counts the values that its own filter hides. */
export const clearField = (query: string, field: string): string => writeFilter(query, field, { included: [], excluded: [] })

function writeFilter(query: string, field: string, filter: FieldFilter): string {
  const parts = splitParts(query)
  const place = parts.findIndex((part) => part.filter?.field === field)
  const rest = parts.map((part) => (part.filter?.field === field ? '' : part.text))
  const clauses = [toInclusion(field, filter.included), ...filter.excluded.map((value) => `NOT ${toClause(field, value)}`)].filter(Boolean)
  rest.splice(place < 0 ? rest.length : place, 0, ...clauses)
  return rest.filter(Boolean).join(' ')
}

function toInclusion(field: string, values: readonly string[]): string {
  if (values.length < 2) return values.map((value) => toClause(field, value)).join('')
  return `${quoteField(field)}:(${values.map(quoteTerm).join(' OR ')})`
}

const toClause = (field: string, value: string): string => `${quoteField(field)}:${quoteTerm(value)}`
const without = (values: readonly string[], value: string): string[] => values.filter((candidate) => candidate !== value)

/** The parts of a query that AND joins. A query with an OR at its top level is one part, in parentheses. */
function splitParts(query: string): Part[] {
  const tokens = tokenizeQuery(query)
  const groups = groupTokens(tokens)
  if (groups.length === 0) return query.trim() === '' ? [] : [{ text: query.trim() }]
  if (groups.some((group) => isKeyword(group, 'OR') || isKeyword(group, '||'))) {
    const filter = readGroup(tokens)
    const text = `(${query.trim()})`
    return [filter ? { text, filter: { ...filter, negated: false } } : { text }]
  }
  const parts: Part[] = []
  let negated = false
  let from = -1
  for (const group of groups) {
    const first = group[0]
    const last = group[group.length - 1]
    if (!first || !last) continue
    if (isKeyword(group, 'AND') || isKeyword(group, '&&')) continue
    if (from < 0) from = first.from
    if (isKeyword(group, 'NOT') || isKeyword(group, '-') || isKeyword(group, '!')) {
      negated = !negated
      continue
    }
    const filter = readGroup(group)
    const text = query.slice(from, last.to)
    parts.push(filter && !(negated && filter.values.length > 1) ? { text, filter: { ...filter, negated } } : { text })
    negated = false
    from = -1
  }
  return parts
}

/** Tokens that belong together: a clause, or everything between a pair of parentheses. */
function groupTokens(tokens: readonly QueryToken[]): QueryToken[][] {
  const groups: QueryToken[][] = []
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1]
    const joined = depth > 0 || token.text === ')' || (previous !== undefined && previous.to === token.from && isHead(previous))
    if (joined && groups.length > 0) groups[groups.length - 1]?.push(token)
    else groups.push([token])
    if (token.text === '(' && token.kind === 'paren') depth++
    if (token.text === ')' && token.kind === 'paren') depth = Math.max(0, depth - 1)
  }
  return groups
}

const isHead = (token: QueryToken): boolean => token.kind === 'field' || token.kind === 'operator'
const isKeyword = (group: readonly QueryToken[], text: string): boolean =>
  group.length === 1 && group[0]?.kind === 'keyword' && group[0].text === text

interface GroupFilter {
  field: string
  values: string[]
}

/** `field:value`, `field:(a OR b)`, or `(field:a OR field:b)` on one field; undefined for everything else. */
function readGroup(group: readonly QueryToken[]): GroupFilter | undefined {
  const [name, colon, open] = group
  if (name?.kind === 'field' && colon?.text === ':' && open?.text === '(' && group[group.length - 1]?.text === ')') {
    const values = splitByOr(group.slice(3, -1), 1)?.map(([value]) => plainValue(value))
    return values?.every((value) => value !== undefined) ? { field: unquoteTerm(name.text), values } : undefined
  }
  const wrapped = name?.text === '(' && name.kind === 'paren' && group[group.length - 1]?.text === ')'
  const clauses = splitByOr(wrapped ? group.slice(1, -1) : group, 3)
  const found = clauses?.map(([field, operator, value]) =>
    field?.kind === 'field' && operator?.text === ':' ? { field: unquoteTerm(field.text), value: plainValue(value) } : undefined,
  )
  const field = found?.[0]?.field
  if (!found || field === undefined) return undefined
  const values = found.map((clause) => (clause?.field === field ? clause.value : undefined))
  return values.every((value) => value !== undefined) ? { field, values } : undefined
}

/** Clauses of so many tokens each with an OR between them; undefined for another shape. */
function splitByOr(tokens: readonly QueryToken[], length: number): QueryToken[][] | undefined {
  const clauses: QueryToken[][] = []
  for (let at = 0; at < tokens.length; at += length + 1) {
    const or = tokens[at + length]
    if (or && (or.kind !== 'keyword' || (or.text !== 'OR' && or.text !== '||') || at + length + 1 >= tokens.length)) return undefined
    clauses.push(tokens.slice(at, at + length))
  }
  return clauses.length > 0 && clauses[clauses.length - 1]?.length === length ? clauses : undefined
}

/** The text of a value that means nothing but itself: no wildcard, escape or pattern. */
function plainValue(token: QueryToken | undefined): string | undefined {
  if (token === undefined || !['value', 'word', 'phrase'].includes(token.kind)) return undefined
  if (!token.text.startsWith('"') && /[*\\/<>]/.test(token.text)) return undefined
  return unquoteTerm(token.text)
}
