import { parseRelativeTime, unixMs } from '@heartwood/protocol'

/** The two ends of a range as the address and the API write them: relative (`-15m`, `now`), RFC 3339 or epoch milliseconds. */
export interface TimeRange {
  from: string
  to: string
}

export const DEFAULT_RANGE: TimeRange = { from: '-1h', to: 'now' }

export const PRESETS: readonly { label: string; from: string }[] = [
  { label: 'Last 5 minutes', from: '-5m' },
  { label: 'Last 15 minutes', from: '-15m' },
  { label: 'Last hour', from: '-1h' },
  { label: 'Last 4 hours', from: '-4h' },
  { label: 'Last 24 hours', from: '-24h' },
  { label: 'Last 3 days', from: '-3d' },
  { label: 'Last 7 days', from: '-7d' },
  { label: 'Last 30 days', from: '-30d' },
  { label: 'Last 90 days', from: '-90d' },
]

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const UNIT_NAME: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', mo: 'month', y: 'year' }

/** `-90 m` is `-90m`. */
const withoutGap = (text: string): string => text.trim().replace(/^(-\d+)\s+/, '$1')

/** Milliseconds since 1970 of one end, or undefined when it cannot be read. Text without a zone is the viewer's local time. */
export function resolveTime(text: string, nowMs: number): number | undefined {
  const value = withoutGap(text)
  const relative = parseRelativeTime(value, unixMs(nowMs))
  if (relative !== undefined) return relative
  if (/^\d{10,16}$/.test(value)) return Number(value)
  const local = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?$/.exec(value)
  const ms = local ? new Date(`${local[1]}T${local[2] ?? '00:00'}`).getTime() : /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

/** Why a range that someone typed cannot be used, in words; undefined when it can. */
export function rangeProblem(range: TimeRange, nowMs: number): { end: 'from' | 'to'; message: string } | undefined {
  const from = resolveTime(range.from, nowMs)
  const to = resolveTime(range.to, nowMs)
  const forms = 'Write a date like 2026-11-21 09:30, or a time before now like -90m.'
  if (from === undefined) return { end: 'from', message: forms }
  if (to === undefined) return { end: 'to', message: forms }
  if (from >= to) return { end: 'to', message: 'The end must be after the beginning.' }
  return undefined
}

/** What someone typed, as the API takes it: local times become RFC 3339 in UTC, the rest stays. */
export function normaliseTime(text: string, nowMs: number): string {
  const value = withoutGap(text)
  if (parseRelativeTime(value, unixMs(nowMs)) !== undefined) return value
  const ms = resolveTime(value, nowMs)
  return ms === undefined ? value : new Date(ms).toISOString()
}

/** The same range with both ends nailed down, for a link that shows tomorrow what it shows now. */
export function freezeRange(range: TimeRange, nowMs: number): TimeRange {
  const freeze = (text: string): string => {
    const ms = resolveTime(text, nowMs)
    return ms === undefined ? text : new Date(ms).toISOString()
  }
  return { from: freeze(range.from), to: freeze(range.to) }
}

export const absoluteRange = (fromMs: number, toMs: number): TimeRange => ({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })

/** A range twice as wide around the same middle, ending no later than now. */
export function widenRange(range: TimeRange, nowMs: number): TimeRange {
  const from = resolveTime(range.from, nowMs)
  const to = resolveTime(range.to, nowMs)
  if (from === undefined || to === undefined) return range
  const width = to - from
  if (range.to === 'now') return { from: toRelative(width * 2), to: 'now' }
  return absoluteRange(from - width / 2, Math.min(to + width / 2, Math.max(nowMs, to)))
}

/** A range in which a moment of the past stands near the end, as narrow as the presets allow. */
export function rangeUpTo(ms: number, nowMs: number): TimeRange {
  const preset = ms <= nowMs ? PRESETS.find(({ from }) => (resolveTime(from, nowMs) ?? nowMs) < ms) : undefined
  return preset ? { from: preset.from, to: 'now' } : absoluteRange(ms - 86_400_000, ms + 60_000)
}

/** How a range reads on its button. */
export function describeRange(range: TimeRange, nowMs: number): string {
  const preset = range.to === 'now' ? PRESETS.find((candidate) => candidate.from === range.from) : undefined
  if (preset) return preset.label
  const relative = /^-(\d+)(mo|[smhdwy])$/.exec(range.from)
  if (relative && range.to === 'now') {
    const name = UNIT_NAME[relative[2] ?? ''] ?? ''
    return relative[1] === '1' ? `Last ${name}` : `Last ${relative[1]} ${name}s`
  }
  const from = resolveTime(range.from, nowMs)
  const to = resolveTime(range.to, nowMs)
  if (from === undefined || to === undefined) return `${range.from} – ${range.to}`
  return `${shortStamp(from, to - from)} – ${range.to === 'now' ? 'now' : sameDay(from, to) ? clock(to, to - from) : shortStamp(to, to - from)}`
}

function toRelative(ms: number): string {
  const units = ['d', 'h', 'm', 's'] as const
  const unit = units.find((candidate) => ms % (UNIT_MS[candidate] ?? 1) === 0) ?? 's'
  return `-${Math.max(1, Math.round(ms / (UNIT_MS[unit] ?? 1)))}${unit}`
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString()
const pad = (value: number): string => String(value).padStart(2, '0')

function clock(ms: number, spanMs: number): string {
  const date = new Date(ms)
  const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  return spanMs < 600_000 ? `${minutes}:${pad(date.getSeconds())}` : minutes
}

function shortStamp(ms: number, spanMs: number): string {
  const date = new Date(ms)
  const year = date.getFullYear() === new Date().getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${date.getDate()} ${MONTHS[date.getMonth()]}${year} ${clock(ms, spanMs)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
