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

it('finds names as the server does: any part of a dotted one, whatever its case, - and _', () => {
  const rules = { keys: ['userEmail', 'card'], patterns: [] }
  expect(JSON.parse(tryRedaction(rules, '{"USER_EMAIL":"x","card.owner":"y","cards":1}').text)).toEqual({
    USER_EMAIL: '[redacted]',
    'card.owner': '[redacted]',
    cards: 1,
  })
})

it('says which pattern is wrong', () => {
  expect(tryRedaction({ keys: [], patterns: ['ok', '('] }, 'x').problem).toMatch(/^\(/)
})
