import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { resolveFormat } from './sniff.ts'

const sniffed = (text: string, contentType = ''): string => resolveFormat({ format: 'auto', contentType, body: Buffer.from(text) })

describe('what a body is', () => {
  test.each([
    ['{"a":1}', 'json'],
    ['  [{"a":1}]', 'json'],
    ['{\n  "a": 1\n}', 'json'],
    ['{"a":1}\n{"a":2}\n', 'jsonl'],
    ['{"a":1}\nstarting up\n{"a":2}', 'text'],
    ['[2024-05-01 12:00:00] x', 'text'],
    ['[main] x', 'text'],
    ['<34>Oct 11 22:14:15 host su: x', 'syslog'],
    ['83 <14>1 - - - - - - x', 'syslog'],
    ['message,level\na,b', 'csv'],
    ['"Message"\tlevel\na\tb', 'csv'],
    ['a message, and more', 'text'],
    ['level=info msg="a b"', 'logfmt'],
    ['x = y', 'text'],
    ['/* n */ {"format":"open-board-log-0.1"}', 'obl'],
    ['', 'text'],
  ])('%j is %s', (text, format) => expect(sniffed(text)).toBe(format))

  test('is what its content type says, except for types that say nothing', () => {
    expect(sniffed('a', 'Text/CSV; charset=utf-8')).toBe('csv')
    expect(sniffed('{"format":"open-board-log-0.1"}', 'application/json')).toBe('obl')
    expect(sniffed('{"a":1}\n{"a":2}', 'text/plain')).toBe('jsonl')
    expect(sniffed('{"a":1}\n{"a":2}', 'application/x-www-form-urlencoded')).toBe('jsonl')
    expect(resolveFormat({ format: 'auto', contentType: 'text/plain', body: Buffer.from('{"a":1}') }, { plainIsText: true })).toBe('text')
  })

  test('is what the sender names, above all', () => {
    expect(resolveFormat({ format: 'text', contentType: 'text/csv', body: Buffer.from('{"a":1}') })).toBe('text')
  })
})
