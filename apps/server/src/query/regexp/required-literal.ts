import type { CharSet, Regexp } from './syntax.ts'

/**
 * The longest text that every match contains, in lower case; `''` when there is none of two characters or more. Only ASCII: the
 * message is indexed in ASCII lower case.
 */
export function requiredLiteral(regexp: Regexp): string {
  const runs: string[] = []
  const last = collect(regexp, '', runs)
  runs.push(last)
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  return longest.length >= 2 ? longest : ''
}

/** @returns the run of characters that is still open behind the node. */
function collect(node: Regexp, open: string, runs: string[]): string {
  const close = (): string => {
    runs.push(open)
    return ''
  }
  switch (node.is) {
    case 'chars': {
      const char = soleChar(node.set)
      return char === undefined ? close() : open + char
    }
    case 'edge':
      return open
    case 'sequence': {
      let run = open
      for (const item of node.items) run = collect(item, run, runs)
      return run
    }
    case 'choice':
      return close()
    case 'repeat': {
      close()
      if (node.min > 0) runs.push(collect(node.item, '', runs))
      return ''
    }
  }
}

/** `a` for `[aA]` and `a`. */
function soleChar(set: CharSet): string | undefined {
  if (set.negated || set.classes.length > 0 || set.ranges.length === 0) return undefined
  let sole: string | undefined
  for (const [first, last] of set.ranges) {
    if (first !== last || first > 0x7f) return undefined
    const char = String.fromCharCode(first).toLowerCase()
    if (sole !== undefined && sole !== char) return undefined
    sole = char
  }
  return sole
}
