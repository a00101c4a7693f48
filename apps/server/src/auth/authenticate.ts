import type { Caller } from '../http/caller.ts'
import type { KeyRecord, MetaStore } from '../store/meta/meta-store.ts'
import { isPlausibleKey } from './credentials.ts'
import type { Directory } from './directory.ts'
import { grantsOf } from './key-shapes.ts'
import { isLocalPeer, type Peer } from './local-token.ts'
import { hashSecret } from './secrets.ts'

/** How often at most the use of one key is written down. */
const USE_INTERVAL_MS = 60_000

export interface KeyHolder {
  caller: Caller
  /** Undefined for the local token. */
  key: KeyRecord | undefined
}

export interface Authenticator {
  /**
   * Who holds this key. Known keys are answered from memory, without a promise. For an unknown one the database is asked once more before it
   * is called unknown (clients switch themselves off at that): undefined then means unknown or revoked.
   * @throws HeartwoodError `meta-unavailable` when an unknown key cannot be looked up now
   */
  authenticate(key: string, peer: Peer): KeyHolder | undefined | Promise<KeyHolder | undefined>
  /** When a key was last used, as far as this process saw; ms. */
  lastUsed(keyId: string): number | undefined
  /** Writes down which keys were used: each at most once a minute, or all with `everything`. */
  recordUses(options?: { everything: boolean }): Promise<void>
}

export interface AuthenticatorDeps {
  directory: Directory
  keys: Pick<MetaStore['keys'], 'recordUses'>
  /** Undefined: there is none, as in tests. */
  localToken: string | undefined
  now?: () => number
}

export function createAuthenticator({ directory, keys, localToken, now = Date.now }: AuthenticatorDeps): Authenticator {
  const localHash = localToken === undefined ? undefined : hashSecret(localToken)
  const holders = new WeakMap<KeyRecord, KeyHolder>()
  const used = new Map<string, number>()
  const written = new Map<string, number>()

  const lookUp = (hash: string): KeyHolder | undefined => {
    const key = directory.keyByHash(hash)
    if (key === undefined) return undefined
    used.set(key.id, now())
    let holder = holders.get(key)
    if (holder === undefined) {
      const caller: Caller = { kind: 'key', keyId: key.id, projectId: key.projectId, scope: key.scope, grants: grantsOf(key.scope, key.client) }
      holder = { caller, key }
      holders.set(key, holder)
    }
    return holder
  }

  return {
    authenticate(key, peer) {
      if (!isPlausibleKey(key)) return undefined
      const hash = hashSecret(key)
      const known = lookUp(hash)
      if (known !== undefined) return known
      if (hash === localHash) return isLocalPeer(peer) ? { caller: { kind: 'local' }, key: undefined } : undefined
      return directory.refresh().then(() => lookUp(hash))
    },

    lastUsed: (keyId) => used.get(keyId),

    async recordUses({ everything } = { everything: false }) {
      const due = [...used]
        .map(([id, at]) => ({ id, at, before: written.get(id) ?? Number.NEGATIVE_INFINITY }))
        .filter(({ at, before }) => at > before && (everything || now() - before >= USE_INTERVAL_MS))
      if (due.length === 0) return
      await keys.recordUses(due.map(({ id, at }) => ({ id, at })))
      for (const { id } of due) written.set(id, now())
    },
  }
}
