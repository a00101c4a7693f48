import { type EventJson, toApiError } from '@heartwood/protocol'
import { expect, test } from 'vitest'
import { formatReport } from '../import/report.ts'
import { createTally } from '../import/tally.ts'
import { formatEventLine } from './event-line.ts'
import { formatQueryError } from './query-error.ts'
import { cutToWidth, textWidth, toOneLine } from './text-width.ts'
import { formatSeconds } from './units.ts'

const event = (more: Partial<EventJson>): EventJson => ({
  id: '01890000-0000-7000-8000-000000000000',
  kind: 'log',
  timestamp: '2026-11-21T09:30:12.123456Z',
  level: 'error',
  message: 'payment failed',
  ...more,
})
const plain = { paint: (_: string, text: string) => text, utc: true }

test('an event takes one line of the terminal, with its attributes as far as they fit', () => {
  const line = formatEventLine(event({ service: 'checkout', attributes: { order: { id: 'A-1' }, attempt: 2 } }), { ...plain, width: 100 })
  expect(line).toBe('2026-11-21 09:30:12.123Z ERROR checkout         payment failed  order.id=A-1 attempt=2')
  expect(textWidth(formatEventLine(event({ message: '長い'.repeat(100) }), { ...plain, width: 60 }))).toBeLessThanOrEqual(60)
})

test('what was logged cannot steer the terminal', () => {
  expect(toOneLine('a\u001b[2Jb\r\nc\u0007')).toBe('a·[2Jb ↵ c·')
})

test('a text is cut by the cells it takes', () => {
  expect(cutToWidth('日本語', 5)).toBe('日本…')
  expect(cutToWidth('日本語', 6)).toBe('日本語')
  expect(cutToWidth('abc', 2)).toBe('a…')
})

test('a query error shows its place and a hint', () => {
  const error = toApiError(400, {
    error: { code: 'query-invalid', message: 'Expected a value', docs: '', details: { column: 7, length: 2, hint: 'Write level:error.' } },
  })
  expect(formatQueryError('level:)) x', error)).toBe('Expected a value\n  level:)) x\n        ^^\nHint: Write level:error.')
})

test('spans read like a clock', () => {
  expect([4, 65, 4_325].map(formatSeconds)).toEqual(['4 s', '1 m 05 s', '1 h 12 m'])
})

test('an import says its time, and its rate from a second on', () => {
  const tally = { ...createTally(), accepted: 10, bytes: 2_048 }
  expect(formatReport(tally, 0.25)).toBe('Accepted 10 events from 2.0 KiB in 250 ms.')
  expect(formatReport(tally, 2)).toBe('Accepted 10 events from 2.0 KiB in 2 s (5 a second, 1.0 KiB/s).')
})
