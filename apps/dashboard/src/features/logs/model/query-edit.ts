import { type QueryToken, quoteTerm, tokenizeQuery, unquoteTerm } from './query-tokens.ts'

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
  const clauses = values.map((value) => toClause(field, value))
  return clauses.length > 1 ? `(${clauses.join(' OR ')})` : (clauses[0] ?? '')
}

const toClause = (field: string, value: string): string => `${quoteTerm(field)}:${quoteTerm(value)}`
const without = (values: readonly string[], value: string): string[] => values.filter((candidate) => candidate !== value)

/** The parts of a query that AND joins. A query with an OR at its top level is one part, in parentheses. */
function splitParts(query: string): Part[] {
  const tokens = tokenizeQuery(query)
  const groups = groupTokens(tokens)
  if (groups.length === 0) return query.trim() === '' ? [] : [{ text: query.trim() }]
  if (groups.some((group) => isKeyword(group, 'OR'))) {
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
    if (isKeyword(group, 'AND')) continue
    if (from < 0) from = first.from
    if (isKeyword(group, 'NOT') || isKeyword(group, '-')) {
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
const isKeyword = (group: readonly QueryToken[], text: string): boolean => group.length === 1 && group[0]?.kind === 'keyword' && group[0].text === text

/** `field:value`, or `(field:a OR field:b)` on one field; undefined for everything else. */
function readGroup(group: readonly QueryToken[]): { field: string; values: string[] } | undefined {
  const wrapped = group[0]?.text === '(' && group[0].kind === 'paren' && group[group.length - 1]?.text === ')'
  const inner = wrapped ? group.slice(1, -1) : group
  const values: string[] = []
  let field: string | undefined
  for (let at = 0; at < inner.length; at += 4) {
    const [name, operator, value, or] = inner.slice(at, at + 4)
    if (name?.kind !== 'field' || operator?.text !== ':' || value?.kind !== 'value') return undefined
    if (or && (or.text !== 'OR' || at + 4 >= inner.length)) return undefined
    if (!value.text.startsWith('"') && /[*\\]/.test(value.text)) return undefined
    field ??= unquoteTerm(name.text)
    if (field !== unquoteTerm(name.text)) return undefined
    values.push(unquoteTerm(value.text))
  }
  return field === undefined ? undefined : { field, values }
}
