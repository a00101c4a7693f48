import pino from 'pino'
import type { CreateSubject } from '../peer.ts'

/** Version 10 as its own benchmarks run it: written to /dev/null on the caller's thread. */
export const createSubject: CreateSubject = async () => {
  const logger = pino(pino.destination({ dest: '/dev/null', sync: true }))
  const child = logger.child({ module: 'payments', tenant: 'acme', requestId: 'req-1', userId: '42', plan: 'pro' })
  return {
    calls: {
      message: () => logger.info('order placed'),
      fields: (index) => logger.info({ orderId: 'A-1', amount: 12.5, items: index, paid: true }, 'order placed'),
      child: (index) => child.info({ orderId: 'A-1', amount: 12.5, items: index, paid: true }, 'order placed'),
      below: (index) => logger.debug({ orderId: 'A-1', amount: 12.5, items: index, paid: true }, 'order placed'),
      error: (_, error) => logger.error(error, 'payment failed'),
    },
    settle: async () => {},
    close: async () => {},
  }
}
