import type { CharSet, Regexp } from './syntax.ts'

const EDGES = { start: '\\A', end: '\\z', 'line-start': '(?m:^)', 'line-end': '(?m:$)', word: '\\b', 'not-word': '\\B' } as const

/** The pattern in RE2's syntax. Everything but letters and digits is written as its code, so nothing is left to be interpreted. */
export function toRe2(regexp: Regexp): string {
  switch (regexp.is) {
    case 'chars':
      return setToRe2(regexp.set)
    case 'edge':
      return EDGES[regexp.at]
    case 'sequence':
      return regexp.items.map((item) => (item.is === 'choice' ? `(?:${toRe2(item)})` : toRe2(item))).join('')
    case 'choice':
      return regexp.items.map(toRe2).join('|')
    case 'repeat':
      return `(?:${toRe2(regexp.item)})${quantifier(regexp.min, regexp.max)}`
  }
}

const quantifier = (min: number, max: number): string => {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}

function setToRe2(set: CharSet): string {
  const [only, ...others] = set.ranges
  if (!set.negated && only && others.length === 0 && set.classes.length === 0 && only[0] === only[1]) return pointToRe2(only[0])
  const members = set.ranges.map(([first, last]) => (first === last ? pointToRe2(first) : `${pointToRe2(first)}-${pointToRe2(last)}`))
  for (const { name, negated } of set.classes) members.push(`\\${negated ? 'P' : 'p'}{${name}}`)
  if (members.length === 0) return set.negated ? '(?s:.)' : '[^\\x{0}-\\x{10ffff}]'
  return `[${set.negated ? '^' : ''}${members.join('')}]`
}

const pointToRe2 = (point: number): string => {
  const char = String.fromCodePoint(point)
  return /[A-Za-z0-9]/.test(char) ? char : `\\x{${point.toString(16)}}`
}
