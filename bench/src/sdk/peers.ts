import type { CreateSubject } from './peer.ts'

interface Peer {
  /** Of `.sdk-peers`. */
  readonly library?: string
  /** Loaded only in the process that measures it. */
  load(): Promise<{ createSubject: CreateSubject }>
}

/** One entry a logger. */
export const PEERS: { readonly [name: string]: Peer } = {
  heartwood: { load: () => import('./peers/heartwood.ts') },
  pino: { load: () => import('./peers/pino.ts') },
  winston: { library: 'winston', load: () => import('./peers/winston.ts') },
  opentelemetry: { library: '@opentelemetry/sdk-logs', load: () => import('./peers/opentelemetry.ts') },
  sentry: { library: '@sentry/node', load: () => import('./peers/sentry.ts') },
}
