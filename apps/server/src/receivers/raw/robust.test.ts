import { Buffer } from 'node:buffer'
import type { Format } from '@heartwood/protocol'
import { unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRaw } from './decode.ts'
import { bareJob } from './split.ts'
import { createTextDecoder } from './text.ts'

const receivedAt = unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000)
const FORMATS: Format[] = ['auto', 'json', 'jsonl', 'logfmt', 'syslog', 'csv', 'text', 'obl']

const count = (body: Uint8Array, format: Format): { entries: number; rejected: number; times: (number | undefined)[] } => {
  const seen = { entries: 0, rejected: 0, times: [] as (number | undefined)[] }
  decodeRaw(bareJob(body, { format, receivedAt, year: undefined, timezone: 'Europe/Berlin' }), {
    entry(record, time) {
      expect(typeof record).toBe('object')
      expect(time).not.toBeNaN()
      seen.entries++
      seen.times.push(time)
    },
    reject: () => void seen.rejected++,
  })
  return seen
}

/** Pieces of which log lines are made: put together at random they come near every reader. */
const piece = fc.constantFrom(
  '2024-05-01 12:00:00,123',
  '2024-05-01T12:00:00Z',
  '2024/05/01 12:00:00',
  'May  1 12:00:00',
  'Feb 30 12:00:00',
  '05-01 12:00:00.123',
  '[10.30 16:49:06]',
  '[01/May/2024:12:00:00 +0200]',
  '[Sun Dec 04 04:47:44 2005]',
  'E0501 12:00:00.123456',
  '<34>',
  '<165>1',
  ' ERROR ',
  ' [main] ',
  ' host app[1]: ',
  'Traceback (most recent call last):',
  '\tat a.B.c(D.java:1)',
  'java.lang.Error: x',
  'panic: x',
  '{"a":1}',
  '"',
  '[',
  ']',
  '=',
  'k=v',
  ',',
  '\t',
  ' ',
  ' - ',
  '\n',
  '\r\n',
  '\n\n',
  '#Fields: date time c-ip',
  '# Time: 2024-05-01T12:00:00Z',
  'message,level',
  'ü',
  '\u0000',
)
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))

describe('whatever comes in', () => {
  test.each(FORMATS)('%s takes any bytes without throwing', (format) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void count(bytes, format)))
    fc.assert(
      fc.property(text, (body) => void count(Buffer.from(body), format)),
      { numRuns: 300 },
    )
  })

  const lines = fc.array(
    text.map((body) => body.replace(/[\r\n]/g, ' ')),
    { maxLength: 20 },
  )
  // U+0000 is nothing: a line of it is blank.
  const filled = (all: string[]): number => all.filter((line) => line.replaceAll('\0', '').trim() !== '').length

  test.each(['logfmt', 'jsonl'] as const)('%s accounts for every line', (format) => {
    const single = fc.array(format === 'logfmt' ? text.map((body) => body.replace(/[\r\n]/g, ' ')) : fc.constantFrom('{"a":1}', 'x', '{', '5', ' '))
    fc.assert(
      fc.property(single, (all) => {
        const whole = format === 'jsonl' ? ['{"first":1}', ...all, '{"last":1}'] : all
        const { entries, rejected } = count(Buffer.from(whole.join('\n')), format)
        expect(entries + rejected).toBe(filled(whole))
      }),
    )
  })

  test('text line by line accounts for every line', () => {
    fc.assert(
      fc.property(lines, (all) => {
        let entries = 0
        const decode = createTextDecoder({ join: false, readers: 'plain' })
        decode(bareJob(Buffer.from(all.join('\n')), { receivedAt }), { entry: () => void entries++, reject: () => expect.unreachable() })
        expect(entries).toBe(filled(all))
      }),
    )
  })

  test('joined text loses no word', () => {
    const word = fc.stringMatching(/^[a-z]{6,10}$/)
    const line = fc
      .tuple(fc.constantFrom('', '  ', '\tat ', 'Caused by: ', '2024-05-01 12:00:00 ERROR ', 'May  1 12:00:00 host app: '), word)
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (all) => {
        let output = ''
        decodeRaw(bareJob(Buffer.from(all.join('\n')), { format: 'text', receivedAt }), {
          entry: (record) => {
            output += JSON.stringify(record)
          },
          reject: () => expect.unreachable(),
        })
        for (const part of all) expect(output).toContain(/[a-z]{6,10}$/.exec(part)?.[0])
      }),
    )
  })
})

/** Quadratic work shows at this size already: it would take minutes for a megabyte. */
const NASTY_BYTES = 100_000

describe('no input takes more than linear time', () => {
  const nasty: [string, string][] = [
    ['spaces', ' '],
    ['one word', 'a'],
    ['words', 'word '],
    ['brackets', '['],
    ['quotes', '"'],
    ['escaped quotes', '\\"'],
    ['equal signs', 'a='],
    ['open quotes', 'a="'],
    ['commas', ','],
    ['quoted commas', '","'],
    ['dots', 'a.'],
    ['exception names', 'a.b.Error '],
    ['an error of many colons', 'Error: '],
    ['levels', 'ERROR '],
    ['dashes', ' - '],
    ['digits', '1'],
    ['times', '2024-05-01 12:00:00 '],
    ['braces', '{"'],
    ['priorities', '<34>'],
    ['structured data', '[a b="c"]'],
    ['stack lines', '\tat a.b(c.java:1)\n'],
    ['short lines', 'a\n'],
    ['tracebacks', 'Traceback (most recent call last):\n'],
    ['yearless lines', 'Dec 31 23:59:59 a b[1]: c\nJan  1 00:00:00 a b[1]: c\n'],
    ['open rows', '"a\n'],
    ['PostgreSQL details', '2024-05-01 12:00:00 UTC [1] DETAIL:  x\n'],
    ['partial lines', '2024-05-01T12:00:00Z stdout P x\n'],
    ['contexts', '[2024-05-01 12:00:00] a.ERROR: x {"a":1} {"\n'],
  ]
  const heads = [
    '',
    '2024-05-01 12:00:00 ',
    '2024-05-01 12:00:00,1 [main] ERROR ',
    '<165>1 - - - - - ',
    'May  1 12:00:00 ',
    '[',
    '203.0.113.9 - - [01/May/2024:12:00:00 +0200] "',
  ]
  test.each(nasty)(
    '%s',
    (_name, part) => {
      const body = part.repeat(Math.ceil(NASTY_BYTES / part.length))
      for (const format of ['text', 'syslog', 'logfmt', 'csv', 'json', 'auto'] as const) {
        for (const head of format === 'text' ? heads : ['']) {
          const started = performance.now()
          decodeRaw(bareJob(Buffer.from(head + body), { format, receivedAt, year: undefined }), { entry() {}, reject() {} })
          const took = performance.now() - started
          expect(took, `${format} behind ${JSON.stringify(head)}`).toBeLessThan(2_000)
        }
      }
    },
    60_000,
  )
})
