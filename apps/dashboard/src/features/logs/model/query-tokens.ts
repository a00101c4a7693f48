/** A piece of a query as the editor colours it. Positions are 0-based, `to` is exclusive. */
export interface QueryToken {
  kind: 'word' | 'phrase' | 'regexp' | 'field' | 'operator' | 'value' | 'keyword' | 'paren'
  from: number
  to: number
  text: string
}

const KEYWORDS = new Set(['AND', 'OR', 'NOT', '&&', '||'])
const COMPARISON = /^[<>]=?/
/** As the server reads names: no digit first, so that `10:30` is a word. */
const NAME = /^[\p{L}_@$][\p{L}\p{N}_.@$/[\]-]*(?=:)/u
const REGEXP = /^\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/i?(?=$|[\s)])/
const NEGATABLE = /^[-!](?=[\p{L}\p{N}_"/(*@$.\\])/u

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
    const rest = text.slice(at)
    const last = tokens[tokens.length - 1]
    const isValue = last?.to === at && last.kind === 'operator'
    const found = isValue ? COMPARISON.exec(rest)?.[0] : undefined
    const name = isValue ? 0 : fieldEnd(text, at)
    if (/^\s/.test(rest)) at++
    else if (found) at = push('operator', at, at + found.length)
    else if (rest[0] === '(' || rest[0] === ')') at = push('paren', at, at + 1)
    else if (isValue) at = push('value', at, termEnd(text, at))
    else if (NEGATABLE.test(rest)) at = push('keyword', at, at + 1)
    else if (name > at) at = push('operator', push('field', at, name), name + 1)
    else {
      const end = termEnd(text, at)
      at = push(rest[0] === '"' ? 'phrase' : REGEXP.test(rest) ? 'regexp' : KEYWORDS.has(text.slice(at, end)) ? 'keyword' : 'word', at, end)
    }
  }
  return tokens
}

/** Where a name ends that a colon follows; 0 when there is none. */
function fieldEnd(text: string, from: number): number {
  const quoted = text[from] === '"'
  const end = quoted ? phraseEnd(text, from) : from + (NAME.exec(text.slice(from))?.[0].length ?? 0)
  if (end === from || text[end] !== ':' || (quoted && end - from < 3)) return 0
  if (quoted) return end
  const after = text.slice(end + 1)
  // `std::vector`, `https://…` and `C:\…` are words.
  return after.startsWith(':') || after.startsWith('//') || (end - from === 1 && after.startsWith('\\')) ? 0 : end
}

function termEnd(text: string, from: number): number {
  if (text[from] === '"') return phraseEnd(text, from)
  const regexp = REGEXP.exec(text.slice(from))
  if (regexp) return from + regexp[0].length
  let at = from
  let depth = 0
  for (; at < text.length; at++) {
    const char = text[at] ?? ''
    if (/[\s"]/.test(char)) break
    if (char === '(' && !/^\([^\s"()]*\)/.test(text.slice(at))) break
    if (char === '(') depth++
    if (char === ')' && --depth < 0) break
    if (char === '\\' && at + 1 < text.length) at++
  }
  return Math.max(at, from + 1)
}

function phraseEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

/** A value as it must stand in a query to mean exactly itself. */
export function quoteTerm(value: string): string {
  const plain = /^[\p{L}\p{N}_@$][\p{L}\p{N}_@$.-]*$/u.test(value) && !KEYWORDS.has(value) && !value.includes('..')
  return plain ? value : inQuotes(value)
}

/** A name as it must stand before its colon. */
export const quoteField = (name: string): string => (/^[\p{L}_@$][\p{L}\p{N}_.@$/[\]-]*$/u.test(name) ? name : inQuotes(name))

const inQuotes = (text: string): string => `"${text.replace(/[\\"]/g, (char) => `\\${char}`)}"`

/** The text that a word or a quoted phrase stands for. */
export const unquoteTerm = (text: string): string => (/^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text)
