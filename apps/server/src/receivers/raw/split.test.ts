import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Format, type UnixMicros, unixMicros } from '@heartwood/protocol'
import { describe, expect, test } from 'vitest'
import { parseTimestamp } from '../stamps/parse-timestamp.ts'
import { decodeRaw } from './decode.ts'
import { firstYearOf } from './first-year.ts'
import { sniffFormat } from './sniff.ts'
import { bareJob, csvHeaderOf, cutAtRecord, pieceHeaderOf } from './split.ts'

const folder = join(fileURLToPath(import.meta.url), '../../../../../../fixtures/logs')
const receivedAt = unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000)

const decode = (body: Uint8Array, format: Format, options: { after?: UnixMicros | undefined; year?: number | undefined } = {}) => {
  const events: { time: number | undefined; record: unknown }[] = []
  decodeRaw(bareJob(body, { format, receivedAt, year: options.year, after: options.after }), {
    entry: (record, time) => void events.push({ time: time ?? parseTimestamp(record.timestamp ?? record.time ?? record.ts ?? record.t), record }),
    reject: (reason) => void events.push({ time: undefined, record: reason }),
  })
  return events
}

/** As the import of the CLI goes about it: read a piece, cut it, keep the rest for the next. */
const decodeInPieces = (file: Buffer, format: Format, pieceBytes: number) => {
  const known = format === 'auto' ? sniffFormat(file) : format
  const header = pieceHeaderOf(file, known)
  const events: ReturnType<typeof decode> = []
  let start = 0
  let size = pieceBytes
  while (start < file.length) {
    const piece = file.subarray(start, start + size)
    const isLast = start + size >= file.length
    const cut = isLast ? piece.length : cutAtRecord(piece, known)
    if (cut === 0) {
      size *= 2
      continue
    }
    const body = start === 0 ? piece.subarray(0, cut) : Buffer.concat([header, piece.subarray(0, cut)])
    const after = events.findLast(({ time }) => time !== undefined)?.time as UnixMicros | undefined
    events.push(...decode(body, known, { after }))
    start += cut
    size = pieceBytes
  }
  return events
}

describe('a file read in pieces gives the same events as the whole', () => {
  const cases: [string, Format][] = [
    ['java-logback.log', 'auto'],
    ['python-logging.log', 'auto'],
    ['postgresql.log', 'auto'],
    ['mysql-slow.log', 'auto'],
    ['java-util-logging.log', 'auto'],
    ['laravel.log', 'auto'],
    ['kubernetes.log', 'auto'],
    ['dotnet.log', 'auto'],
    ['iis.log', 'auto'],
    ['sshd.log', 'auto'],
    ['syslog-wire.log', 'auto'],
    ['events.csv', 'auto'],
    ['events-tab.tsv', 'auto'],
    ['journald-json.jsonl', 'auto'],
    ['app.logfmt', 'auto'],
    ['nested.json', 'json'],
  ]
  test.each(cases)('%s', (name, format) => {
    const file = readFileSync(join(folder, name))
    const whole = decode(file, format === 'auto' ? sniffFormat(file) : format)
    for (const pieceBytes of [100, 333, 1_000]) {
      const pieces = decodeInPieces(file, format, pieceBytes)
      expect(pieces.map(({ record }) => record)).toEqual(whole.map(({ record }) => record))
      // Lines without any time; and years given and left out in one file, where what went before decides.
      if (name !== 'dotnet.log' && name !== 'syslog-wire.log') expect(pieces.map(({ time }) => time)).toEqual(whole.map(({ time }) => time))
    }
  })

  test('a list of objects on one line, and objects printed one after the other', () => {
    for (const text of ['[{"a":1},{"a":{"b":"]}"}},{"a":3}]', '{"logs":[{"a":1},{"a":2},{"a":3}]}', '{\n "a": 1\n}\n{\n "a": [1,\n2]\n}\n']) {
      const file = Buffer.from(text)
      const whole = decode(file, 'json')
      for (const pieceBytes of [16, 20, 28]) expect(decodeInPieces(file, 'json', pieceBytes)).toEqual(whole)
    }
  })
})

test('a piece is never cut inside a stack, a quoted row or an object', () => {
  const stack = '2024-05-01 12:00:00 INFO a\n2024-05-01 12:00:01 ERROR b\n\tat x.y(Z.java:1)\nCaused by: q\n'
  expect(cutAtRecord(Buffer.from(stack), 'text')).toBe(stack.indexOf('2024-05-01 12:00:01'))
  expect(cutAtRecord(Buffer.from('message,x\na,1\n"b\nc'), 'csv')).toBe('message,x\na,1\n'.length)
  expect(cutAtRecord(Buffer.from('[{"a":1},{"a":'), 'json')).toBe('[{"a":1}'.length)
  expect(cutAtRecord(Buffer.from('{"a":1}\n{"a":2'), 'jsonl')).toBe('{"a":1}\n'.length)
})

test('nothing can be cut off when a piece holds no whole record', () => {
  for (const format of ['text', 'json', 'jsonl', 'csv', 'syslog', 'logfmt'] as const) expect(cutAtRecord(Buffer.from('half a li'), format)).toBe(0)
  expect(cutAtRecord(Buffer.from('{"format":"open-board-log-0.1"}\n'), 'obl')).toBe(0)
})

test('the header of a CSV file may hold quoted line ends', () => {
  expect(Buffer.from(csvHeaderOf(Buffer.from('message,"two\nlines"\na,b\n'))).toString()).toBe('message,"two\nlines"\n')
  expect(csvHeaderOf(Buffer.from('message,no end')).length).toBe(0)
})

test('cutting the end of a large text does not read all of it', () => {
  const piece = Buffer.from('2024-05-01 12:00:00 INFO a line like any other in this file\n'.repeat(140_000))
  const started = performance.now()
  expect(cutAtRecord(piece, 'text')).toBe(piece.length - 60)
  expect(performance.now() - started).toBeLessThan(1_000)
})

describe('the year in which a file without years begins', () => {
  const ends = (first: string, last: string): number | undefined =>
    firstYearOf(Buffer.from(`${first} 10:00:00 host app: x\n`), Buffer.from(`${last} 10:00:00 host app: y\n`), {
      format: 'text',
      timezone: 'UTC',
      receivedAt,
    })

  test('is that of its end when the calendar goes up', () => expect(ends('Feb  1', 'Jun 10')).toBe(2024))
  test('is the one before when a new year lies between', () => expect(ends('Nov  1', 'Jun 10')).toBe(2023))
  test('lies further back when the end of the file has not come yet this year', () => expect(ends('Nov  1', 'Aug 10')).toBe(2022))
  test('is not asked for when the stamps say it', () => {
    const line = Buffer.from('2021-05-01 12:00:00 INFO a\n')
    expect(firstYearOf(line, line, { format: 'text', timezone: 'UTC', receivedAt })).toBeUndefined()
  })

  test('is years before the end when the days begin again several times on the way', () => {
    const days = (...list: string[]) => Buffer.from(list.map((day) => `${day} 10:00:00 host app: x\n`).join(''))
    const rest = days('Oct 01', 'May 01', 'Dec 01', 'Apr 01', 'Jun 01')
    expect(firstYearOf(days('Aug 01', 'Sep 01'), rest, { format: 'text', timezone: 'UTC', receivedAt })).toBe(2022)
    expect(firstYearOf(days('Aug 01', 'Feb 01', 'Mar 01'), undefined, { format: 'text', timezone: 'UTC', receivedAt })).toBe(2023)
  })
})
