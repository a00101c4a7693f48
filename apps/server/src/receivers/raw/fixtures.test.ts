import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Format, type UnixMicros, unixMicros } from '@heartwood/protocol'
import { describe, expect, test } from 'vitest'
import type { LooseRecord } from '../decode.ts'
import { parseTimestamp } from '../stamps/parse-timestamp.ts'
import { decodeRaw } from './decode.ts'
import { bareJob } from './split.ts'

/** What a person would look for; whatever is left out of an expectation was not there. */
interface ExpectedEvent {
  line?: number
  time?: string
  level?: unknown
  host?: unknown
  service?: unknown
  message?: unknown
  request?: unknown
  errorType?: unknown
  attributes?: unknown
}
interface Expected {
  /** Default `auto`: the format is found out. */
  format?: Format
  count: number
  rejected: number
  first: ExpectedEvent[]
  last: ExpectedEvent[]
}

const folder = join(fileURLToPath(import.meta.url), '../../../../../../fixtures/logs')
const receivedAt = unixMicros(Date.parse('2024-06-15T12:00:00Z') * 1_000)

const timeOf = (record: LooseRecord, time: UnixMicros | undefined): string | undefined => {
  const micros = time ?? parseTimestamp(record.timestamp ?? record.time ?? record.ts ?? record.t)
  return micros === undefined
    ? undefined
    : `${new Date(Math.floor(micros / 1_000)).toISOString().slice(0, 23)}${String(micros % 1_000).padStart(3, '0')}Z`
}

const toExpected = (record: LooseRecord, time: UnixMicros | undefined, line: number | undefined): ExpectedEvent => {
  const event = {
    line,
    time: timeOf(record, time),
    level: record.level ?? record.lvl,
    host: record.host ?? record.hostname,
    service: record.service,
    message: record.message ?? record.msg,
    request: record.request,
    errorType: (record.error as LooseRecord | undefined)?.type,
    attributes: record.attributes,
  }
  return JSON.parse(JSON.stringify(event)) as ExpectedEvent
}

describe('every sample of fixtures/logs is read as its expectation says', () => {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.expected.json'))
  test('there are samples', () => expect(names.length).toBeGreaterThan(50))
  test.each(names)('%s', (name) => {
    const stem = basename(name).replace(/\.[a-z]+$/, '')
    const expected = JSON.parse(readFileSync(join(folder, `${stem}.expected.json`), 'utf8')) as Expected
    const events: ExpectedEvent[] = []
    let rejected = 0
    decodeRaw(bareJob(readFileSync(join(folder, name)), { format: expected.format ?? 'auto', receivedAt, year: undefined }), {
      entry: (record, time, line) => void events.push(toExpected(record, time, line)),
      reject: () => void rejected++,
    })
    expect({ count: events.length, rejected }).toEqual({ count: expected.count, rejected: expected.rejected })
    expect(events.slice(0, expected.first.length)).toEqual(expected.first)
    expect(events.slice(events.length - expected.last.length)).toEqual(expected.last)
  })
})
