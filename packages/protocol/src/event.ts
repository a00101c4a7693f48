import type { UnixMicros } from './units.ts'

/**
 * What an event is. The position in this list is the number stored in the engine's Enum8: append only, never reorder.
 * All kinds are stored in the table `events`; the table `visits` waits for those of {@link VISIT_KINDS} (ARCHITECTURE.md, rule 1).
 */
export const KINDS = [
  'log',
  'request',
  'audit',
  'checkin',
  'feedback',
  'span',
  'release',
  'metric',
  'profile',
  'pageview',
  'click',
  'vital',
  'custom',
] as const
export type Kind = (typeof KINDS)[number]

/** Kinds that browsers and links report; everything else is an event of a program. */
export const VISIT_KINDS = ['pageview', 'click', 'vital', 'custom'] as const satisfies readonly Kind[]
export type VisitKind = (typeof VISIT_KINDS)[number]
export const EVENT_KINDS = KINDS.filter((kind) => !(VISIT_KINDS as readonly Kind[]).includes(kind)) as Exclude<Kind, VisitKind>[]

/** Severity, rising. The position is the number stored in the engine, so that `level >= warn` is a comparison of numbers. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type Level = (typeof LEVELS)[number]

/** A JSON value as `JSON.parse` gives it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * One attribute of an event: objects are flattened into dotted names, so a value is a scalar or, for what a dotted name cannot
 * express (lists, empty objects, anything nested too deep), its JSON text wrapped in {@link JsonText}.
 */
export type AttributeValue = string | number | boolean | null | JsonText

/** JSON kept as text: `["a", 1]` reads back as the list, and is found as text. */
export class JsonText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * Everything Heartwood stores about one thing that happened. Inside the server types hold: receivers and the step `normalise` turn
 * whatever a client sent into this, and nothing after them has to check again. Absent texts are `''`, absent lists empty.
 */
export interface Event {
  kind: Kind
  /** When it happened, by the sender's clock unless that was unreadable. */
  timestamp: UnixMicros
  /** When it arrived here. */
  receivedAt: UnixMicros
  /** Days after `timestamp` until it may be deleted (1…65535). */
  retentionDays: number
  level: Level
  message: string
  service: string
  environment: string
  release: string
  host: string
  dataset: string
  tags: string[]
  /** Flat, dotted names in the order in which they were sent. */
  attributes: Map<string, AttributeValue>
  /** Dotted names that were objects when they were sent (`extra`, `extra.cache`), so that nesting survives the round trip. */
  objects: Set<string>
  /** What is looked at only when the event is opened (stack, frames, breadcrumbs, headers): never searched. */
  detail: { [key: string]: Json } | undefined
  traceId: string
  spanId: string
  sessionId: string
  userId: string
  requestId: string
  flowId: string
  /** 0-based place in its flow; -1 when it has none. */
  stepIndex: number
  issueId: string
  method: string
  route: string
  path: string
  /** HTTP status; 0 when there is none. */
  status: number
  /** NaN when there is none. */
  durationMs: number
}

/** An event of which nothing is known but when it arrived. */
export function emptyEvent(receivedAt: UnixMicros): Event {
  return {
    kind: 'log',
    timestamp: receivedAt,
    receivedAt,
    retentionDays: 0,
    level: 'info',
    message: '',
    service: '',
    environment: '',
    release: '',
    host: '',
    dataset: '',
    tags: [],
    attributes: new Map(),
    objects: new Set(),
    detail: undefined,
    traceId: '',
    spanId: '',
    sessionId: '',
    userId: '',
    requestId: '',
    flowId: '',
    stepIndex: -1,
    issueId: '',
    method: '',
    route: '',
    path: '',
    status: 0,
    durationMs: Number.NaN,
  }
}
