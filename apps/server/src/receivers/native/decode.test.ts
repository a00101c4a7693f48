import { type DropReason, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecodeJob } from '../../ingest/decoder.ts'
import type { LooseRecord } from '../decode.ts'
import { decodeNative } from './decode.ts'

const decode = (body: string | Uint8Array) => {
  const entries: LooseRecord[] = []
  const lines: (number | undefined)[] = []
  const rejected: { reason: DropReason; line: number | undefined }[] = []
  const job: DecodeJob = {
    door: 'native',
    format: 'json',
    contentType: '',
    body: typeof body === 'string' ? Buffer.from(body) : body,
    projectId: 1,
    retentionDays: 30,
    // The decoder hands it on and does not look into it.
    redaction: { keys: [], patterns: [] } as unknown as DecodeJob['redaction'],
    defaults: {},
    timezone: 'UTC',
    year: undefined,
    after: undefined,
    importing: false,
    receivedAt: unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000),
    address: '',
    userAgent: '',
    tails: [],
  }
  decodeNative(job, {
    entry: (record, _timestamp, line) => {
      entries.push(record)
      lines.push(line)
    },
    reject: (reason, _message, line) => void rejected.push({ reason, line }),
  })
  return { entries, lines, rejected }
}

describe('the native decoder', () => {
  test.each([
    ['one object', '{"a":1}', [{ a: 1 }]],
    ['a list', '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['a printed list', '[\n  {\n    "a": 1\n  },\n  {"a":2}\n]\n', [{ a: 1 }, { a: 2 }]],
    ['lines', '{"a":1}\n{"a":2}\r\n\n{"a":3}', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['events in a wrapper', '{"events":[{"a":1},{"a":2}]}', [{ a: 1 }, { a: 2 }]],
    ['logs in a printed wrapper', '{\n  "logs": [\n{"a":1},\n{"a":2}\n  ]\n}', [{ a: 1 }, { a: 2 }]],
    ['a wrapper with more keys', '{"sdk":"x","logs":[{"a":1}]}', [{ a: 1 }]],
    ['an event that has a field events', '{"message":"m","events":[1]}', [{ message: 'm', events: [1] }]],
    ['an event whose list is not all of it', '{"events":[],"message":"m","tags":["a"]}', [{ events: [], message: 'm', tags: ['a'] }]],
    ['printed objects one after the other', '{\n "a": {\n  "b": 1 }\n}\n{\n "a": 2\n}\n', [{ a: { b: 1 } }, { a: 2 }]],
    ['objects without anything between', '{"a":1}{"a":2} {"a":3}', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['lines that end in commas', '{"a":1},\n{"a":2},\n', [{ a: 1 }, { a: 2 }]],
    ['record separators', '\u001e{"a":1}\n\u001e{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['a byte order mark', '\ufeff{"a":1}', [{ a: 1 }]],
    ['bare NaN and Infinity', '{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN, Infinity"}', [{ a: null, b: [null, null], c: 'NaN, Infinity' }]],
    ['trailing commas', '[{"a":[1,2,],},]', [{ a: [1, 2] }]],
    ['raw control characters in texts', '[{"a":"x\ty\nz"}]', [{ a: 'x\ty\nz' }]],
    ['brackets and quotes in texts', '[{"a":"}]\\"{[\\\\"},{"b":1}]', [{ a: '}]"{[\\' }, { b: 1 }]],
    ['lone surrogates and NUL', '{"a":"\\ud800\\u0000"}', [{ a: '\ud800\u0000' }]],
  ])('reads %s', (_name, body, expected) => {
    expect(decode(body)).toMatchObject({ entries: expected, rejected: [] })
  })

  test('reads UTF-16 in both orders, lines of Latin-1, and puts U+FFFD for bad bytes among UTF-8', () => {
    const text = '{"a":"grün"}'
    const little = Buffer.from(`\ufeff${text}`, 'utf16le')
    expect(decode(little).entries).toEqual([{ a: 'grün' }])
    expect(decode(Buffer.from(little).swap16()).entries).toEqual([{ a: 'grün' }])
    expect(decode(Buffer.from('{"a":"grün \x80"}', 'latin1')).entries).toEqual([{ a: 'grün €' }])
    const mixed = Buffer.concat([Buffer.from('{"a":"gr\xfcn"}\n', 'latin1'), Buffer.from('{"a":"grün'), Buffer.from([0xff]), Buffer.from('"}\n')])
    expect(decode(mixed).entries).toEqual([{ a: 'grün' }, { a: 'grün\ufffd' }])
  })

  test('one bad line loses only itself, and is named by its number', () => {
    const { entries, lines, rejected } = decode('{"a":1}\n\nnonsense\n{"b":"cut\n{"c":\n{"a":2}\n42\n{"a":3}')
    expect(entries).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
    expect(lines).toEqual([1, 6, 8])
    expect(rejected).toEqual([
      { reason: 'malformed', line: 3 },
      { reason: 'malformed', line: 4 },
      { reason: 'malformed', line: 5 },
      { reason: 'not-an-object', line: 7 },
    ])
  })

  test('one bad item of a list loses only itself', () => {
    const { entries, rejected } = decode('[{"a":1}, null, "text, more", 7, {"b":tru}, oops, [], {"a":2}]')
    expect(entries).toEqual([{ a: 1 }, { a: 2 }])
    expect(rejected.map(({ reason }) => reason)).toEqual([
      'not-an-object',
      'not-an-object',
      'not-an-object',
      'malformed',
      'malformed',
      'not-an-object',
    ])
  })

  test('a list that was cut off gives what came before', () => {
    const { entries, rejected } = decode('[{"a":1},{"a":2},{"a":"x')
    expect(entries).toEqual([{ a: 1 }, { a: 2 }])
    expect(rejected).toHaveLength(1)
  })

  test('a key named __proto__ changes nothing but its own record', () => {
    const { entries } = decode('{"__proto__":{"polluted":1},"a":1}')
    expect(entries[0]?.polluted).toBeUndefined()
    expect(({} as LooseRecord).polluted).toBeUndefined()
  })

  test('an empty body has no entries and no refusals', () => {
    for (const body of ['', '  \n\n', '[]', '{"logs":[]}']) expect(decode(body)).toEqual({ entries: [], lines: [], rejected: [] })
  })

  test('reads what journald and Docker export', () => {
    const { entries } = decode(
      [
        '{"__REALTIME_TIMESTAMP":"1714564800123456","MESSAGE":[104,195,164],"PRIORITY":"3","_HOSTNAME":"web-1","SYSLOG_IDENTIFIER":"sshd","_PID":"812","_SYSTEMD_UNIT":"ssh.service"}',
        '{"log":"2024 ERROR boom\\n","stream":"stderr","time":"2024-05-01T12:00:00.5Z"}',
        '{"log":"{\\"level\\":\\"warn\\",\\"message\\":\\"inner\\"}\\n","stream":"stdout","time":"2024-05-01T12:00:00.5Z"}',
      ].join('\n'),
    )
    expect(entries[0]).toMatchObject({
      timestamp: 1714564800123456,
      message: 'hä',
      level: 'error',
      host: 'web-1',
      service: 'sshd',
      attributes: { pid: 812, unit: 'ssh.service' },
    })
    expect(entries[1]).toMatchObject({
      level: 'error',
      message: '2024 ERROR boom',
      timestamp: '2024-05-01T12:00:00.5Z',
      attributes: { stream: 'stderr' },
    })
    expect(entries[2]).toMatchObject({ level: 'warn', message: 'inner', timestamp: '2024-05-01T12:00:00.5Z' })
  })

  test('takes any bytes without throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decode(bytes)))
    const pieces = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', ' ', 'a', '1', 'NaN', '{"a":1}', '"events"', 'null', '-Infinity')
    fc.assert(
      fc.property(fc.array(pieces), (parts) => void decode(parts.join(''))),
      { numRuns: 500 },
    )
  })

  test('accounts for every line of objects and junk', () => {
    const line = fc.oneof(
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.constantFrom('x', '1', '"text"', 'null', '}', '{"a"', '{"a":}', '{"a":"b'),
    )
    fc.assert(
      fc.property(fc.array(line, { minLength: 2 }), (lines) => {
        const { entries, rejected } = decode(`{"first":1}\n${lines.join('\n')}`)
        expect(entries.length + rejected.length).toBe(lines.length + 1)
      }),
    )
  })

  test.each([
    ['brackets', '['],
    ['braces', '{'],
    ['open lines', '{\n'],
    ['indented open lines', ' {\n'],
    ['open keys', '{"a":'],
    ['quotes', '"'],
    ['escapes', '{"\\'],
    ['bad objects', '{"a":x}\n'],
    ['commas and NaN', '{"a":NaN,}\n'],
    ['texts in a line', '{"a":["",'],
    ['objects in a line', '{"a":1},'],
    ['objects without a comma', '{"a":1}'],
  ])('stays linear on a megabyte of %s', (_name, piece) => {
    const took = (bytes: number): number => {
      const body = piece.repeat(Math.ceil(bytes / piece.length))
      const started = performance.now()
      decode(body)
      return performance.now() - started
    }
    const whole = took(1_000_000)
    // Quick is good enough; what is not must at least grow with the input: four times for linear work, sixteen for quadratic.
    if (whole > 500) expect(whole / took(250_000)).toBeLessThan(9)
  })
})
