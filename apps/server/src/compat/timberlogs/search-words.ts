/** A search as the API gives it back. */
export interface SearchWords {
  required: string[]
  phrases: string[]
  excluded: string[]
  /** At least one of them has to be found; empty: there is no such condition. */
  optional: string[]
}

type Token = { is: 'word' | 'phrase' | 'not'; text: string } | { is: 'or' }

const TOKEN = /(-?)"([^"]*)"|(\S+)/g

function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  for (const [, minus, quoted, word = ''] of query.matchAll(TOKEN)) {
    if (quoted !== undefined) {
      const text = quoted.trim()
      if (text !== '') tokens.push({ is: minus === '-' ? 'not' : 'phrase', text })
    } else if (word === 'OR') tokens.push({ is: 'or' })
    else if (word.length > 1 && word.startsWith('-')) tokens.push({ is: 'not', text: word.slice(1) })
    else tokens.push({ is: 'word', text: word })
  }
  return tokens
}

/** `a b`, `"a b"`, `a OR b`, `-a`. `OR` joins its two neighbours; at an edge, or beside what is excluded, it is a word like any other. */
export function readSearch(query: string): SearchWords {
  const tokens = tokensOf(query)
  const words: SearchWords = { required: [], phrases: [], excluded: [], optional: [] }
  const isTerm = (token: Token | undefined): boolean => token?.is === 'word' || token?.is === 'phrase'
  const joins = (index: number): boolean => tokens[index]?.is === 'or' && isTerm(tokens[index - 1]) && isTerm(tokens[index + 1])
  for (const [index, token] of tokens.entries()) {
    if (token.is === 'or') {
      if (!joins(index)) words.required.push('OR')
    } else if (token.is === 'not') words.excluded.push(token.text)
    else if (joins(index - 1) || joins(index + 1)) words.optional.push(token.text)
    else if (token.is === 'phrase') words.phrases.push(token.text)
    else words.required.push(token.text)
  }
  return words
}
