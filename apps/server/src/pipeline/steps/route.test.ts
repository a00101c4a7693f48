import { emptyEvent, unixMicros } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { Drop } from '../step.ts'
import { SAMPLE_NOW, sampleContext } from '../testing/sample-context.ts'
import { route } from './route.ts'

const DAY = 86_400_000_000
const eventFrom = (daysAgo: number) => ({ ...emptyEvent(SAMPLE_NOW), timestamp: unixMicros(SAMPLE_NOW - daysAgo * DAY) })

describe('route', () => {
  it('refuses what is older than the project keeps it', () => {
    const context = sampleContext({ retentionDays: 30 })
    expect(route.run(eventFrom(29), context)).toMatchObject({ retentionDays: 30, dataset: 'default' })
    expect(route.run(eventFrom(31), context)).toMatchObject({ reason: 'expired' })
  })

  it('keeps anonymised events from receipt on: they were moved to the year 2000', () => {
    const context = sampleContext({ retentionDays: 30 })
    const moved = { ...emptyEvent(SAMPLE_NOW), timestamp: unixMicros(Date.UTC(2000, 0, 2) * 1_000) }
    moved.attributes.set('anonymized', true)
    expect(route.run(moved, context)).not.toBeInstanceOf(Drop)
    moved.attributes.set('anonymized', false)
    expect(route.run(moved, context)).toMatchObject({ reason: 'expired' })
  })

  it('keeps imports from receipt on, also those from 1970', () => {
    const context = sampleContext({ retentionDays: 30, importing: true })
    const old = route.run(eventFrom(400), context)
    expect(old).not.toBeInstanceOf(Drop)
    expect(old).toMatchObject({ retentionDays: 430 })
    expect(route.run({ ...eventFrom(0), timestamp: unixMicros(0) }, context)).toMatchObject({ retentionDays: 20_779 + 30 })
  })
})
