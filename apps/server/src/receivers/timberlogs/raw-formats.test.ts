import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DoorUnderTest } from '../testing/door-under-test.ts'
import { createTimberlogsDoor, NOW, type TimberlogsDoor } from './testing/timberlogs-door.ts'

let door: DoorUnderTest
let post: TimberlogsDoor['post']
let logs: TimberlogsDoor['logs']
beforeEach(async () => {
  ;({ door, post, logs } = await createTimberlogsDoor())
})
afterEach(() => door.app.close())

describe('raw formats', () => {
  it.each([
    ['2024-01-15 10:30:00 ERROR Connection refused to database', 'error', 1705314600000, 'Connection refused to database'],
    ['2024-01-15T10:30:01.250+01:00 [warn] retrying', 'warn', 1705311001250, 'retrying'],
    ['01/15/2024 10:30:02 INFO up', 'info', 1705314602000, 'up'],
    ['2024-01-15 10:30:03,123 WARNING - slow', 'warn', 1705314603123, 'slow'],
    ['[2024-01-15T10:30:00Z] debug: x', 'debug', 1705314600000, 'x'],
    ['2024-01-15T10:30:00.000Z [INFO ] api: hello', 'info', 1705314600000, 'api: hello'],
    ['2024-01-15 10:30:00 main.py:12 ERROR boom', 'error', 1705314600000, 'main.py:12 ERROR boom'],
    ['ERROR in module X', 'error', NOW, 'ERROR in module X'],
    ['WARN: disk', 'warn', NOW, 'disk'],
    ['there were 0 errors, info follows', 'debug', NOW, 'there were 0 errors, info follows'],
    ['2024-13-45 99:99:99 x', 'debug', NOW, '2024-13-45 99:99:99 x'],
  ])('text: %s', async (line, level, timestamp, message) => {
    await post(line, '?format=text&level=debug')
    expect(logs()[0]).toMatchObject({ level, timestamp, message })
  })

  it('text: a stack belongs only to a line with a time; indented lines to any', async () => {
    await post('one\nTraceback (most recent call last):\n  File "a.py", line 1\nValueError: x\n\tat foo\nlast', '?format=text')
    expect(logs().map(({ message }) => message.split('\n')[0])).toEqual(['one', 'Traceback (most recent call last):', 'ValueError: x', 'last'])
  })

  it('text: a line is a log, but for those that belong to the one before', async () => {
    await post(
      '2024-01-15 10:30:00 ERROR x\nTraceback (most recent call last):\n  File "a"\nValueError: y\nand on\n  more\nERROR z\n\n2024-01-15 10:30:01 a',
      '?format=TEXT',
    )
    expect(logs().map(({ message, errorName }) => [message, errorName])).toEqual([
      ['x', 'ValueError'],
      ['and on\n  more', null],
      ['ERROR z', null],
      ['a', null],
    ])
    expect(logs().map(({ timestamp }) => timestamp === NOW)).toEqual([false, true, true, false])
  })

  it.each([
    [
      '<165>1 2024-01-15T10:30:00.000Z myhost api 1234 - - Connection refused',
      'info',
      1705314600000,
      'api',
      'Connection refused',
      { hostname: 'myhost', procId: '1234', facility: 20 },
    ],
    [
      '<34>Jan 15 10:30:00 myhost api[1234]: Connection refused',
      'error',
      Date.UTC(2026, 0, 15, 10, 30),
      'api',
      'Connection refused',
      { hostname: 'myhost', procId: '1234', facility: 4 },
    ],
    ['<11>1 - - - - - -', 'error', NOW, 'q', '', { facility: 1 }],
    [
      '<14>1 2026-01-02T03:04:05.678901+02:00 h app - ID47 [ex@32473 k="a\\"b\\\\c\\]d"][m x="1"] hi',
      'info',
      1767315845678,
      'app',
      'hi',
      { hostname: 'h', msgId: 'ID47', facility: 1, structuredData: { 'ex@32473': { k: 'a"b\\c]d' }, m: { x: '1' } } },
    ],
    ["<13>Jan  2 03:04:06 su[77]: 'su root' failed", 'info', Date.UTC(2026, 0, 2, 3, 4, 6), 'su', "'su root' failed", { procId: '77', facility: 1 }],
    ['<13>2026-01-02T03:04:06Z web-1 app[9]: hi', 'info', 1767323046000, 'app', 'hi', { hostname: 'web-1', procId: '9', facility: 1 }],
    ['Jan  2 03:04:06 web-1 sshd[812]: Accepted', 'warn', Date.UTC(2026, 0, 2, 3, 4, 6), 'sshd', 'Accepted', { hostname: 'web-1', procId: '812' }],
    ['<192>x', 'warn', NOW, 'q', '<192>x', null],
    ['plain words', 'warn', NOW, 'q', 'plain words', null],
  ])('syslog: %s', async (line, level, timestamp, source, message, data) => {
    await post(line, '?format=syslog&source=q&level=warn')
    expect(logs()[0]).toMatchObject({ level, timestamp, source, message })
    expect(logs()[0]?.data).toEqual(data)
  })

  it('csv: names of the protocol are fields, all others data', async () => {
    await post('level,message,source,timestamp\nerror,Connection refused,api,1705312200000', '?format=csv')
    await post('level\tmessage\nwarn\ta,b', '?format=csv')
    await post('Message,order,status,errorName,data,tags,stepIndex,extra\n"said ""hi""",A-1,500,E,"{""n"":1}",a;b,3\n"two\nlines",', '?format=csv')
    const [first, second, third, fourth] = logs()
    expect(first).toMatchObject({ level: 'error', message: 'Connection refused', source: 'api', timestamp: 1705312200000, data: null })
    expect(second).toMatchObject({ level: 'warn', message: 'a,b' })
    expect(third).toMatchObject({ message: 'said "hi"', errorName: 'E', tags: ['a', 'b'], stepIndex: 3, data: { order: 'A-1', status: '500', n: 1 } })
    expect(fourth).toMatchObject({ message: 'two\nlines', data: null, level: 'info' })
    expect(await post('a,b\n1,2', '?format=csv')).toMatchObject({ status: 400, body: { code: 'PARSE_ERROR' } })
  })

  it('jsonl: bad lines are named, the others taken', async () => {
    const { status, body } = await post('{"message":"a"}\n{bad\n\n[1]\n{"message":"b","id":"old"}\r\n', '?format=jsonl')
    expect([status, body.count, body.rejected]).toEqual([200, 2, 2])
    expect(body.errors).toEqual([
      { line: 2, code: 'PARSE_ERROR', message: 'Failed to parse line 2: invalid JSON' },
      { line: 4, code: 'PARSE_ERROR', message: 'Failed to parse line 4: not an object' },
    ])
    expect(logs()[1]).toMatchObject({ message: 'b', data: null })
    expect(await post('{bad', '?format=jsonl')).toMatchObject({
      status: 400,
      body: { error: 'Failed to parse line 1: invalid JSON', code: 'PARSE_ERROR' },
    })
  })

  it('json: names of other loggers count after the own', async () => {
    await post('{"msg":"a","severity":"warning","time":1767225600000,"message":null,"service":"s","level":"","err":1}', '?format=json&source=q')
    expect(logs()[0]).toMatchObject({ message: 'a', level: 'warn', timestamp: 1767225600000, source: 's', data: { err: 1 } })
    await post('{"message":"own","msg":"other"}', '?format=json')
    expect(logs()[1]).toMatchObject({ message: 'own', data: { msg: 'other' } })
  })

  it('obl: keeps an anonymised file, which begins in 2000', async () => {
    const file = {
      format: 'open-board-log-0.1',
      anonymized: true,
      sessions: [{ id: 's', events: [{ timestamp: '2000-01-01T00:00:00Z', label: 'hi' }] }],
    }
    await post(`/* notice */ ${JSON.stringify(file)}`)
    expect(logs()[0]).toMatchObject({
      message: 'Button: hi',
      sessionId: 's',
      timestamp: Date.UTC(2000, 0, 1),
      data: { anonymized: true, session_id: 's' },
    })
  })

  it.each([
    ['{"message":"a"}\n{"message":"b"}', 'application/json', 2],
    ['{"message":"a"}\n{"message":"b"}', 'application/x-www-form-urlencoded', 2],
    ['<13>Jan  2 03:04:06 h a: m', '', 1],
    ['level,message\ninfo,a\ninfo,b', 'application/octet-stream', 2],
    ['a=b level=info msg=x\n[2024-01-15T10:30:00Z] y', '', 2],
    ['[main] x', 'text/plain; charset=utf-8', 1],
  ])('are told by what the body %j looks like (%s)', async (payload, type, count) => {
    expect((await post(payload, '', { 'content-type': type })).body.count).toBe(count)
  })

  it('leave OpenTelemetry, which has the same path, alone', async () => {
    expect((await post('{"resourceLogs":[]}', '', { 'content-type': 'application/json' })).status).toBe(400)
    expect((await post('\n\u0001x', '', { 'content-type': 'application/x-protobuf' })).status).toBe(400)
    expect(door.events).toEqual([])
  })

  it('refuse a format that there is not', async () => {
    expect(await post('<a/>', '?format=xml')).toMatchObject({ status: 400, body: { error: 'Unsupported format: xml', code: 'PARSE_ERROR' } })
  })
})
