import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearField, clearValue, excludeValue, includeValue, onlyValue, readFilter } from './query-edit.ts'
import { tokenizeQuery } from './query-tokens.ts'

describe('facets edit the query', () => {
  it('adds, collects, excludes and takes back values of a field', () => {
    const one = includeValue('payment', 'level', 'error')
    expect(one).toBe('payment level:error')
    const two = includeValue(one, 'level', 'warn')
    expect(two).toBe('payment level:(error OR warn)')
    expect(excludeValue(two, 'level', 'warn')).toBe('payment level:error NOT level:warn')
    expect(clearValue(two, 'level', 'error')).toBe('payment level:warn')
    expect(onlyValue(two, 'level', 'info')).toBe('payment level:info')
    expect(clearField(two, 'level')).toBe('payment')
  })

  it('reads filters that people wrote in other ways', () => {
    expect(readFilter('a AND level:error AND NOT service:"my app" -host:web-1', 'level')).toEqual({ included: ['error'], excluded: [] })
    expect(readFilter('a AND level:error AND NOT service:"my app" -host:web-1', 'service')).toEqual({ included: [], excluded: ['my app'] })
    expect(readFilter('a AND level:error AND NOT service:"my app" -host:web-1', 'host')).toEqual({ included: [], excluded: ['web-1'] })
    expect(readFilter('(level:error OR level:warn) a', 'level')).toEqual({ included: ['error', 'warn'], excluded: [] })
    expect(readFilter('level:error OR level:warn', 'level')).toEqual({ included: ['error', 'warn'], excluded: [] })
  })

  it('keeps what it cannot show: comparisons, wildcards, other groups', () => {
    const query = 'status:>=500 path:/pay/* (a OR service:b) host:/^web/'
    expect(readFilter(query, 'status')).toEqual({ included: [], excluded: [] })
    expect(readFilter(query, 'path')).toEqual({ included: [], excluded: [] })
    expect(includeValue(query, 'service', 'api')).toBe(`${query} service:api`)
  })

  it('wraps a query with OR at its top so that the filter holds for all of it', () => {
    expect(includeValue('timeout OR refused', 'level', 'error')).toBe('(timeout OR refused) level:error')
  })

  it('edits in place, so that the order someone chose stays', () => {
    expect(includeValue('level:error service:api timeout', 'level', 'warn')).toBe('level:(error OR warn) service:api timeout')
  })

  it('takes any value through the text and back', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(value, value, value, (field, a, b) => {
        fc.pre(a !== b)
        const both = includeValue(includeValue('first', field, a), field, b)
        expect(readFilter(both, field)).toEqual({ included: [a, b], excluded: [] })
        const moved = excludeValue(both, field, a)
        expect(readFilter(moved, field)).toEqual({ included: [b], excluded: [a] })
        expect(clearField(moved, field)).toBe('first')
      }),
    )
  })
})

describe('the pieces of a query', () => {
  it('are found in every text, however unfinished', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', '"', '(', ')', '-', ' ', '\\', '>', 'OR', '*') }), (text) => {
        const tokens = tokenizeQuery(text)
        for (const [index, token] of tokens.entries()) {
          expect(token.text).toBe(text.slice(token.from, token.to))
          expect(token.from).toBeGreaterThanOrEqual(tokens[index - 1]?.to ?? 0)
        }
        const between = tokens.map((token, index) => text.slice(tokens[index - 1]?.to ?? 0, token.from)).join('')
        expect(between.trim()).toBe('')
      }),
    )
  })

  it('have the kinds that the editor colours', () => {
    const kinds = tokenizeQuery('pay NOT level:error status:>=500 10:30 https://x std::vector "a b" /x y/i (main() -b)').map(
      (token) => `${token.kind} ${token.text}`,
    )
    expect(kinds).toEqual([
      'word pay',
      'keyword NOT',
      'field level',
      'operator :',
      'value error',
      'field status',
      'operator :',
      'operator >=',
      'value 500',
      'word 10:30',
      'word https://x',
      'word std::vector',
      'phrase "a b"',
      'regexp /x y/i',
      'paren (',
      'word main()',
      'keyword -',
      'word b',
      'paren )',
    ])
  })
})
