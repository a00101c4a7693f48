import type { EventJson } from '@heartwood/protocol'
import { absoluteRange } from '../../state/time-range.ts'
import { logsCodec } from './model/logs-state.ts'
import { quoteTerm } from './model/query-tokens.ts'

const AROUND_MS = 15 * 60_000

/** The Logs page with this event open, among what happened around it. */
export function logsAt({ id, timestamp }: Pick<EventJson, 'id' | 'timestamp'>) {
  const ms = Date.parse(timestamp)
  return logsCodec.format({ ...logsCodec.parse({}), ...absoluteRange(ms - AROUND_MS, ms + AROUND_MS), open: id, at: timestamp })
}

/** The Logs page with all events that carry one id, between two moments (both inclusive). */
export function logsWith(field: string, id: string, from: string, to: string) {
  return logsCodec.format({ ...logsCodec.parse({}), q: `${field}:${quoteTerm(id)}`, ...absoluteRange(Date.parse(from), Date.parse(to) + 1_000) })
}
