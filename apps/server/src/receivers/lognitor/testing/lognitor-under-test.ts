import { type SampleRates, unixMs } from '@heartwood/protocol'
import { registerRawBody } from '../../../http/body.ts'
import { registerErrors } from '../../../http/errors.ts'
import { createDoorUnderTest, type DoorUnderTest } from '../../testing/door-under-test.ts'
import { registerLognitor } from '../routes.ts'
import { createLognitor, lognitorError } from '../take.ts'

export interface LognitorUnderTest {
  door: DoorUnderTest
  /** ms; tests move it. */
  clock: number
  rates: { sampleRates: SampleRates; sampleRatesAt: number | undefined }
}

/** Lognitor's doors before a queue in memory; the one heartbeat that there is has the token `tok_example`. For tests only. */
export async function createLognitorUnderTest(): Promise<LognitorUnderTest> {
  const door = await createDoorUnderTest()
  const test: LognitorUnderTest = { door, clock: Date.UTC(2026, 10, 21, 12), rates: { sampleRates: {}, sampleRatesAt: undefined } }
  const projects = {
    find: door.projects.find,
    settings: () => ({ retentionDays: 90, redaction: { keys: [], patterns: [] }, ...test.rates }),
  }
  const deps = { ingest: door.ingest, projects, now: () => unixMs(test.clock) }
  const lognitor = createLognitor(deps)
  await door.app.register(async (scope) => {
    registerRawBody(scope)
    registerErrors(scope, lognitorError)
    scope.post('/api/v1/ingest', lognitor.takeLogs)
    registerLognitor(scope, {
      ...deps,
      lognitor,
      findHeartbeat: async (token) => (token === 'tok_example' ? { id: 'hb_1', name: 'nightly backup', projectId: 1 } : undefined),
    })
  })
  return test
}
