import { tokenizeQuery, unquoteTerm } from './query-tokens.ts'

/** What stands at the caret: the stretch that a completion replaces, and whether it is a name or a value of a name. */
export type CompletionPlace =
  | { kind: 'name'; from: number; to: number; text: string }
  | { kind: 'value'; field: string; from: number; to: number; text: string }

export function completionPlace(query: string, caret: number): CompletionPlace | undefined {
  const tokens = tokenizeQuery(query)
  const index = tokens.findIndex((token) => token.from < caret && caret <= token.to)
  const token = tokens[index]
  if (!token) return { kind: 'name', from: caret, to: caret, text: '' }
  const field = tokens.slice(0, index).findLast((candidate) => candidate.kind !== 'operator')
  const isValue = token.kind === 'value' || (token.kind === 'operator' && caret === token.to)
  if (isValue && field?.kind === 'field') {
    const from = token.kind === 'value' ? token.from : caret
    return { kind: 'value', field: unquoteTerm(field.text), from, to: token.to, text: query.slice(from, caret).replace(/^"/, '') }
  }
  if (token.kind === 'word') return { kind: 'name', from: token.from, to: token.to, text: query.slice(token.from, caret) }
  if (token.kind === 'paren' || (token.kind === 'keyword' && token.text === '-')) return { kind: 'name', from: caret, to: caret, text: '' }
  return undefined
}
