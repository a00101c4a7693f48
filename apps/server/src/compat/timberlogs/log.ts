import type { EventJson, Json, Level } from '@heartwood/protocol'

/** The levels of this protocol. */
export const TIMBERLOGS_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type TimberlogsLevel = (typeof TIMBERLOGS_LEVELS)[number]

/** Which of our levels read as each of theirs. */
export const LEVELS_OF: Record<TimberlogsLevel, readonly Level[]> = {
  debug: ['trace', 'debug'],
  info: ['info'],
  warn: ['warn'],
  error: ['error', 'fatal'],
}

export const toTimberlogsLevel = (level: Level): TimberlogsLevel => TIMBERLOGS_LEVELS.find((name) => LEVELS_OF[name].includes(level)) ?? 'info'

/** A log as the API gives it: every key is always there, as the command line tool checks each. */
export interface TimberlogsLog {
  id: string
  timestamp: number
  level: TimberlogsLevel
  message: string
  source: string | null
  environment: string | null
  dataset: string | null
  version: string | null
  userId: string | null
  sessionId: string | null
  requestId: string | null
  data: { [key: string]: Json } | null
  errorName: string | null
  errorStack: string | null
  tags: string[] | null
  country: string | null
  ipAddress: string | null
  flowId: string | null
  stepIndex: number | null
}

/** Attributes that are Heartwood's own, or fields of their own in this API. */
const OWN = /^(?:heartwood\.|client\.)|^ipAddress$/

const isObject = (value: Json | undefined): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOrNull = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)

export function toLog(event: EventJson): TimberlogsLog {
  const { attributes = {}, error = {} } = event
  // What its attributes alone could not give back was kept as it was sent.
  const sent = isObject(event.detail?.timberlogs) ? event.detail.timberlogs : undefined
  const data = isObject(sent?.data) ? sent.data : dataOf(attributes, error)
  return {
    id: event.id,
    timestamp: Date.parse(event.timestamp),
    level: toTimberlogsLevel(event.level),
    message: event.message,
    source: event.service ?? null,
    environment: event.environment ?? null,
    dataset: event.dataset ?? null,
    version: event.release ?? null,
    userId: event.userId ?? null,
    sessionId: event.sessionId ?? null,
    requestId: event.requestId ?? null,
    data: Object.keys(data).length === 0 ? null : data,
    errorName: sent !== undefined && 'errorName' in sent ? textOrNull(sent.errorName) : (error.type ?? null),
    errorStack: error.stack ?? null,
    tags: event.tags ?? null,
    country: sent === undefined ? countryOf(attributes) : textOrNull(sent.country),
    ipAddress: textOrNull((sent ?? attributes).ipAddress),
    flowId: event.flowId ?? null,
    stepIndex: event.stepIndex ?? null,
  }
}

const countryOf = ({ 'client.country': country, client }: { [key: string]: Json }): string | null =>
  textOrNull(country) ?? (isObject(client) ? textOrNull(client.country) : null)

/** Programs of other clients say what an exception said apart from their data; here it stands in `data.message`. */
function dataOf(attributes: { [key: string]: Json }, error: { message?: string | undefined }): { [key: string]: Json } {
  const entries = Object.entries(attributes).filter(([name]) => !OWN.test(name))
  const data = Object.fromEntries(entries)
  if (error.message !== undefined && data.message === undefined) data.message = error.message
  return data
}
