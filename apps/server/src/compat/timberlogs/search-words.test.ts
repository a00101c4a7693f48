import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readSearch } from './search-words.ts'

const words = (over: object = {}) => ({ required: [], phrases: [], excluded: [], optional: [], ...over })

it.each([
  ['payment failed', { required: ['payment', 'failed'] }],
  ['"payment failed"', { phrases: ['payment failed'] }],
  ['a OR b', { optional: ['a', 'b'] }],
  ['a OR b OR "c d"', { optional: ['a', 'b', 'c d'] }],
  ['a b OR c', { required: ['a'], optional: ['b', 'c'] }],
  ['-refund -"not this"', { excluded: ['refund', 'not this'] }],
  ['"payment failed" error OR warn -test', { phrases: ['payment failed'], optional: ['error', 'warn'], excluded: ['test'] }],
  ['OR a', { required: ['OR', 'a'] }],
  ['a OR', { required: ['a', 'OR'] }],
  ['a or b', { required: ['a', 'or', 'b'] }],
  ['"unclosed phrase', { required: ['"unclosed', 'phrase'] }],
  ['a - b', { required: ['a', '-', 'b'] }],
])('reads %s', (query, expected) => {
  expect(readSearch(query)).toEqual(words(expected))
})

it('reads any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (query) => {
      for (const list of Object.values(readSearch(query))) for (const text of list as string[]) expect(text).not.toBe('')
    }),
  )
})
