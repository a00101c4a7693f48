import type { CreateSubject } from './peer.ts'

/** One entry a logger. Each is loaded only in the process that measures it. */
export const PEERS: { readonly [name: string]: () => Promise<{ createSubject: CreateSubject }> } = {
  heartwood: () => import('./peers/heartwood.ts'),
  pino: () => import('./peers/pino.ts'),
}
