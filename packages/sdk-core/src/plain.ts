import { KINDS } from '@heartwood/protocol/model'
import type { Breadcrumb, FlowPosition, JsonObject, Kind, TraceContext, User } from './types.ts'
import type { Snapshots } from './values/snapshot.ts'

// Parts of events as they are declared, made of whatever a program without types hands in: they are written without another look.
// undefined, null and members without a value count as not given.

/** No snapshot would cut it. */
const SHORT = 1_024
/** What the snapshots make of undefined. */
const UNDEFINED = '[undefined]'

export const isGiven = <Value>(value: Value): value is NonNullable<Value> => value !== undefined && value !== null

export const plainText = (snapshots: Snapshots, value: unknown): string => {
  if (typeof value === 'string' && value.length <= SHORT) return value
  const copied = snapshots.value(value)
  return typeof copied === 'string' ? copied : JSON.stringify(copied)
}

export const plainTexts = (snapshots: Snapshots, values: readonly unknown[]): string[] =>
  Array.from(typeof values === 'object' ? values : [values], (value) => plainText(snapshots, value))

/** A group whose members are optional. */
export const plainGroup = (snapshots: Snapshots, group: object): JsonObject => {
  const copied = snapshots.attributes(group)
  for (const name in copied) if (copied[name] === UNDEFINED) delete copied[name]
  return copied
}

export const plainUser = (snapshots: Snapshots, user: User): JsonObject & { id?: string } => {
  const { id, ...about } = plainGroup(snapshots, user)
  return isGiven(id) ? { ...about, id: typeof id === 'string' ? id : JSON.stringify(id) } : about
}

export const plainTrace = (snapshots: Snapshots, given: TraceContext | null | undefined): TraceContext | undefined => {
  if (!isGiven(given) || !isGiven(given.traceId)) return undefined
  const { traceId, spanId, parentSpanId, sampled } = given
  const trace: { -readonly [Name in keyof TraceContext]: TraceContext[Name] } = { traceId: plainText(snapshots, traceId) }
  if (isGiven(spanId)) trace.spanId = plainText(snapshots, spanId)
  if (isGiven(parentSpanId)) trace.parentSpanId = plainText(snapshots, parentSpanId)
  if (isGiven(sampled)) trace.sampled = Boolean(sampled)
  return trace
}

export const plainFlow = (snapshots: Snapshots, given: FlowPosition | null | undefined): FlowPosition | undefined =>
  isGiven(given) && isGiven(given.id) ? { id: plainText(snapshots, given.id), step: plainStep(given.step) } : undefined

export const plainStep = (step: unknown): number | undefined => (typeof step === 'number' && Number.isSafeInteger(step) ? step : undefined)

/** Milliseconds since 1970; undefined where that cannot be said. A text, as `toISOString` writes it, also comes from programs without types. */
export const plainTime = (time: unknown): number | undefined => {
  const ms = time instanceof Date ? time.getTime() : typeof time === 'string' ? Date.parse(time) : time
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

export const plainKind = (kind: unknown): Kind => KINDS.find((one) => one === kind) ?? 'log'

export const plainBreadcrumb = (snapshots: Snapshots, breadcrumb: Breadcrumb, now: number): Breadcrumb => {
  const { timestamp, message, ...rest } = plainGroup(snapshots, breadcrumb)
  return { ...rest, message: plainText(snapshots, message ?? ''), timestamp: typeof timestamp === 'number' ? timestamp : now }
}
