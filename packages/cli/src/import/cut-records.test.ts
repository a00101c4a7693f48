import type { KnownFormat } from '@heartwood/server/formats'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from './byte-reader.ts'
import { createCutter } from './cut-records.ts'
import { readPieces } from './pieces.ts'

const inside = { atStart: false, atEnd: false }
const cutText = (format: KnownFormat, text: string): string => {
  const buffer = Buffer.from(text)
  return text.slice(0, createCutter(format, buffer).cut(buffer, inside))
}

describe('where text is cut', () => {
  test('a stack trace stays with its entry', () => {
    const entry = '2026-01-01 10:00:00 ERROR boom\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\nCaused by: y\n\tat d.E.f(E.java:2)\n'
    expect(cutText('text', `2026-01-01 09:59:59 INFO ok\n${entry}`)).toBe('2026-01-01 09:59:59 INFO ok\n')
  })

  test('a Python traceback stays with its entry although its last line is not indented', () => {
    const first = '2026-01-01 10:00:00,123 ERROR failed\nTraceback (most recent call last):\n  File "a.py", line 1\nValueError: x\n'
    expect(cutText('text', `${first}2026-01-01 10:00:01,000 INFO on\n2026-01-01 10:00:02,000 INFO th`)).toBe(`${first}`)
  })

  test('lines without stamps are cut before one that does not look like a continuation', () => {
    expect(cutText('text', 'one\n  more\ntwo\n  more\n')).toBe('one\n  more\n')
  })

  test('a line break inside a quoted CSV cell is no border', () => {
    expect(cutText('csv', 'a,message\n1,"x\ny"\n2,"open\n')).toBe('a,message\n1,"x\ny"\n')
  })
})

const pieces = async (format: KnownFormat, text: string, chunk: number): Promise<string[]> => {
  const bytes = Buffer.from(text)
  const reader = new ByteReader(
    (async function* () {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
    })(),
  )
  const bodies: string[] = []
  let end = 0
  for await (const piece of readPieces(reader, createCutter(format, bytes.subarray(0, 64 * 1024)), { offset: 0, line: 1, plannedEnds: [] })) {
    expect(piece.offset).toBe(end)
    end = piece.end
    if (piece.body.length > 0) bodies.push(piece.body.toString())
  }
  expect(end).toBe(bytes.length)
  return bodies
}

describe('pieces', () => {
  test('together are the file, however it is read', async () => {
    const lines = fc.array(fc.oneof(fc.constant(''), fc.string(), fc.constant('2026-01-01 00:00:00 x')), { maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom<KnownFormat>('jsonl', 'text', 'syslog', 'logfmt'),
        fc.integer({ min: 1, max: 40 }),
        async (list, format, chunk) => {
          const text = list.join('\n')
          expect((await pieces(format, text, chunk)).join('')).toBe(text)
        },
      ),
    )
  })

  test('of a JSON document give its items back, however they are nested, quoted and spaced', async () => {
    const indent = fc.constantFrom(0, 2)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 20 }), indent, async (items, spaces) => {
        const bodies = await pieces('json', JSON.stringify(items, undefined, spaces), 7)
        const parsed = bodies.flatMap((body) => JSON.parse(body) as unknown[])
        expect(parsed).toEqual(JSON.parse(JSON.stringify(items)))
      }),
    )
  })

  test('of documents one after another are a list; a single one stays as it is', async () => {
    expect(await pieces('json', '{\n "a": 1\n}\n{\n "a": 2\n}\n', 5)).toEqual(['[{\n "a": 1\n},{\n "a": 2\n}]'])
    expect(await pieces('json', '{"logs": [{"a": 1}]}\n', 5)).toEqual(['{"logs": [{"a": 1}]}\n'])
  })

  test('a torn end of a JSON list goes alone, so that the items before it are taken', async () => {
    expect(await pieces('json', '[{"a":1},{"a":2},{"a":', 5)).toEqual(['[{"a":1},{"a":2}]', ',{"a":'])
  })

  test('a line longer than a request may be is passed over, and the next ones are not', async () => {
    const bodies = await pieces('jsonl', `{"a":1}\n${'x'.repeat(40 * 1024 * 1024)}\n{"a":2}\n`, 1024 * 1024)
    expect(bodies.join('')).toBe('{"a":1}\n{"a":2}\n')
  })
})
