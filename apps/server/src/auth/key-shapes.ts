import { randomBytes } from 'node:crypto'
import type { Scope } from '@heartwood/protocol'
import type { KeyClient } from '../store/meta/meta-store.ts'
import { randomText } from './secrets.ts'

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

/** Keys as the SDKs of other products make or insist on them; docs/reference/compatibility has where each form comes from. */
const SHAPES: Record<KeyClient, (scope: Scope) => string> = {
  heartwood: (scope) => `hw_${scope.charAt(0)}_${randomText(32)}`,
  micrologs: (scope) => (scope === 'browser' ? hex(16) : hex(32)),
  lognitor: () => `lgn_${randomText(32)}`,
  timberlogs: () => `tb_live_${randomText(32)}`,
  tracehub: () => `th_${hex(32)}`,
}

/** Clients whose one key both writes and reads the reports of its project. */
const READING_CLIENTS: ReadonlySet<KeyClient> = new Set(['timberlogs', 'micrologs'])

/** Characters after the fixed part that a hint shows; what stays hidden is still at least 100 bits. */
const HINT_RANDOM = 4

export function makeKey(scope: Scope, client: KeyClient): { secret: string; hint: string } {
  const secret = SHAPES[client](scope)
  const fixed = secret.lastIndexOf('_') + 1
  return { secret, hint: secret.slice(0, fixed + HINT_RANDOM) }
}

/** What a key may do. Most do what their scope says. */
export const grantsOf = (scope: Scope, client: KeyClient): readonly Scope[] =>
  scope === 'ingest' && READING_CLIENTS.has(client) ? ['ingest', 'read'] : [scope]
