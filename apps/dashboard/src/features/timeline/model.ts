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
  /** Since the first event that carries the id: when what took its time began. */
  beganMs: number
  /** Where it stands on the strip of time, as shares of its width. */
  left: number
  width: number
}

export interface TimelineLines {
  lines: TimelineLine[]
  /** What the strip shows, linearly: milliseconds since the first event that carries the id. It may begin before that, with what was over then. */
  strip: { fromMs: number; toMs: number }
}

/** A pause is a gap when it is at least a second and five times the median pause, as the server has it for runs. */
const GAP_MS = 1_000
const GAP_FACTOR = 5

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

/** A trace id has two forms, and is one id in both: with the dashes of a UUID and without. */
const plainForm = (role: TimelineRole, id: string): string => (role === 'trace' && /^[0-9a-f-]{32,36}$/.test(id) ? id.replaceAll('-', '') : id)

/** The other ids that the events carry: all of a role, if they are few. */
export function relatedIds(lines: readonly { event: EventJson }[], own: string): RelatedId[] {
  return TIMELINE_ROLES.flatMap((role) => {
    const ids = new Map<string, string>()
    for (const { event } of lines) {
      const id = event[ROLE_FIELDS[role]]
      if (id !== undefined && id !== own) ids.set(plainForm(role, id), id)
    }
    ids.delete(plainForm(role, own))
    return ids.size > MOST_RELATED ? [] : [...ids.values()].map((id) => ({ role, id }))
  })
}

/** Offsets, pauses and places on the strip of events in order. `first` and `last` are the times of the first and the last event that carry the id. */
export function toTimeline(events: readonly EventJson[], first: string | null, last: string | null = first): TimelineLines {
  const stretches = events.map(stretchOf)
  const times = events.map((event) => preciseMs(event.timestamp))
  const deltas = times.map((time, index) => Math.max(0, time - (times[index - 1] ?? time)))
  const sorted = deltas.slice(1).sort((a, b) => a - b)
  const median = sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)] ?? 0
  const isGap = (index: number): boolean => times.length > 2 && (deltas[index] ?? 0) >= Math.max(GAP_MS, GAP_FACTOR * median)
  const origin = first === null ? (times[0] ?? 0) : preciseMs(first)
  const begin = stretches.reduce((least, { from }) => Math.min(least, from), origin)
  const end = stretches.reduce((most, { to }) => Math.max(most, to), last === null ? origin : preciseMs(last))
  const place = (ms: number): number => (ms - begin) / Math.max(end - begin, 1e-9)
  const lines = events.map((event, index) => {
    const { from, to } = stretches[index] ?? { from: 0, to: 0 }
    return {
      event,
      offsetMs: toMicros((times[index] ?? origin) - origin),
      deltaMs: toMicros(deltas[index] ?? 0),
      gap: isGap(index),
      beganMs: toMicros(from - origin),
      left: place(from),
      width: place(to) - place(from),
    }
  })
  return { lines, strip: { fromMs: toMicros(begin - origin), toMs: toMicros(end - origin) } }
}

/** Milliseconds with no more digits than stamps have. */
const toMicros = (ms: number): number => Math.round(ms * 1_000) / 1_000
