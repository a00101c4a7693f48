import { expect, it } from 'vitest'
import { parseRelativeTime } from './relative-time.ts'
import { unixMs } from './units.ts'

const NOW = unixMs(Date.parse('2024-03-31T12:00:00Z'))
const read = (text: string, now = NOW): string | undefined => {
  const ms = parseRelativeTime(text, now)
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19)
}

it.each([
  ['now', '2024-03-31T12:00:00'],
  ['-90s', '2024-03-31T11:58:30'],
  ['-15m', '2024-03-31T11:45:00'],
  ['now-2h', '2024-03-31T10:00:00'],
  ['-7d', '2024-03-24T12:00:00'],
  ['-2w', '2024-03-17T12:00:00'],
  ['-1mo', '2024-02-29T12:00:00'],
  ['-13mo', '2023-02-28T12:00:00'],
  ['-1y', '2023-03-31T12:00:00'],
  ['-2y', '2022-03-31T12:00:00'],
])('reads %s as %s', (text, expected) => {
  expect(read(text)).toBe(expected)
})

it('a year before the 29th of February is the 28th', () => {
  expect(read('-1y', unixMs(Date.parse('2024-02-29T00:00:00Z')))).toBe('2023-02-28T00:00:00')
})

it('reaches back as far as a date can', () => {
  expect(read('-999999999y')).toBe('-271821-04-20T00:00')
})

it.each(['', '1h', '-15', '-1M', '-1.5h', '-1year', '2024-03-31', '-h'])('leaves “%s” to others', (text) => {
  expect(parseRelativeTime(text, NOW)).toBeUndefined()
})
