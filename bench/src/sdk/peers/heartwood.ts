import { createClient } from '@heartwood/node'
import type { CreateSubject } from '../peer.ts'

/** Everything by default, sent to the sink; equal errors are sent each, as the others do. */
export const createSubject: CreateSubject = async ({ sink, compressed }) => {
  const client = createClient({
    endpoint: sink,
    apiKey: 'hw_bench',
    service: 'bench',
    minLevel: 'info',
    dedupeWindow: 0,
    compression: compressed === false ? 'none' : 'auto',
  })
  const child = client.child({ module: 'payments', tenant: 'acme' })
  return {
    calls: {
      message: () => client.info('order placed'),
      fields: (index) => client.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      child: (index) => child.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      below: (index) => client.debug('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      error: (_, error) => client.error('payment failed', error),
    },
    inScope: (run) =>
      client.withScope((scope) => {
        scope.setUser({ id: 42, plan: 'pro' }).setRequestId('req-1')
        run()
      }),
    async settle() {
      if (!(await client.flush(30_000))) throw new Error('The events did not leave in time.')
    },
    async close() {
      const { captured, sent } = client.stats()
      if (captured !== sent) throw new Error(`Of ${captured} events ${sent} were sent.`)
      await client.close()
    },
  }
}
