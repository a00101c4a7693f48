import { type Attributes, type Client, type Integration, internalsOf, type Level, type TraceContext } from '@heartwood/sdk-core'
import { quietenOwn } from '../own-requests.ts'
import { contextStorage, getClient } from '../registry.ts'
import { errorFromParts } from './error-from-parts.ts'

/** The part of `@opentelemetry/api` that is needed: pass the module itself. */
export interface OpenTelemetryApi {
  readonly trace: { getActiveSpan(): { spanContext(): OpenTelemetrySpanContext } | undefined }
  readonly context: {
    active(): OpenTelemetryContext
    bind<Run extends () => unknown>(context: OpenTelemetryContext, run: Run): Run
  }
}

export interface OpenTelemetryContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): OpenTelemetryContext
  deleteValue(key: symbol): OpenTelemetryContext
}

export interface OpenTelemetrySpanContext {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
}

export interface OpenTelemetryOptions {
  /** What `import * as api from '@opentelemetry/api'` gives. */
  readonly api: OpenTelemetryApi
}

/**
 * Events logged while an OpenTelemetry span is active carry its trace and span. `traceparent` of outgoing requests is left to OpenTelemetry,
 * and requests of the SDK itself make no spans.
 *
 *     import * as api from '@opentelemetry/api'
 *     init({ integrations: (defaults) => [...defaults, openTelemetry({ api })] })
 */
export const openTelemetry = ({ api }: OpenTelemetryOptions): Integration<Client> => ({
  name: 'openTelemetry',
  setup(client) {
    const { context, trace } = api
    const endTracer = internalsOf(client)?.followTracer(() => {
      const span = isExporting ? undefined : trace.getActiveSpan()
      return span === undefined ? undefined : toTrace(span.spanContext())
    })
    const endQuiet = quietenOwn((run) => context.bind(context.active().setValue(SUPPRESS_TRACING, true), run)())
    return () => {
      endTracer?.()
      endQuiet()
    }
  },
})

/** Under this key OpenTelemetry's own exporters say that what they send makes no spans. */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Records are handed over long after they were made: the span that is active then is not theirs. */
let isExporting = false

const NO_TRACE = '00000000000000000000000000000000'
const SAMPLED = 1

/** undefined for the context of a span that records nothing and has no ids. */
const toTrace = ({ traceId, spanId, traceFlags }: OpenTelemetrySpanContext): TraceContext | undefined =>
  traceId === NO_TRACE ? undefined : { traceId, spanId, sampled: (traceFlags & SAMPLED) === SAMPLED }

/** A log record of `@opentelemetry/sdk-logs`, as far as it is read. */
export interface OpenTelemetryLogRecord {
  /** Seconds and nanoseconds. */
  readonly hrTime: readonly [number, number]
  readonly hrTimeObserved: readonly [number, number]
  readonly spanContext?: OpenTelemetrySpanContext | undefined
  readonly severityText?: string | undefined
  readonly severityNumber?: number | undefined
  readonly body?: unknown
  readonly eventName?: string | undefined
  readonly resource: { readonly attributes: { readonly [name: string]: unknown } }
  readonly instrumentationScope: { readonly name: string; readonly version?: string | undefined }
  readonly attributes: { readonly [name: string]: unknown }
}

/** `ExportResult` of `@opentelemetry/core`: 0 is success, 1 failure. */
export interface OpenTelemetryExportResult {
  code: 0 | 1
  error?: Error
}

/**
 * Takes the log records of OpenTelemetry's SDK as events. What the exporter was given is in the client's buffer when it reports success,
 * and counted like every other event.
 *
 *     new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter: new HeartwoodLogRecordExporter() })] })
 */
export class HeartwoodLogRecordExporter {
  readonly #client: Client | undefined
  #isShutDown = false

  /** @param options.client default: the one that `init` made, at the time of each export */
  constructor(options: { readonly client?: Client } = {}) {
    this.#client = options.client
  }

