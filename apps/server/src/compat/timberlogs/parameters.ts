import { HeartwoodError } from '../../errors.ts'
import { TIMBERLOGS_LEVELS, type TimberlogsLevel } from './log.ts'
import type { LogFilter, Page } from './queries.ts'

/** Parameters as they come: unknown ones are passed over, numbers out of range brought into it. Refused is only what would answer another question. */
export type Query = { readonly [name: string]: unknown }

export function textOf(query: Query, name: string): string | undefined {
  const value = query[name]
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' && first !== '' ? first : undefined
}

/** The engine keeps times from 1900 on; nothing here is older than 1970. */
const LAST_MS = Date.UTC(2200, 0, 1)
const MAX_OFFSET = 10_000_000

function numberOf(query: Query, name: string, min: number, max: number): number | undefined {
  const text = textOf(query, name)?.trim()
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isNaN(value) ? undefined : Math.min(Math.max(Math.trunc(value), min), max)
}

export const pageOf = (query: Query, limits: { usual: number; most: number }): Page => ({
  limit: numberOf(query, 'limit', 1, limits.most) ?? limits.usual,
  offset: numberOf(query, 'offset', 0, MAX_OFFSET) ?? 0,
})

/** ms, or a date or time in ISO 8601. A bound that was passed over would show what nobody asked for. */
function timeOf(query: Query, name: 'from' | 'to'): number | undefined {
  const text = textOf(query, name)?.trim() ?? ''
  if (text === '') return undefined
  const ms = Number.isNaN(Number(text)) ? isoMs(text) : Number(text)
  if (Number.isNaN(ms)) {
    throw new HeartwoodError('validation-failed', 'Validation error', { details: [{ path: [name], message: 'Expected milliseconds since 1970' }] })
  }
  return Math.min(Math.max(Math.trunc(ms), 0), LAST_MS)
}

/** Without a zone UTC. */
function isoMs(text: string): number {
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time ?? '00:00'}${zone ?? 'Z'}`)
}

/** @throws HeartwoodError `validation-failed` for times that cannot be read */
export function filterOf(query: Query): LogFilter {
  const level = textOf(query, 'level')?.toLowerCase()
  return {
    level: TIMBERLOGS_LEVELS.find((name): name is TimberlogsLevel => name === level),
    source: textOf(query, 'source'),
    environment: textOf(query, 'environment'),
    dataset: textOf(query, 'dataset'),
    userId: textOf(query, 'userId'),
    sessionId: textOf(query, 'sessionId'),
    flowId: textOf(query, 'flowId'),
    from: timeOf(query, 'from'),
    to: timeOf(query, 'to'),
  }
}

export const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d\d-\d\d$/

function dayOf(query: Query, name: string): number | undefined {
  const text = textOf(query, name)?.slice(0, 10) ?? ''
  const ms = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return ms >= 0 && ms < LAST_MS ? ms : undefined
}

export const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Whole days in UTC, both included; the last seven unless others are named: the answer says which period it is of. `end` is the midnight after the last. */
export function periodOf(query: Query, now: number): { first: number; last: number; end: number } {
  const last = dayOf(query, 'to') ?? Math.floor(now / DAY_MS) * DAY_MS
  const first = dayOf(query, 'from') ?? Math.max(0, last - 6 * DAY_MS)
  return { first, last, end: last + DAY_MS }
}
