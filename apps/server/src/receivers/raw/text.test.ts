import { Buffer } from 'node:buffer'
import { unixMicros } from '@heartwood/protocol'
import { describe, expect, test } from 'vitest'
import type { DecodeJob } from '../../ingest/decoder.ts'
import type { DecodeFormat, LooseRecord } from '../decode.ts'
import { bareJob } from './split.ts'
import { createTextDecoder, decodeTextLog } from './text.ts'

const receivedAt = unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000)

const read = (decode: DecodeFormat, text: string, options: Partial<DecodeJob> = {}) => {
  const events: { record: LooseRecord; time: string | undefined }[] = []
  decode(bareJob(Buffer.from(text), { receivedAt, year: undefined, ...options }), {
    entry: (record, time) => void events.push({ record, time: time === undefined ? undefined : new Date(time / 1_000).toISOString() }),
    reject: () => expect.unreachable(),
  })
  return events
}
const receipt = '2024-06-15T12:00:00.000Z'

describe('plain text, line by line', () => {
  const decode = createTextDecoder({ join: false, readers: 'plain', withoutTime: 'receipt' })
  test.each([
    ['2024-01-15 10:30:00 ERROR Connection refused', 'error', '2024-01-15T10:30:00.000Z', 'Connection refused'],
    ['2024-01-15T10:30:01.250+01:00 [warn] retrying', 'warn', '2024-01-15T09:30:01.250Z', 'retrying'],
    ['01/15/2024 10:30:02 INFO up', 'info', '2024-01-15T10:30:02.000Z', 'up'],
    ['2024-01-15 10:30:03,123 WARNING - slow', 'warn', '2024-01-15T10:30:03.123Z', 'slow'],
    ['[2024-01-15T10:30:00Z] debug: x', 'debug', '2024-01-15T10:30:00.000Z', 'x'],
    ['2024-01-15T10:30:00.000Z [INFO ] api: hello', 'info', '2024-01-15T10:30:00.000Z', 'api: hello'],
    ['2024-01-15 10:30:00 main.py:12 ERROR boom', 'error', '2024-01-15T10:30:00.000Z', 'main.py:12 ERROR boom'],
    ['ERROR in module X', 'error', receipt, 'ERROR in module X'],
    ['WARN: disk', 'warn', receipt, 'disk'],
    ['there were 0 errors, info follows', undefined, receipt, 'there were 0 errors, info follows'],
    ['2024-13-45 99:99:99 x', undefined, receipt, '2024-13-45 99:99:99 x'],
    ['Oct 11 22:14:15 host app: no stamp of this format', undefined, receipt, 'Oct 11 22:14:15 host app: no stamp of this format'],
  ])('%s', (line, level, time, message) => {
    expect(read(decode, line)).toEqual([{ time, record: expect.objectContaining({ message }) }])
    expect(read(decode, line)[0]?.record.level).toBe(level)
  })

  test('joins nothing', () => {
    expect(read(decode, '2024-01-15 10:30:00 ERROR a\n\tat b\nTraceback (most recent call last):\n\n  c')).toHaveLength(4)
  })
})

