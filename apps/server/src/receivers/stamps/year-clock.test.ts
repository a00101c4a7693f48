import { type UnixMicros, unixMicros } from '@heartwood/protocol'
import { describe, expect, test } from 'vitest'
import { createYearClock, scanBsd, type YearlessStamp } from './year-clock.ts'
import { UTC } from './zone.ts'

const at = (iso: string): UnixMicros => unixMicros(Date.parse(iso) * 1_000)

const daysOf = (lines: string[], receivedAt: string, options: { year?: number; after?: UnixMicros } = {}): string[] => {
  const clock = createYearClock({ zone: UTC, receivedAt: at(receivedAt), year: options.year, after: options.after })
  const text = lines.map((line) => `${line} 10:00:00 host x\n`).join('')
  const stamp: YearlessStamp = { month: 0, day: 0, clock: 0, end: 0 }
  const days: string[] = []
  for (let start = 0; start < text.length; start = text.indexOf('\n', start) + 1) {
    expect(scanBsd(text, start, stamp)).toBe(true)
    days.push(new Date(clock.microsOf(stamp, text, start, scanBsd) / 1_000).toISOString().slice(0, 10))
  }
  return days
}

describe('stamps without a year', () => {
  const winter = ['Nov 30', 'Dec 31', 'Jan  1', 'Mar 02']

  test('lie in the nearest past, at most a day ahead', () => {
    expect(daysOf(['Jun 15'], '2024-06-15T12:00:00Z')).toEqual(['2024-06-15'])
    expect(daysOf(['Jun 16'], '2024-06-15T12:00:00Z')).toEqual(['2024-06-16'])
    expect(daysOf(['Jun 17'], '2024-06-15T12:00:00Z')).toEqual(['2023-06-17'])
    expect(daysOf(['Jan  1'], '2023-12-31T23:00:00Z')).toEqual(['2024-01-01'])
  })

  test('go forward over the end of a year', () => {
    expect(daysOf(winter, '2024-06-15T12:00:00Z')).toEqual(['2023-11-30', '2023-12-31', '2024-01-01', '2024-03-02'])
  })

  test('do so also when the file ends at a day that has not come yet this year', () => {
    expect(daysOf(winter, '2024-02-15T12:00:00Z')).toEqual(['2022-11-30', '2022-12-31', '2023-01-01', '2023-03-02'])
  })

  test('count several years in one file', () => {
    expect(daysOf(['Aug 01', 'Feb 01', 'Aug 01', 'Feb 01'], '2024-06-15T12:00:00Z')).toEqual(['2022-08-01', '2023-02-01', '2023-08-01', '2024-02-01'])
  })

  test('are not thrown into another year by a line out of order', () => {
    expect(daysOf(['Dec 31', 'Jan 01', 'Dec 31', 'Jan 01'], '2024-06-15T12:00:00Z')).toEqual(['2023-12-31', '2024-01-01', '2023-12-31', '2024-01-01'])
    expect(daysOf(['May 10', 'May 08', 'May 11'], '2024-06-15T12:00:00Z')).toEqual(['2024-05-10', '2024-05-08', '2024-05-11'])
  })

  test('begin in the year that is given', () => {
    expect(daysOf(winter, '2024-06-15T12:00:00Z', { year: 2005 })).toEqual(['2005-11-30', '2005-12-31', '2006-01-01', '2006-03-02'])
  })

  test('go on from the piece before', () => {
    const after = at('2005-12-30T10:00:00Z')
    expect(daysOf(['Dec 31', 'Jan  1'], '2024-06-15T12:00:00Z', { after, year: 2005 })).toEqual(['2005-12-31', '2006-01-01'])
    expect(daysOf(['Jan  1'], '2024-06-15T12:00:00Z', { after })).toEqual(['2006-01-01'])
  })

  test('of 29 February fall in a leap year', () => {
    expect(daysOf(['Feb 29'], '2023-06-15T12:00:00Z')).toEqual(['2020-02-29'])
  })
})
