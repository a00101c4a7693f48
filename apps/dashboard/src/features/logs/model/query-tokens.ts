/** A piece of a query as the editor colours it. Positions are 0-based, `to` is exclusive. */
export interface QueryToken {
  kind: 'word' | 'phrase' | 'field' | 'operator' | 'value' | 'keyword' | 'paren'
  from: number
  to: number
  text: string
}

const KEYWORDS = new Set(['AND', 'OR', 'NOT'])
const OPERATOR = /^(:(?:>=|<=|!=|=|>|<)?|>=|<=|!=|=|>|<)/
const NAME = /^[\p{L}\p{N}_@$][\p{L}\p{N}_@$./-]*/u

/**
 * Splits a query for colouring, completion and editing. It accepts every text (someone is still typing); whether the query is
 * right is the server's to say.
 */
export function tokenizeQuery(text: string): QueryToken[] {
  const tokens: QueryToken[] = []
  const push = (kind: QueryToken['kind'], from: number, to: number): number => {
    if (to > from) tokens.push({ kind, from, to, text: text.slice(from, to) })
    return to
  }
  let at = 0
  while (at < text.length) {
    const char = text[at] ?? ''
    if (/\s/.test(char)) at++
    else if (char === '(' || char === ')') at = push('paren', at, at + 1)
    else if (char === '-' && /[^\s)]/.test(text[at + 1] ?? ' ')) at = push('keyword', at, at + 1)
    else at = readTerm(text, at, push)
  }
  return tokens
}

function readTerm(text: string, from: number, push: (kind: QueryToken['kind'], from: number, to: number) => number): number {
  const nameEnd = text[from] === '"' ? phraseEnd(text, from) : from + (NAME.exec(text.slice(from))?.[0].length ?? 0)
  const operator = nameEnd > from ? OPERATOR.exec(text.slice(nameEnd))?.[0] : undefined
  if (operator) {
    push('field', from, nameEnd)
    const valueFrom = push('operator', nameEnd, nameEnd + operator.length)
    if (text[valueFrom] === '(') return valueFrom
    return push('value', valueFrom, text[valueFrom] === '"' ? phraseEnd(text, valueFrom) : wordEnd(text, valueFrom))
  }
  if (text[from] === '"') return push('phrase', from, nameEnd)
  const end = Math.max(wordEnd(text, from), from + 1)
  return push(KEYWORDS.has(text.slice(from, end)) ? 'keyword' : 'word', from, end)
}

function phraseEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function wordEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !/[\s()]/.test(text[at] ?? '')) at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

/** A value or field as it must stand in a query to mean exactly itself. */
export function quoteTerm(value: string): string {
  const plain = /^[\p{L}\p{N}_@$][\p{L}\p{N}_@$./-]*$/u.test(value) && !KEYWORDS.has(value)
  return plain ? value : `"${value.replace(/[\\"]/g, (char) => `\\${char}`)}"`
}

/** The text that a word or a quoted phrase stands for. */
export const unquoteTerm = (text: string): string => (text.startsWith('"') ? text.replace(/^"|"$/g, '').replace(/\\(.)/gs, '$1') : text)
