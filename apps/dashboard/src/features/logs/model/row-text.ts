import type { EventJson } from '@heartwood/protocol'
import { showValue, toTree } from './columns.ts'
import { type QueryToken, tokenizeQuery, unquoteTerm } from './query-tokens.ts'

const SHOWN = 2_000
const FIELDS_SHOWN = 12

/** In the place of a message where there is nothing to say. */
export const NO_MESSAGE = 'without a message'

/** What a row says in its last column: the message; without one, what else there is. */
export function rowText(event: EventJson): { text: string; isMessage: boolean } {
  const { message, error, request } = event
  if (message !== '') return { text: message.length > SHOWN ? `${message.slice(0, SHOWN)}…` : message, isMessage: true }
  const parts = [
    error?.type,
    error?.message,
    request?.method,
    request?.path ?? request?.route,
    request?.status,
    ...toTree(event.attributes ?? {})
      .filter((line) => line.value !== undefined)
      .slice(0, FIELDS_SHOWN)
      .map((line) => `${line.path}=${showValue(line.value)}`),
  ]
  return {
    text: parts
      .filter((part) => part !== undefined && part !== '')
      .join(' ')
      .slice(0, SHOWN),
    isMessage: false,
  }
}

/** Finds the words and phrases of a query in a message, to mark them; undefined when the query has none. */
export function wordsOf(query: string): RegExp | undefined {
  const words = outsideFields(tokenizeQuery(query))
    .filter((token) => token.kind === 'word' || token.kind === 'phrase')
    .map((token) => unquoteTerm(token.text))
    .map((word) => word.replace(/^\*+|\*+$/g, ''))
    .filter((word) => word !== '')
    .map((word) =>
      word
        .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replace(/\*+/g, '\\S*')
        .replace(/\s+/g, '\\s+'),
    )
  return words.length === 0 ? undefined : new RegExp(`(${words.join('|')})`, 'giu')
}

/** Leaves out what stands in parentheses after a field: values of that field. */
function outsideFields(tokens: readonly QueryToken[]): QueryToken[] {
  let depth = 0
  return tokens.filter((token, index) => {
    const opens = token.kind === 'paren' && token.text === '('
    if (depth > 0) depth += opens ? 1 : token.kind === 'paren' ? -1 : 0
    else if (opens && tokens[index - 1]?.kind === 'operator') depth = 1
    return depth === 0
  })
}
