import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDoorUnderTest, type DoorUnderTest } from './testing/door-under-test.ts'

let door: DoorUnderTest
beforeEach(async () => {
  door = await createDoorUnderTest()
})
afterEach(() => door.app.close())

const AT = '2026-11-21T11:00:00Z'
const SHOP = { projectId: 1, keyId: 'k', settings: { retentionDays: 90, redaction: { keys: [], patterns: [] } } }

const JSON_ENTRY = `{"level":"info","message":"a\\u0000b","service":"s\\u0000","timestamp":"${AT}","tags":["t\\u0000"],"extra":{"n\\u0000":["\\u0000v"]},"detail":{"x":"\\u0000"}}`

it.each([
  ['native', 'json', JSON_ENTRY],
  ['raw', 'jsonl', `${JSON_ENTRY}\n`],
  ['raw', 'logfmt', `time=${AT} msg="a\\u0000b" k="\\u0000v"\n`],
  ['raw', 'csv', `time,message,k\n${AT},a\0b,\0v\n`],
  ['raw', 'text', `\0\0${AT} INFO a\0b\n`],
  ['raw', 'auto', `{"__REALTIME_TIMESTAMP":"1795258800000000","MESSAGE":[97,0,98],"_COMM":"s","__CURSOR":"c"}\n`],
  ['syslog', 'syslog', `<14>1 ${AT} h app - - - a\0b\n`],
  ['tracehub', 'json', `[${JSON_ENTRY}]`],
  ['lognitor', 'json', `{"logs":[${JSON_ENTRY}]}`],
  ['lognitor-requests', 'json', `{"requests":[{"method":"GET","path":"/\\u0000x","message":"a\\u0000b","status_code":200,"timestamp":"${AT}"}]}`],
  ['timberlogs', 'auto', `{"logs":[${JSON_ENTRY}]}`],
  ['timberlogs', 'text', `${AT} INFO a\0b\n`],
] as const)('U+0000 is left out at the door %s (%s)', async (name, format, body) => {
  const answer = await door.ingest.take({ ...SHOP, door: name, format, contentType: '', body: Buffer.from(body) })
  expect(answer).toMatchObject({ accepted: 1, rejectedCount: 0 })
  expect(JSON.stringify(door.events)).not.toContain('\\u0000')
  if (name !== 'lognitor-requests') expect(door.events[0]?.message).toBe('ab')
  expect(door.defects).toEqual([])
})