  export(records: readonly OpenTelemetryLogRecord[], done: (result: OpenTelemetryExportResult) => void): void {
    const client = this.#client ?? getClient()
    if (this.#isShutDown || client === undefined) {
      const error = new Error(this.#isShutDown ? 'The exporter was shut down.' : 'Heartwood has no client yet: call init first.')
      done({ code: 1, error })
      return
    }
    isExporting = true
    let failure: unknown
    try {
      for (const record of records) captureRecord(client, record)
    } catch (error) {
      failure = error
    } finally {
      isExporting = false
    }
    done(failure === undefined ? { code: 0 } : { code: 1, error: failure instanceof Error ? failure : new Error(String(failure)) })
  }

  /** Sends what the client holds; the client stays open. */
  async forceFlush(): Promise<void> {
    await (this.#client ?? getClient())?.flush()
  }

  async shutdown(): Promise<void> {
    this.#isShutDown = true
    await this.forceFlush()
  }
}

/** In the scope that holds now only where that is the record's own: the timer of a batch runs in the scope of whoever happened to start it. */
const captureRecord = (client: Client, record: OpenTelemetryLogRecord): void => {
  const own = client.scope().trace?.traceId
  if (own !== undefined && own === record.spanContext?.traceId) client.capture(toEvent(record))
  else contextStorage().exit(() => client.capture(toEvent(record)))
}

type Captured = Parameters<Client['capture']>[0]

/** An event with the names of ours; everything else keeps the name that OpenTelemetry's conventions gave it. */
const toEvent = (record: OpenTelemetryLogRecord): Captured => {
  const { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack, ...own } = record.attributes
  const { service, attributes } = resourceOf(record.resource)
  const { name, version } = record.instrumentationScope
  const all: { [name: string]: unknown } = { ...attributes, 'otel.scope.name': name, ...(version ? { 'otel.scope.version': version } : {}), ...own }
  if (record.eventName) all['event.name'] = record.eventName
  const isException = type !== undefined || message !== undefined || stack !== undefined
  const { body } = record
  const isText = typeof body === 'string'
  if (!isText && body !== undefined && body !== null) all.body = body
  const trace = record.spanContext === undefined ? undefined : toTrace(record.spanContext)
  return {
    level: levelOf(record, isException),
    message: isText ? body : record.eventName || textOf(message) || shortText(body),
    timestamp: millisOf(record),
    attributes: all,
    ...(service === undefined ? {} : { service }),
    ...(trace === undefined ? {} : { trace }),
    ...(isException ? { error: errorFromParts(textOf(type), textOf(message), textOf(stack)) } : {}),
  }
}

const millisOf = ({ hrTime, hrTimeObserved }: OpenTelemetryLogRecord): number => {
  const [seconds, nanos] = hrTime[0] === 0 ? hrTimeObserved : hrTime
  return seconds * 1_000 + nanos / 1_000_000
}

const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
const NUMBERS_OF_A_LEVEL = 4

/** Severity numbers go in fours; without one its text tells, or whether there is an exception. */
const levelOf = ({ severityNumber = 0, severityText = '' }: OpenTelemetryLogRecord, isException: boolean): Level => {
  const word = severityText.toLowerCase()
  return (
    LEVELS[Math.ceil(severityNumber / NUMBERS_OF_A_LEVEL) - 1] ?? LEVELS.find((level) => word.startsWith(level)) ?? (isException ? 'error' : 'info')
  )
}

/** What describes the machine, the runtime and the SDK is the same in every event and searched in none. */
const LEFT_OUT = /^(?:telemetry|process|os)\.|^host\.(?!name$)|^service\.name$/

interface ResourceFields {
  readonly service: string | undefined
  readonly attributes: Attributes
}

const resources = new WeakMap<object, ResourceFields>()

/** Read once for each resource: all records of a process share one, whose attributes are replaced when detectors are done. */
const resourceOf = ({ attributes }: OpenTelemetryLogRecord['resource']): ResourceFields => {
  const known = resources.get(attributes)
  if (known !== undefined) return known
  const service = attributes['service.name']
  const fields: ResourceFields = {
    // The SDK's own word for a name that nobody gave.
    service: typeof service === 'string' && !service.startsWith('unknown_service') ? service : undefined,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !LEFT_OUT.test(name))),
  }
  resources.set(attributes, fields)
  return fields
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const LONGEST_BODY = 1_000

const shortText = (body: unknown): string => {
  if (typeof body !== 'object' || body === null) return body === undefined || body === null ? '' : String(body)
  const { message } = body as { message?: unknown }
  return typeof message === 'string' ? message : safeJson(body).slice(0, LONGEST_BODY)
}

const safeJson = (value: object): string => {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}
