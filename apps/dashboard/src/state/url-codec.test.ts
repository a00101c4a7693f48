import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choiceField, createCodec, flagField, listField, parseSearch, stringifySearch, textField } from './url-codec.ts'

const codec = createCodec({
  q: textField(),
  from: textField('-1h'),
  columns: listField(['service']),
  live: flagField(),
  tab: choiceField(['a', 'b']),
})

describe('the address as state', () => {
  it('reads back every state exactly, through a real query string', () => {
    const states = fc.record({
      q: fc.string({ unit: 'grapheme' }),
      from: fc.string(),
      columns: fc.array(fc.string({ minLength: 1 })),
      live: fc.boolean(),
      tab: fc.constantFrom<'a' | 'b'>('a', 'b'),
    })
    fc.assert(
      fc.property(states, (state) => {
        expect(codec.parse(parseSearch(stringifySearch(codec.format(state))))).toEqual(state)
      }),
    )
  })

  it('shows only what differs from the defaults', () => {
    expect(codec.format({ q: '', from: '-1h', columns: ['service'], live: false, tab: 'a' })).toEqual({})
    expect(stringifySearch(codec.format({ q: 'level:error', from: '-1h', columns: ['service'], live: true, tab: 'a' }))).toBe('?q=level:error&live=1')
  })

  it('takes the default for what cannot be read', () => {
    expect(codec.parse({ tab: 'zebra', live: 'yes', q: 7 })).toEqual({ q: '', from: '-1h', columns: ['service'], live: false, tab: 'a' })
  })
})
