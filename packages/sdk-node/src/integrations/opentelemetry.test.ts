import { type Client, type ClientInternals, withInternals } from '@heartwood/sdk-core'
import { describe, expect, it } from 'vitest'
import { runAsOwn } from '../own-requests.ts'
import { HeartwoodLogRecordExporter, type OpenTelemetryContext, type OpenTelemetryLogRecord, openTelemetry } from './opentelemetry.ts'

type Captured = Parameters<Client['capture']>[0]

const exported = (changes: Partial<OpenTelemetryLogRecord>): Captured => {
  const events: Captured[] = []
  // Of a client the exporter needs no more.
  const client = { scope: () => ({ trace: undefined }), capture: (event: Captured) => String(events.push(event)) } as unknown as Client
  new HeartwoodLogRecordExporter({ client }).export([{ ...RECORD, ...changes }], ({ code }) => expect(code).toBe(0))
  const [event] = events
  if (event === undefined) throw new Error('nothing was captured')
  return event
}

const RECORD: OpenTelemetryLogRecord = {
  hrTime: [1_700_000_000, 250_000_000],
  hrTimeObserved: [1_700_000_001, 0],
  resource: {
    attributes: { 'service.name': 'shop', 'deployment.environment.name': 'live', 'process.pid': 7, 'host.arch': 'x64', 'host.name': 'web-1' },
  },
  instrumentationScope: { name: 'orders', version: '2.0.0' },
  attributes: {},
}

describe('a log record of OpenTelemetry', () => {
  it('becomes an event with its text, time, service and what its resource says of the deployment', () => {
    expect(exported({ body: 'order placed', attributes: { 'order.id': 'A-1' } })).toEqual({
      level: 'info',
      message: 'order placed',
      timestamp: 1_700_000_000_250,
      service: 'shop',
      attributes: {
        'deployment.environment.name': 'live',
        'host.name': 'web-1',
        'otel.scope.name': 'orders',
        'otel.scope.version': '2.0.0',
        'order.id': 'A-1',
      },
    })
  })

  it.each([
    [{ severityNumber: 1 }, 'trace'],
    [{ severityNumber: 4 }, 'trace'],
    [{ severityNumber: 5 }, 'debug'],
    [{ severityNumber: 12 }, 'info'],
    [{ severityNumber: 13, severityText: 'ERROR' }, 'warn'],
    [{ severityNumber: 17 }, 'error'],
    [{ severityNumber: 24 }, 'fatal'],
    [{ severityText: 'Warning' }, 'warn'],
    [{ severityText: 'odd' }, 'info'],
    [{ attributes: { 'exception.type': 'TypeError' } }, 'error'],
  ] as const)('has the level of %o: %s', (changes, level) => {
    expect(exported(changes).level).toBe(level)
  })

  it('carries its span, unless that has no ids', () => {
    const spanContext = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 }
    expect(exported({ spanContext }).trace).toEqual({ traceId: spanContext.traceId, spanId: spanContext.spanId, sampled: true })
    expect(exported({ spanContext: { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 } })).not.toHaveProperty('trace')
  })

  it('with an exception is an error with the stack of where it was thrown', () => {
    const stack = 'TypeError: no card\n    at pay (/app/pay.js:3:9)'
    const event = exported({ attributes: { 'exception.type': 'TypeError', 'exception.message': 'no card', 'exception.stacktrace': stack, tries: 2 } })
    expect(event).toMatchObject({ message: 'no card', attributes: { tries: 2 }, error: { name: 'TypeError', message: 'no card', stack } })
    expect(event.attributes).not.toHaveProperty('exception.type')
  })

  it('with an object for its body keeps it, with a message of it', () => {
    expect(exported({ body: { message: 'paid', amount: 3 } })).toMatchObject({ message: 'paid', attributes: { body: { amount: 3 } } })
    expect(exported({ body: { amount: 3 } })).toMatchObject({ message: '{"amount":3}' })
    expect(exported({ body: undefined, eventName: 'order.placed' })).toMatchObject({
      message: 'order.placed',
      attributes: { 'event.name': 'order.placed' },
    })
  })

  it('without a time has that of its observation', () => {
    expect(exported({ hrTime: [0, 0] }).timestamp).toBe(1_700_000_001_000)
  })
})

describe('the exporter', () => {
  it('fails when it was shut down', async () => {
    const flushed: string[] = []
    const exporter = new HeartwoodLogRecordExporter({ client: { flush: async () => Boolean(flushed.push('flush')) } as unknown as Client })
    await exporter.shutdown()
    exporter.export([RECORD], ({ code, error }) => expect([code, error?.message]).toEqual([1, 'The exporter was shut down.']))
    expect(flushed).toHaveLength(1)
  })
})

describe('the context of OpenTelemetry', () => {
  const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }

  const follow = (options: { isActive(): boolean }) => {
    const context = createContext()
    let bound = context
    let current: Parameters<ClientInternals['followTracer']>[0] = () => undefined
    const end = openTelemetry({
      api: {
        trace: { getActiveSpan: () => (options.isActive() ? { spanContext: () => spanContext } : undefined) },
        context: {
          active: () => context,
          bind(next, run) {
            bound = next
            return run
          },
        },
      },
    }).setup(
      // Of a client the bridge needs no more.
      withInternals(
        {} as Client,
        {
          followTracer(tracer: typeof current) {
            current = tracer
            return () => {}
          },
        } as ClientInternals,
      ),
    )
    return { current: () => current(), boundTo: () => bound, end: () => end?.() }
  }

  it('is that of the active span, while there is one', () => {
    let isActive = true
    const { current, end } = follow({ isActive: () => isActive })
    expect(current()).toEqual({ traceId: spanContext.traceId, spanId: spanContext.spanId, sampled: false })
    isActive = false
    expect(current()).toBeUndefined()
    end()
  })

  it('makes no spans of what the SDK itself sends', () => {
    const { boundTo, end } = follow({ isActive: () => false })
    expect(runAsOwn(() => 'sent')).toBe('sent')
    expect(boundTo().getValue(Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'))).toBe(true)
    end()
  })
})

const createContext = (values: ReadonlyMap<symbol, unknown> = new Map()): OpenTelemetryContext => ({
  getValue: (key) => values.get(key),
  setValue: (key, value) => createContext(new Map([...values, [key, value]])),
  deleteValue: (key) => createContext(new Map([...values].filter(([name]) => name !== key))),
})
