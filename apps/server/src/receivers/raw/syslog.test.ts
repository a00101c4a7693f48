import { Buffer } from 'node:buffer'
import { unixMicros } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { bareJob } from './split.ts'
import { decodeSyslog } from './syslog.ts'

const receivedAt = unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000)

it.each([
  ['syslog', receivedAt],
  ['raw', unixMicros(Date.parse('2024-05-01T10:00:00Z') * 1_000)],
])('gives a message without a time, at the door %s, the time of receipt or of the line before it', (door, expected) => {
  const times: (number | undefined)[] = []
  decodeSyslog(bareJob(Buffer.from('<34>1 2024-05-01T10:00:00Z h a - - - one\nanother sender says two\n'), { receivedAt, year: undefined, door }), {
    entry: (_, time) => void times.push(time),
    reject: () => expect.unreachable(),
  })
  expect(times[1]).toBe(expected)
})

describe('a stack that was sent line by line', () => {
  const read = (...lines: string[]) => {
    const messages: unknown[] = []
    decodeSyslog(bareJob(Buffer.from(lines.join('\n')), { receivedAt, year: undefined }), {
      entry: (record) => void messages.push([record.message, (record.error as { stack?: string } | undefined)?.stack]),
      reject: () => expect.unreachable(),
    })
    return messages
  }

  it('is one event as long as the lines are of one process', () => {
    const [first, second] = read(
      'May  1 12:00:01 fern shop[5]: ERROR failed',
      'May  1 12:00:01 fern shop[5]: #011at com.acme.Foo(Foo.java:1)',
      'May  1 12:00:01 fern shop[5]: Caused by: java.io.IOException: disk',
      'May  1 12:00:01 fern shop[6]: #011at com.acme.Foo(Foo.java:1)',
    )
    expect(first).toEqual(['ERROR failed', '\tat com.acme.Foo(Foo.java:1)\nCaused by: java.io.IOException: disk'])
    expect(second).toEqual(['#011at com.acme.Foo(Foo.java:1)', undefined])
  })

  it('is not seen in indented messages, lists, and lines minutes apart', () => {
    const lines = [
      'May  1 12:00:00 fern sudo:     mara : TTY=pts/0 ; COMMAND=/bin/ls',
      'May  1 12:00:00 fern sudo:     mara : TTY=pts/0 ; COMMAND=/bin/cat',
      'May  1 12:00:01 fern app[5]: com.acme.Foo: order placed',
      'May  1 12:00:01 fern app[5]: com.acme.Foo: order placed',
      'May  1 12:00:01 fern app[5]: #12 processed',
      'May  1 12:02:01 fern app[5]:     at noon',
    ]
    expect(read(...lines)).toHaveLength(lines.length)
  })
})
