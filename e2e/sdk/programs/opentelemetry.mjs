// OpenTelemetry's own tracer, instrumentation and logs beside the SDK.
import { createServer, get } from 'node:http'
import { flush, info, init } from '@heartwood/node'
import { heartwoodExpress } from '@heartwood/node/express'
import { HeartwoodLogRecordExporter, openTelemetry } from '@heartwood/node/opentelemetry'
import * as api from '@opentelemetry/api'
import { logs, SeverityNumber } from '@opentelemetry/api-logs'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

const resource = resourceFromAttributes({ 'service.name': 'otel-shop', 'deployment.environment.name': 'live', 'process.pid': 1 })
const spans = new InMemorySpanExporter()
const tracers = new NodeTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(spans)] })
tracers.register()
const loggers = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter: new HeartwoodLogRecordExporter() })] })
logs.setGlobalLoggerProvider(loggers)
registerInstrumentations({ tracerProvider: tracers, instrumentations: [new UndiciInstrumentation(), new HttpInstrumentation()] })

init({ service: 'shop', flushInterval: 50, integrations: (defaults) => [...defaults, openTelemetry({ api })] })

const tracer = api.trace.getTracer('program')
const middleware = heartwoodExpress()
const server = createServer((request, response) =>
  tracer.startActiveSpan('serve', (span) => {
    const { traceId } = span.spanContext()
    middleware(request, response, () => {
      info('served')
      const traceparents = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'traceparent').length
      response.end(
        JSON.stringify({
          path: request.url,
          traceparents,
          traceparent: request.headers.traceparent,
          xTraceId: request.headers['x-trace-id'],
          traceId,
        }),
      )
      span.end()
    })
  }),
)
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${server.address().port}`

const getText = (url) =>
  new Promise((resolve, reject) => {
    get(url, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })

info('outside')
await tracer.startActiveSpan('work', async (span) => {
  const { traceId, spanId } = span.spanContext()
  console.log(`SPAN ${JSON.stringify({ traceId, spanId })}`)
  info('inside')
  logs.getLogger('orders', '2.0.0').emit({
    severityNumber: SeverityNumber.ERROR,
    body: 'payment failed',
    attributes: {
      'order.id': 'A-1',
      'exception.type': 'CardError',
      'exception.message': 'declined',
      'exception.stacktrace': 'CardError: declined\n    at pay (/app/pay.js:3:9)',
    },
  })
  console.log(`SEEN ${await (await fetch(`${address}/by-fetch`)).text()}`)
  console.log(`SEEN ${await getText(`${address}/by-http`)}`)
  span.end()
})
console.log(`SEEN ${await (await fetch(`${address}/outside`)).text()}`)

await loggers.forceFlush()
await flush()
// Spans of OpenTelemetry for what the SDK itself sent would be noise in the program's traces.
console.log(
  `SPANS ${JSON.stringify(spans.getFinishedSpans().map(({ name, attributes }) => `${name} ${attributes['url.path'] ?? attributes['http.target'] ?? attributes['url.full'] ?? ''}`))}`,
)
await loggers.shutdown()
server.close()
server.closeAllConnections()
