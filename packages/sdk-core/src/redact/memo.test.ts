import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMemo } from './memo.ts'

const json = (text: string): string => JSON.stringify(text.replaceAll('secret', '[redacted]'))

it('writes a text the second time as the first time, whatever came between', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('a"b', 'a\\"b', 'secret', '[redacted]', 'a secret"', '\ud800'))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
      const memo = createMemo(json)
      for (const each of [...texts, ...texts]) expect(memo(each)).toBe(json(each))
    }),
  )
})

it('looks once at what comes again, and keeps no more than it says', () => {
  let looks = 0
  const memo = createMemo((text) => {
    looks += 1
    return json(text)
  })
  for (let round = 0; round < 100; round++) memo('GET /orders/:id 200')
  expect(looks).toBe(1)
  for (let index = 0; index < 1_001; index++) memo(`order ${index}`)
  memo('GET /orders/:id 200')
  expect(looks).toBe(1_003)
})