describe('text with joined lines', () => {
  test('gives lines without a time that of the line before', () => {
    const events = read(decodeTextLog, 'banner\n2024-01-15 10:30:00 a\nplain\n2024-01-15 10:30:05 b\nplain again')
    expect(events.map(({ time }) => time?.slice(17, 19))).toEqual(['00', '00', '00', '05', '05'])
    expect(events.map(({ record }) => record.message)).toEqual(['banner', 'a', 'plain', 'b', 'plain again'])
  })

  test('goes on from the piece before', () => {
    const after = unixMicros(Date.parse('2020-01-01T00:00:00Z') * 1_000)
    expect(read(decodeTextLog, 'plain\n2024-01-15 10:30:00 a', { after }).map(({ time }) => time)).toEqual([
      '2020-01-01T00:00:00.000Z',
      '2024-01-15T10:30:00.000Z',
    ])
  })

  test('takes the time of receipt when there is no other', () => {
    expect(read(decodeTextLog, 'one\ntwo').map(({ time }) => time)).toEqual([receipt, receipt])
  })

  test('reads times without a zone in the zone of the job', () => {
    const lines = '2024-01-15 10:30:00 winter\n2024-06-10 10:30:00 summer\nJun 10 10:30:00 host app: syslog\n2024-06-10T10:30:00Z its own'
    expect(read(decodeTextLog, lines, { timezone: 'Europe/Berlin' }).map(({ time }) => time?.slice(11, 16))).toEqual([
      '09:30',
      '08:30',
      '08:30',
      '10:30',
    ])
  })

  test('leaves the service to the sender where only the form of a line suggests one', () => {
    const line = '2024/05/01 12:00:00 [error] 1#1: *5 connect() failed, client: 203.0.113.9, server: a'
    expect(read(decodeTextLog, line)[0]?.record.service).toBe('nginx')
    expect(read(decodeTextLog, line, { defaults: { service: 'shop' } })[0]?.record.service).toBeUndefined()
  })

  test('keeps an exception that a crash prints below an unrelated line apart from it', () => {
    const events = read(decodeTextLog, '2024-01-15 10:30:00 INFO up\nTypeError: x is undefined\n    at f (a.js:1:1)')
    expect(events.map(({ record }) => record.level)).toEqual(['info', 'error'])
    expect(events[1]?.record.error).toMatchObject({ type: 'TypeError', message: 'x is undefined' })
  })
})

describe('lines of an export', () => {
  const line = String.raw`2024-05-01T12:00:00.123456Z [ERROR] web shop: two\nlines\tand \\n \u001b[0m: end`
  test('are whole events again', () => {
    const [event] = read(decodeTextLog, `${line}\t{"kind":"log","service":"web shop","attributes":{"a.b":[1,"x"]},"error":{"type":"E"}}`)
    expect(event?.record).toEqual({
      timestamp: '2024-05-01T12:00:00.123456Z',
      level: 'error',
      kind: 'log',
      service: 'web shop',
      message: 'two\nlines\tand \\n \u001b[0m: end',
      attributes: { 'a.b': [1, 'x'] },
      error: { type: 'E' },
    })
  })

  test('have the message in the rest where something else stands in its place, and no service where none is named', () => {
    const events = read(
      decodeTextLog,
      '2024-05-01T12:00:00.123456Z [INFO] E: went wrong\t{"kind":"log","message":""}\n2024-05-01T12:00:01.000000Z [WARN] a: b\t{"kind":"log"}\nplain',
    )
    expect(events.map(({ record }) => record.message)).toEqual(['', 'a: b', 'plain'])
    expect(events[1]?.record.service).toBeUndefined()
  })

  test('are not seen in what other programs write', () => {
    const other = String.raw`2024-05-01T12:00:00.123456Z [INFO] C:\new`
    expect(read(decodeTextLog, `${other}\t{"user":1}`)[0]?.record.message).toBe(String.raw`C:\new`)
  })
})

test('a time without a date is of today, or of yesterday when it has not come yet', () => {
  const events = read(decodeTextLog, '23:10:00.500 [main] ERROR c.a.Foo - late\n10:00:00.000 [main] INFO  c.a.Foo - early')
  expect(events.map(({ time }) => time)).toEqual(['2024-06-14T23:10:00.500Z', '2024-06-15T10:00:00.000Z'])
  expect(events[0]?.record).toMatchObject({ level: 'error', message: 'late', attributes: { logger: 'c.a.Foo', thread: 'main' } })
})

test('a slash between day and month is read by the day that can be no month', () => {
  const times = (text: string) => read(decodeTextLog, text).map(({ time }) => time?.slice(0, 10))
  expect(times('03/04/2024 10:00:00 a\n13/04/2024 10:00:00 b')).toEqual(['2024-04-03', '2024-04-13'])
  expect(times('03/04/2024 10:00:00 a\n04/13/2024 10:00:00 b')).toEqual(['2024-03-04', '2024-04-13'])
  const after = unixMicros(Date.parse('2024-05-31T10:00:00Z') * 1_000)
  expect(read(decodeTextLog, '01/06/2024 10:00:00 of a later piece', { after })[0]?.time).toBe('2024-06-01T10:00:00.000Z')
})
