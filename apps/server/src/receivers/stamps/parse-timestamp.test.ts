import { unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTimestamp } from './parse-timestamp.ts'
import { createZone, tryCreateZone } from './zone.ts'

const receivedAt = unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000)
const iso = (value: unknown, timezone = 'UTC', year?: number): string | undefined => {
  const micros = parseTimestamp(value, { zone: createZone(timezone), receivedAt, year })
  if (micros === undefined) return undefined
  return new Date(Math.floor(micros / 1_000)).toISOString().replace('Z', `${String(((micros % 1_000) + 1_000) % 1_000).padStart(3, '0')}Z`)
}

describe('parseTimestamp', () => {
  test.each([
    ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00.000000Z'],
    ['2024-05-01T12:00:00.123456789Z', '2024-05-01T12:00:00.123456Z'],
    ['2024-05-01t12:00:00.5+02:00', '2024-05-01T10:00:00.500000Z'],
    ['2024-05-01 12:00:00,123', '2024-05-01T12:00:00.123000Z'],
    ['2024-05-01T12:00', '2024-05-01T12:00:00.000000Z'],
    ['2024-05-01T12:00:00-0730', '2024-05-01T19:30:00.000000Z'],
    ['2024-05-01 12:00:00.123 CEST', '2024-05-01T10:00:00.123000Z'],
    ['2024/05/01 12:00:00 UTC', '2024-05-01T12:00:00.000000Z'],
    ['2024-05-01T12:00:00+02:00[Europe/Berlin]', '2024-05-01T10:00:00.000000Z'],
    ['2024-05-01', '2024-05-01T00:00:00.000000Z'],
    ['20240501T120000Z', '2024-05-01T12:00:00.000000Z'],
    ['20240501120000', '2024-05-01T12:00:00.000000Z'],
    ['1714564800', '2024-05-01T12:00:00.000000Z'],
    ['1714564800.25', '2024-05-01T12:00:00.250000Z'],
    [1714564800.123456, '2024-05-01T12:00:00.123456Z'],
    [1714564800123, '2024-05-01T12:00:00.123000Z'],
    [1714564800123456, '2024-05-01T12:00:00.123456Z'],
    ['1714564800123456789', '2024-05-01T12:00:00.123456Z'],

    ['10/Oct/2000:13:55:36 -0700', '2000-10-10T20:55:36.000000Z'],
    ['[10/Oct/2000:13:55:36 -0700]', '2000-10-10T20:55:36.000000Z'],
    ['Tue, 10 Oct 2000 13:55:36 GMT', '2000-10-10T13:55:36.000000Z'],
    ['Tuesday, 10-Oct-00 13:55:36 GMT', '2000-10-10T13:55:36.000000Z'],
    ['10 Oct 2000 13:55:36 +0200', '2000-10-10T11:55:36.000000Z'],
    ['Sun Dec  4 04:47:44 2005', '2005-12-04T04:47:44.000000Z'],
    ['Sun Dec 04 04:47:44.123456 2005', '2005-12-04T04:47:44.123456Z'],
    ['May 01, 2024 1:00:00 PM', '2024-05-01T13:00:00.000000Z'],
    ['01/15/2024 10:30:02', '2024-01-15T10:30:02.000000Z'],
    ['1/15/2024, 12:30:02 AM', '2024-01-15T00:30:02.000000Z'],
    ['15.01.2024 10:30:02', '2024-01-15T10:30:02.000000Z'],
    ['Jun 16 11:00:00', '2024-06-16T11:00:00.000000Z'],
    ['Jun 17 11:00:00', '2023-06-17T11:00:00.000000Z'],
    ['Feb 29 11:00:00', '2024-02-29T11:00:00.000000Z'],
    [{ seconds: 1714564800, nanos: 5_000 }, '2024-05-01T12:00:00.000005Z'],
    [[1714564800, 5_000], '2024-05-01T12:00:00.000005Z'],
    ['Wed May 01 2024 14:00:00 GMT+0200 (Central European Summer Time)', '2024-05-01T12:00:00.000000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000000Z'],
  ])('reads %j', (value, expected) => {
    expect(iso(value)).toBe(expected)
  })

  test.each([
    ['2024-02-30T00:00:00Z'],
    ['2024-13-01 00:00:00'],
    ['2024-05-01T25:00:00Z'],
    ['99:99:99'],
    ['yesterday'],
    [''],
    [null],
    [undefined],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [true],
    [{}],
    [[]],
    ['2024-05-01T12:00:00Z trailing'],
  ])('says of %j that it is no time', (value) => {
    expect(iso(value)).toBeUndefined()
  })

  test('takes a zone for times without one, with its summer time', () => {
    expect(iso('2024-01-15 12:00:00', 'Europe/Berlin')).toBe('2024-01-15T11:00:00.000000Z')
    expect(iso('2024-07-15 12:00:00', 'Europe/Berlin')).toBe('2024-07-15T10:00:00.000000Z')
    expect(iso('2024-07-15 12:00:00Z', 'Europe/Berlin')).toBe('2024-07-15T12:00:00.000000Z')
    expect(iso('2024-07-15 12:00:00', '-05:30')).toBe('2024-07-15T17:30:00.000000Z')
  })

  test('reads the hour that the clocks repeat as its first pass, and the one they skip as if they had not been changed yet', () => {
    expect(iso('2024-10-27 02:30:00', 'Europe/Berlin')).toBe('2024-10-27T00:30:00.000000Z')
    expect(iso('2024-03-31 02:30:00', 'Europe/Berlin')).toBe('2024-03-31T01:30:00.000000Z')
    expect(iso('2024-03-31 01:59:59', 'Europe/Berlin')).toBe('2024-03-31T00:59:59.000000Z')
    expect(iso('2024-03-31 03:00:00', 'Europe/Berlin')).toBe('2024-03-31T01:00:00.000000Z')
  })

  test('takes the given year for a stamp without one', () => {
    expect(iso('Jun 17 11:00:00', 'UTC', 2019)).toBe('2019-06-17T11:00:00.000000Z')
    expect(iso('Feb 29 11:00:00', 'UTC', 2019)).toBeUndefined()
  })

  test('agrees with Date on every ISO text', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2254-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
        expect(parseTimestamp(date.toISOString())).toBe(date.getTime() * 1_000)
      }),
    )
  })

  test('agrees with Intl on every local time of a zone with summer time', () => {
    const zone = createZone('America/New_York')
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'medium' })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (seconds) => {
        const wall = format.format(seconds * 1_000)
        const read = parseTimestamp(wall, { zone }) ?? Number.NaN
        // The repeated hour has two meanings: what matters is that the clock on the wall is the same.
        expect(format.format(read / 1_000)).toBe(wall)
      }),
    )
  })

  test('reads whole nanoseconds that a double could not hold', () => {
    expect(iso(1714564800123456789n)).toBe('2024-05-01T12:00:00.123456Z')
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parseTimestamp(value, { receivedAt })))
    fc.assert(fc.property(fc.string(), (value) => void parseTimestamp(value, { receivedAt })))
  })
})

test('an unknown zone is told from a known one', () => {
  expect(tryCreateZone('Mars/Olympus')).toBeUndefined()
  expect(tryCreateZone('Asia/Kathmandu')?.name).toBe('Asia/Kathmandu')
  expect(createZone('Mars/Olympus').name).toBe('UTC')
})
