import { describe, expect, it } from 'vitest'
import { ATTRIBUTE_ITEMS } from '../store/events/schema/tables.ts'
import { parseQuery, tryParseQuery } from './parser.ts'
import { planQuery } from './planner.ts'
import { MISTAKES, PLANS } from './testing/golden.ts'

/** Writes the long pieces that recur as marks: ⟨ and ⟩ are the borders of a word. */
const BORDER = '[\\\\x{0}-\\\\x{2f}\\\\x{3a}-\\\\x{40}\\\\x{5b}-\\\\x{60}\\\\x{7b}-\\\\x{7f}]'
const shortened = (where: string): string =>
  where
    .replaceAll(ATTRIBUTE_ITEMS, 'ITEMS')
    .replaceAll(`(?:\\\\A|${BORDER})`, '⟨')
    .replaceAll(`(?:\\\\z|${BORDER})`, '⟩')
    .replaceAll('[^\\\\x{9}-\\\\x{d}\\\\x{20}]', '⟨nonspace⟩')

describe.each(Object.entries(PLANS))('%s', (_, rows) => {
  it.each(rows)('%s', (query, where) => {
    expect(shortened(planQuery(parseQuery(query)).where)).toBe(where)
  })
})

describe('a query that cannot be read', () => {
  it.each(MISTAKES)('%s: column %i, length %i, %s', (query, column, length, message) => {
    const result = tryParseQuery(query)
    expect(result).toMatchObject({ ok: false, message, details: { column, length } })
    expect(result.ok ? '' : result.details.hint).not.toBe('')
  })

  it.each([
    ['a '.repeat(201), 'too many terms'],
    [`${'('.repeat(60)}a${')'.repeat(60)}`, 'nested too deep'],
    [`${'NOT '.repeat(60)}a`, 'nested too deep'],
    ['x'.repeat(10_001), 'too long'],
    [`/${'a'.repeat(1_001)}/`, 'too long'],
  ])('is refused before anything is built from it when it is too large (%#)', (query, message) => {
    const result = tryParseQuery(query)
    expect(result.ok ? '' : result.message).toContain(message)
  })
})

describe('a plan', () => {
  const plan = (query: string) => planQuery(parseQuery(query))

  it('uses the rollup only when it can tell the whole answer', () => {
    expect(plan('').rollup).toBe('1')
    expect(plan('level:>=warn (service:api OR host:x) -kind:span').rollup).toBeUndefined()
    expect(plan('level:>=warn (service:api OR env:x) -kind:span').rollup).toBe(
      "(level IN ['warn', 'error', 'fatal'] AND (lower(service) = 'api' OR lower(environment) = 'x') AND NOT (kind IN ['span']))",
    )
    expect(plan('level:error timeout').rollup).toBeUndefined()
    expect(plan('level:error timeout').rollupAtLeast).toBe("level IN ['error']")
    expect(plan('level:error OR timeout').rollupAtLeast).toBe('1')
  })

  it('is selective when an index narrows each way to match', () => {
    for (const query of ['timeout', 'trace:abc level:error', 'k:v', 'a OR k:v', 'userId:u_1']) expect(plan(query).isSelective, query).toBe(true)
    for (const query of ['', '-timeout', 'level:error', 'a OR level:error', 'status:500', '*x*', 'k:*', 'k:>5'])
      expect(plan(query).isSelective, query).toBe(false)
  })
})
