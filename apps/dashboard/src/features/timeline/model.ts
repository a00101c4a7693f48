import { type EventJson, TIMELINE_ROLES, type TimelineRole } from '@heartwood/protocol'
import { createCodec, type StateOf, textField } from '../../state/url-codec.ts'

export const timelineCodec = createCodec({ kind: textField() })
export type TimelineState = StateOf<typeof timelineCodec>

export interface TimelineLine {
  event: EventJson
  /** Since the first event that carries the id. */
  offsetMs: number
  /** Since the event before it. */
  deltaMs: number
  /** The pause before it is long beside the others. */
  gap: boolean
  /** Where it stands on the strip of time, as shares of its width. Idle time between events takes no room there. */
  left: number
  width: number
}

/** A pause is a gap when it is at least a second and five times the median pause, as the server has it for runs. */
const GAP_MS = 1_000
const GAP_FACTOR = 5
/** What one idle stretch takes of the strip at most, beside all that was busy. */
const IDLE_SHARE = 0.12

/** Milliseconds since 1970 with the microseconds that were sent. */
export function preciseMs(stamp: string): number {
  const micros = /\.\d{3}(\d{1,3})/.exec(stamp)?.[1] ?? ''
  return Date.parse(stamp) + Number(micros.padEnd(3, '0')) / 1_000
}

/** A span is stamped when it begins; all others say how long something took when it is over (docs/reference/event.md; the pipeline keeps stamps as sent). */
function stretchOf(event: EventJson): { from: number; to: number } {
  const at = preciseMs(event.timestamp)
  const took = Math.max(0, event.request?.durationMs ?? 0)
  return event.kind === 'span' ? { from: at, to: at + took } : { from: at - took, to: at }
}

export interface RelatedId {
  role: TimelineRole
  id: string
}

const ROLE_FIELDS = { flow: 'flowId', trace: 'traceId', request: 'requestId', session: 'sessionId', user: 'userId', release: 'release' } as const
/** More of one role say that it is not what the events have in common. */
const MOST_RELATED = 3

/** The other ids that the events carry: all of a role, if they are few. */
export function relatedIds(lines: readonly { event: EventJson }[], own: string): RelatedId[] {
  return TIMELINE_ROLES.flatMap((role) => {
    const ids = new Set(lines.map(({ event }) => event[ROLE_FIELDS[role]]).filter((id) => id !== undefined && id !== own))
    return ids.size > MOST_RELATED ? [] : [...ids].flatMap((id) => (id === undefined ? [] : [{ role, id }]))
  })
}

/** Offsets, pauses and places on the strip of events in order. `beginning` is the time of the first event that carries the id. */
export function toTimeline(events: readonly EventJson[], beginning: string | null): TimelineLine[] {
  const stretches = events.map(stretchOf)
  const times = events.map((event) => preciseMs(event.timestamp))
  const deltas = times.map((time, index) => Math.max(0, time - (times[index - 1] ?? time)))
  const sorted = deltas.slice(1).sort((a, b) => a - b)
  const median = sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)] ?? 0
  const isGap = (index: number): boolean => times.length > 2 && (deltas[index] ?? 0) >= Math.max(GAP_MS, GAP_FACTOR * median)
  const place = placeOnStrip(stretches)
  const origin = beginning === null ? (times[0] ?? 0) : preciseMs(beginning)
  return events.map((event, index) => {
    const { from, to } = stretches[index] ?? { from: 0, to: 0 }
    const left = place(from)
    return {
      event,
      offsetMs: Math.round(((times[index] ?? origin) - origin) * 1_000) / 1_000,
      deltaMs: Math.round((deltas[index] ?? 0) * 1_000) / 1_000,
      gap: isGap(index),
      left,
      width: Math.max(0, place(to) - left),
    }
  })
}

/** A function from a moment to a share of the strip. Stretches of time in which nothing runs are shortened where they are long. */
function placeOnStrip(stretches: readonly { from: number; to: number }[]): (ms: number) => number {
  const busy = merge(stretches)
  const total = busy.reduce((sum, { from, to }) => sum + to - from, 0)
  const idle = busy.slice(1).map(({ from }, index) => from - (busy[index]?.to ?? from))
  // Where nothing says how long it took, the pauses are all there is to see.
  const longest = total === 0 ? Number.POSITIVE_INFINITY : total * IDLE_SHARE
  let at = 0
  const starts = busy.map(({ from, to }, index) => {
    const start = at + (index === 0 ? 0 : Math.min(idle[index - 1] ?? 0, longest))
    at = start + to - from
    return start
  })
  const width = Math.max(at, 1e-9)
  return (ms) => {
    const index = busy.findLastIndex(({ from }) => from <= ms)
    const block = busy[Math.max(0, index)]
    if (!block) return 0
    return ((starts[Math.max(0, index)] ?? 0) + Math.min(Math.max(0, ms - block.from), block.to - block.from)) / width
  }
}

/** The stretches that overlap or touch, as one each, in order. */
function merge(stretches: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
}
