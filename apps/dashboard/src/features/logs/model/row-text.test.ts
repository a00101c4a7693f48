import type { EventJson } from '@heartwood/protocol'
import { expect, test } from 'vitest'
import { rowText, wordsOf } from './row-text.ts'

const event = (rest: Partial<EventJson>): EventJson => ({
  id: '01900000-0000-7000-8000-000000000000',
  kind: 'log',
  timestamp: '2026-11-21T09:30:12.123456Z',
  level: 'info',
  message: '',
  ...rest,
})

test('a row without a message shows what else there is', () => {
  expect(rowText(event({ message: 'hello', attributes: { a: 1 } }))).toEqual({ text: 'hello', isMessage: true })
  expect(rowText(event({ request: { method: 'GET', path: '/x', status: 500 }, attributes: { order: { id: 'A-1' }, list: [1] } }))).toEqual({
    text: 'GET /x 500 order.id=A-1 list=[1]',
    isMessage: false,
  })
  expect(rowText(event({})).text).toBe('')
})

test('words and phrases of the query are found in a message, fields are not', () => {
  const found = (query: string, text: string) => [...text.matchAll(wordsOf(query) ?? /$^/g)].map(([match]) => match)
  expect(found('level:error "card  declined" pay*', 'Payment: card declined, error')).toEqual(['Pay', 'card declined'])
  expect(found('a.b[0]', 'a.b[0] axb[0]')).toEqual(['a.b[0]'])
  expect(wordsOf('level:error AND service:(a OR b)')?.source).toBeUndefined()
})
