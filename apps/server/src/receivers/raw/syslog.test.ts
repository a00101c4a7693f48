import { Buffer } from 'node:buffer'
import { unixMicros } from '@heartwood/protocol'
import { expect, it } from 'vitest'
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
