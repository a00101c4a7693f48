import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecodeJob } from '../../ingest/decoder.ts'
import { sampleJob } from '../../ingest/testing/sample-job.ts'
import { normalise } from '../../pipeline/steps/normalise.ts'
import { SAMPLE_NOW, sampleContext } from '../../pipeline/testing/sample-context.ts'
import type { LooseRecord } from '../decode.ts'
import { CHANCE_CASES, CHANCE_TIMEOUT_MS } from '../testing/chance.ts'
import type { DoorUnderTest } from '../testing/door-under-test.ts'
import { decodeLogs, decodeRows } from './decode.ts'
import { createLognitorUnderTest } from './testing/lognitor-under-test.ts'

/** The share of cases that go the whole way; the others begin at the decoder, which is ten times as fast. */
const OVER_HTTP = 0.15

const jobOf = (body: string): DecodeJob => ({ ...sampleJob(body), door: 'lognitor', receivedAt: SAMPLE_NOW })

let door: DoorUnderTest
beforeAll(async () => {
  door = (await createLognitorUnderTest()).door
})
afterAll(() => door.app.close())

describe('anything at all', () => {
  const key = fc.oneof(
    fc.constantFrom(
      'level',
      'message',
      'timestamp',
      'error',
      'request',
      'trace',
      'user',
      'perf',
      'metadata',
      'tags',
      'breadcrumbs',
      'release_id',
      '__proto__',
      'constructor',
    ),
    fc.string({ maxLength: 6 }),
  )
  const entry = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 10, noNullPrototype: false })
  const body = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({ batch_id: fc.option(fc.uuid()), logs: fc.array(fc.oneof(entry, fc.jsonValue()), { maxLength: 4 }) })
        .map((value) => JSON.stringify(value)),
    },
    {
      weight: 3,
      arbitrary: fc.record({ requests: fc.array(fc.oneof(entry, fc.jsonValue()), { maxLength: 4 }) }).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 1, arbitrary: fc.tuple(fc.json(), fc.nat(60)).map(([text, at]) => `{"batch_id":"x","logs":[${text.slice(0, at)}`) },
  )
  const path = fc.constantFrom(
    '/ingest',
    '/ingest/requests',
    '/feedback',
    '/releases/register',
    '/heartbeat/tok_example',
    '/heartbeat/tok_example/fail',
  )

  it('is answered without a fault of ours', { timeout: CHANCE_TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(path, body, async (url, payload) => {
        const { statusCode } = await door.app.inject({ method: 'POST', url: `/api/v1${url}`, payload })
        expect([200, 202, 400, 422]).toContain(statusCode)
        expect(door.defects).toEqual([])
        door.queue.batches.length = 0
        door.events.length = 0
      }),
      { numRuns: Math.ceil(CHANCE_CASES * OVER_HTTP) },
    )
  })

  it('goes through decoder and pipeline without a fault of ours: the rest of the bodies', { timeout: CHANCE_TIMEOUT_MS }, () => {
    const sink = { entry: (record: LooseRecord) => void normalise(record, undefined, context), reject: () => undefined, batch: () => undefined }
    const context = sampleContext()
    fc.assert(
      fc.property(fc.constantFrom(decodeLogs, decodeRows), body, (decode, payload) => decode(jobOf(payload), sink)),
      { numRuns: CHANCE_CASES - Math.ceil(CHANCE_CASES * OVER_HTTP) },
    )
  })
})
