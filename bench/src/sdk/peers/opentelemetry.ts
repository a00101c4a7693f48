import type { CreateSubject } from '../peer.ts'

interface ApiLogs {
  readonly SeverityNumber: { readonly INFO: number; readonly ERROR: number }
}
interface SdkLogs {
  LoggerProvider: new (options: object) => { getLogger(name: string): OtelLogger; forceFlush(): Promise<void>; shutdown(): Promise<void> }
  BatchLogRecordProcessor: new (options: object) => object
}
interface OtelLogger {
  emit(record: { severityNumber: number; severityText: string; body: string; attributes?: object }): void
}
interface Exporters {
  OTLPLogExporter: new (options: object) => object
}

/** Log records in batches over OTLP/HTTP. It has neither levels nor child loggers by default: the fields of one are given with each call. */
export const createSubject: CreateSubject = async ({ sink, compressed, load }) => {
  const { INFO, ERROR } = load<ApiLogs>('@opentelemetry/api-logs').SeverityNumber
  const { LoggerProvider, BatchLogRecordProcessor } = load<SdkLogs>('@opentelemetry/sdk-logs')
  const { OTLPLogExporter } = load<Exporters>('@opentelemetry/exporter-logs-otlp-http')
  const exporter = new OTLPLogExporter({ url: `${sink}/v1/logs`, compression: compressed === true ? 'gzip' : 'none' })
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
  const logger = provider.getLogger('bench')
  const shared = { module: 'payments', tenant: 'acme', requestId: 'req-1', userId: '42', plan: 'pro' }
  const info = (attributes?: object): void =>
    logger.emit({ severityNumber: INFO, severityText: 'INFO', body: 'order placed', ...(attributes && { attributes }) })
  return {
    calls: {
      message: () => info(),
      fields: (index) => info({ orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      child: (index) => info({ ...shared, orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      error: (_, error) =>
        logger.emit({
          severityNumber: ERROR,
          severityText: 'ERROR',
          body: 'payment failed',
          attributes: { 'exception.type': error.name, 'exception.message': error.message, 'exception.stacktrace': error.stack },
        }),
    },
    settle: () => provider.forceFlush(),
    close: () => provider.shutdown(),
  }
}
