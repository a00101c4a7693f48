import { type Event, MAX_RETENTION_DAYS } from '@heartwood/protocol'
import { daysToMicros, formatMicros, microsToDays } from '../clock.ts'
import type { PipelineContext } from '../context.ts'
import { Drop, type Step } from '../step.ts'

/** The engine's column is 16 bits wide. */
const MAX_STORED_DAYS = 65_535

const YEAR_2000 = Date.UTC(2000, 0, 1) * 1_000
const YEAR_2001 = Date.UTC(2001, 0, 1) * 1_000
/** Anonymised logs (Open Board Log) are moved so that they begin on 2000-01-01: their times say nothing about their age. */
const isMovedInTime = ({ timestamp, attributes }: Event): boolean =>
  timestamp >= YEAR_2000 && timestamp < YEAR_2001 && attributes.get('anonymized') === true

/** Decides where an event goes and for how long: its dataset, its retention, or nowhere when that has passed. */
export const route: Step = {
  name: 'route',
  run(event: Event, context: PipelineContext): Event | Drop {
    if (event.dataset === '') event.dataset = 'default'
    const days = Math.min(Math.max(context.retentionDays, 1), MAX_RETENTION_DAYS)
    if (context.importing || isMovedInTime(event)) {
      // The engine counts from the timestamp; an import is kept as if it had happened now.
      const age = Math.max(0, Math.ceil(microsToDays(context.receivedAt - event.timestamp)))
      event.retentionDays = Math.min(age + days, MAX_STORED_DAYS)
      return event
    }
    event.retentionDays = days
    if (event.timestamp + daysToMicros(days) > context.receivedAt) return event
    return new Drop(
      'expired',
      `The event is from ${formatMicros(event.timestamp)}; this project keeps ${days} days. Import old files with import=1 to keep them.`,
    )
  },
}
