import { createWriteStream, type WriteStream } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { CreateSubject } from '../peer.ts'

interface Winston {
  createLogger(options: object): WinstonLogger
  format: { combine(...formats: unknown[]): unknown; errors(options: object): unknown; timestamp(): unknown; json(): unknown }
  transports: { Stream: new (options: { stream: WriteStream }) => object }
}
interface WinstonLogger {
  readonly writableLength: number
  child(fields: object): WinstonLogger
  info(message: string, fields?: object): void
  debug(message: string, fields?: object): void
  error(message: string, error?: Error): void
  close(): void
}

/** Version 3 with times and stacks as JSON, written to /dev/null. */
export const createSubject: CreateSubject = async ({ load }) => {
  const { createLogger, format, transports } = load<Winston>('winston')
  const stream = createWriteStream('/dev/null')
  const logger = createLogger({
    level: 'info',
    format: format.combine(format.errors({ stack: true }), format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream })],
  })
  const child = logger.child({ module: 'payments', tenant: 'acme', requestId: 'req-1', userId: '42', plan: 'pro' })
  return {
    calls: {
      message: () => logger.info('order placed'),
      fields: (index) => logger.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      child: (index) => child.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      below: (index) => logger.debug('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      error: (_, error) => logger.error('payment failed', error),
    },
    async settle() {
      while (logger.writableLength > 0 || stream.writableLength > 0) await setImmediate()
    },
    async close() {
      logger.close()
      stream.destroy()
    },
  }
}
