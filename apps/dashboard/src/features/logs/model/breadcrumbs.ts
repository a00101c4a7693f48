import { type EventJson, LEVELS, type Level } from '@heartwood/protocol'
import { showValue } from './columns.ts'

/** Something that happened before an error. */
export interface Crumb {
  /** Milliseconds from the event: below 0, before it. undefined when it says no time. */
  offsetMs: number | undefined
  /** When, as RFC 3339. */
  stamp: string | undefined
  category: string
  message: string
  level: Level | undefined
  /** What else it holds, on one line. */
  data: string
}

/** Those in the detail of an event, in the order in which they were sent; undefined when there are none. */
export function readBreadcrumbs({ detail, timestamp }: EventJson): Crumb[] | undefined {
  const sent = detail?.breadcrumbs
  if (!Array.isArray(sent) || sent.length === 0) return undefined
  const at = Date.parse(timestamp)
  return sent.map((crumb): Crumb => {
    if (typeof crumb !== 'object' || crumb === null || Array.isArray(crumb)) {
      return { offsetMs: undefined, stamp: undefined, category: '', message: showValue(crumb), level: undefined, data: '' }
    }
    const { timestamp: when, category, type, message, level, data, ...rest } = crumb
    const ms = toMs(when)
    const more = {
      ...(typeof data === 'object' && data !== null && !Array.isArray(data) ? data : data === undefined || data === null ? {} : { data }),
      ...rest,
    }
    return {
      offsetMs: ms === undefined ? undefined : ms - at,
      stamp: ms === undefined ? undefined : new Date(ms).toISOString(),
      category: showValue(category ?? type ?? undefined),
      message: showValue(message),
      level: LEVELS.find((known) => known === level),
      data: Object.entries(more)
        .map(([name, value]) => `${name} ${showValue(value)}`)
        .join(' · '),
    }
  })
}

/** Stamps as text, in milliseconds, or in seconds as other clients send them. */
function toMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? (value < 1e11 ? value * 1_000 : value) : Number.NaN
  return Math.abs(ms) < 8.64e15 ? ms : undefined
}
