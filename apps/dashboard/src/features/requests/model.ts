import type { api as contract, RouteOutput } from '@heartwood/protocol'
import { formatShort } from '../../lib/format.ts'
import { DEFAULT_RANGE } from '../../state/time-range.ts'
import { createCodec, rangeFields, type StateOf, textField } from '../../state/url-codec.ts'
import type { TableOrder } from '../../ui/data-table.tsx'

export const requestsCodec = createCodec({
  q: textField(),
  ...rangeFields(DEFAULT_RANGE),
  service: textField(),
  method: textField(),
  route: textField(),
  /** Column that the routes are in order by; a minus before it: the biggest first. */
  order: textField('-count'),
})
export type RequestsState = StateOf<typeof requestsCodec>

export type RouteLine = RouteOutput<(typeof contract)['requestRoutes']>['routes'][number]

const KEYS = {
  route: (line) => `${line.route} ${line.method} ${line.service}`,
  service: (line) => `${line.service} ${line.route}`,
  count: (line) => line.count,
  errors: (line) => line.errorShare,
  p50: (line) => line.p50Ms,
  p95: (line) => line.p95Ms,
  p99: (line) => line.p99Ms,
  apdex: (line) => line.apdex,
} satisfies Record<string, (line: RouteLine) => number | string | null>

export const readOrder = (text: string): TableOrder => ({ by: text.replace(/^-/, ''), down: text.startsWith('-') })
export const writeOrder = ({ by, down }: TableOrder): string => `${down ? '-' : ''}${by}`

/** The routes in the order asked for; those without a value stand last either way. */
export function orderRoutes(lines: readonly RouteLine[], { by, down }: TableOrder): RouteLine[] {
  const keyOf = Object.hasOwn(KEYS, by) ? KEYS[by as keyof typeof KEYS] : KEYS.count
  return lines.toSorted((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    const sign = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y))
    return down ? -sign : sign
  })
}

/** How often, in the unit that reads best. */
export function formatRate(perMinute: number): string {
  if (perMinute >= 600) return `${formatShort(Math.round(perMinute / 6) / 10)}/s`
  if (perMinute >= 1) return `${formatShort(perMinute < 100 ? Math.round(perMinute * 10) / 10 : Math.round(perMinute))}/min`
  const perHour = perMinute * 60
  return perHour >= 1 ? `${formatShort(Math.round(perHour * 10) / 10)}/h` : `${formatShort(Math.round(perHour * 240) / 10)}/day`
}

/** Where a request that was served opens: its id's page, or the event itself. */
export const timelineIdOf = (event: { requestId?: string | undefined; traceId?: string | undefined }): string | undefined =>
  event.requestId ?? event.traceId
