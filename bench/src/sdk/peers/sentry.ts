import type { CreateSubject } from '../peer.ts'

interface Sentry {
  init(options: object): void
  readonly logger: { info(message: string, attributes?: object): void }
  captureException(error: Error): string
  withIsolationScope(run: (scope: SentryScope) => void): void
  flush(timeoutMs: number): Promise<boolean>
  close(timeoutMs: number): Promise<boolean>
}
interface SentryScope {
  setUser(user: object): unknown
  setAttributes(attributes: object): unknown
}

/** Its logs, and its errors. What it would drop, a thousand errors in a turn being more than it keeps by default, it may keep here. */
export const createSubject: CreateSubject = async ({ sink, load }) => {
  const { init, logger, captureException, withIsolationScope, flush, close } = load<Sentry>('@sentry/node')
  const dsn = new URL('/1', sink)
  dsn.username = 'bench'
  init({ dsn: dsn.href, enableLogs: true, transportOptions: { bufferSize: 2_000 } })
  return {
    calls: {
      message: () => logger.info('order placed'),
      fields: (index) => logger.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      child: (index) => logger.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      error: (_, error) => captureException(error),
    },
    inScope: (run) =>
      withIsolationScope((scope) => {
        scope.setUser({ id: '42' })
        scope.setAttributes({ module: 'payments', tenant: 'acme', requestId: 'req-1', plan: 'pro' })
        run()
      }),
    async settle() {
      if (!(await flush(30_000))) throw new Error('What was logged did not leave in time.')
    },
    async close() {
      await close(5_000)
    },
  }
}
