import type { Event } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { createPipelineRunner } from './runner.ts'
import { Drop } from './step.ts'
import { sampleContext } from './testing/sample-context.ts'

describe('pipeline', () => {
  it('takes an entry through all steps in their order and says what each had to do', () => {
    const runner = createPipelineRunner(sampleContext({ retentionDays: 30 }))
    const kept = runner.run({ msg: 'x', password: 'p', req: { method: 'GET', remoteAddress: '203.0.113.7' } }, undefined) as Event
    expect(kept).toMatchObject({ message: 'x', dataset: 'default', retentionDays: 30, method: 'GET' })
    expect(Object.fromEntries(kept.attributes)).toMatchObject({ password: '[redacted]', 'client.country': 'DE' })
    for (let index = 0; index < 99; index++) runner.run({ message: 'x' }, undefined)
    expect(runner.run({ time: '2001-01-01T00:00:00Z' }, undefined)).toBeInstanceOf(Drop)

    const report = runner.report()
    expect(report.map(({ name, events }) => [name, events])).toEqual(['normalise', 'scrub', 'enrich', 'group', 'route'].map((name) => [name, 101]))
    for (const { nanos } of report) expect(nanos).toBeGreaterThan(0)
  })
})
