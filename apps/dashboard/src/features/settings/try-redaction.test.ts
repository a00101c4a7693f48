import { expect, it } from 'vitest'
import { tryRedaction } from './try-redaction.ts'

it('shows what redaction does to a message and to an event', () => {
  const rules = { keys: ['Password'], patterns: ['\\b\\d{16}\\b'] }
  expect(tryRedaction(rules, 'card 4111111111111111 declined').text).toBe('card [redacted] declined')
  expect(JSON.parse(tryRedaction(rules, '{"user.password":"x","n":{"card":"4111111111111111"}}').text)).toEqual({
    'user.password': '[redacted]',
    n: { card: '[redacted]' },
  })
})

it('says which pattern is wrong', () => {
  expect(tryRedaction({ keys: [], patterns: ['ok', '('] }, 'x').problem).toMatch(/^\(/)
})
