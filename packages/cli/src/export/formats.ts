import type { EventJson, Level } from '@heartwood/protocol'

export const EXPORT_FORMATS = ['json', 'jsonl', 'csv', 'text', 'syslog', 'obl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** How a format is written, event by event, so that an export of any length takes no memory. Texts come without the line break behind them. */
export interface Exporter {
  /** What stands before the first event, if anything. */
  head?: string
  /** @param index 0-based. */
  event(event: EventJson, index: number): string
  tail?: string
}

/** An event without what each server gives anew. */
const lasting = ({ id: _id, receivedAt: _receivedAt, issueId: _issueId, ...rest }: EventJson): Omit<EventJson, 'id'> => rest

type Columns = { readonly [name: string]: (event: EventJson) => string | number | undefined }

/** Cells that hold more than a word are JSON; all read back as what they were. */
const CSV_COLUMNS: Columns = {
  timestamp: (event) => event.timestamp,
  level: (event) => event.level,
  message: (event) => event.message,
  service: (event) => event.service,
  environment: (event) => event.environment,
  release: (event) => event.release,
  host: (event) => event.host,
  dataset: (event) => event.dataset,
  tags: (event) => event.tags && JSON.stringify(event.tags),
  traceId: (event) => event.traceId,
  spanId: (event) => event.spanId,
  sessionId: (event) => event.sessionId,
  userId: (event) => event.userId,
  requestId: (event) => event.requestId,
  flowId: (event) => event.flowId,
  stepIndex: (event) => event.stepIndex,
  kind: (event) => event.kind,
  method: (event) => event.request?.method,
  route: (event) => event.request?.route,
  path: (event) => event.request?.path,
  status: (event) => event.request?.status,
  durationMs: (event) => event.request?.durationMs,
  errorName: (event) => event.error?.type,
  errorMessage: (event) => event.error?.message,
  errorStack: (event) => event.error?.stack,
  data: (event) => event.attributes && JSON.stringify(event.attributes),
  detail: (event) => event.detail && JSON.stringify(event.detail),
}

const cellsOf = (event: EventJson): string[] => Object.values(CSV_COLUMNS).map((read) => String(read(event) ?? ''))

/** RFC 4180. */
const csvRow = (cells: readonly string[]): string => cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Text as a part of one line: what would end the line, or the part, is written as in JSON. */
const oneLine = (text: string): string =>
  // Control characters are what this is about.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
  text.replaceAll(/[\\\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cs}/gu, (character) => {
    return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

/**
 * For people and for grep, one line an event: `TIME [LEVEL] service: message`, then a tab and all the rest as JSON. Its `kind` comes first:
 * by that an import tells these lines from those of other programs. Without a message the error stands there, and the message in the rest.
 */
function textLine(event: EventJson): string {
  const { timestamp, level, service, message, kind, ...rest } = lasting(event)
  const { error } = event
  const said = message || [error?.type, error?.message].filter(Boolean).join(': ')
  const text = oneLine(`${service === undefined ? '' : `${service}: `}${said}`)
  const tail = JSON.stringify({ kind, ...(service === undefined ? {} : { service }), ...(said === message ? {} : { message }), ...rest })
  return `${timestamp} [${level.toUpperCase()}] ${text}\t${tail}`
}

const SEVERITIES: Readonly<Record<Level, number>> = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 }
const FACILITY_USER = 1
/** The element of structured data that holds the whole event, for the way back. */
const SYSLOG_ELEMENT = 'heartwood@32473'

/** RFC 5424, one line an event. */
function syslogLine(event: EventJson): string {
  const word = (text: string | undefined, most: number): string => text?.replaceAll(/[^!-~]/g, '_').slice(0, most) || '-'
  const whole = JSON.stringify(lasting(event)).replaceAll(/["\\\]]/g, (character) => `\\${character}`)
  const header = `<${FACILITY_USER * 8 + SEVERITIES[event.level]}>1 ${event.timestamp} ${word(event.host, 255)} ${word(event.service, 48)} - -`
  return `${header} [${SYSLOG_ELEMENT} event="${whole}"] ${event.message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`
}

/** A note of an Open Board Log; `ext_` names are those that the format leaves to its users. */
const note = (event: EventJson): object => ({
  id: event.id,
  timestamp: event.timestamp,
  type: 'note',
  text: event.message,
  ext_heartwood: lasting(event),
})

export const exporters: Readonly<Record<ExportFormat, Exporter>> = {
  json: {
    head: '[',
    event: (event, index) => `${index === 0 ? '' : ','}${JSON.stringify(lasting(event))}`,
    tail: ']',
  },
  jsonl: { event: (event) => JSON.stringify(lasting(event)) },
  csv: { head: Object.keys(CSV_COLUMNS).join(','), event: (event) => csvRow(cellsOf(event)) },
  text: { event: textLine },
  syslog: { event: syslogLine },
  obl: {
    head: '{"format":"open-board-log-0.1","source":"heartwood","sessions":[{"id":"export","type":"log","events":[',
    event: (event, index) => `${index === 0 ? '' : ','}${JSON.stringify(note(event))}`,
    tail: ']}]}',
  },
}
