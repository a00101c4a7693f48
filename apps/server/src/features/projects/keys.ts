import type { Scope } from '@heartwood/protocol'
import type { Authenticator } from '../../auth/authenticate.ts'
import type { Directory } from '../../auth/directory.ts'
import { makeKey } from '../../auth/key-shapes.ts'
import { parseOriginPattern } from '../../auth/origins.ts'
import { hashSecret, newId } from '../../auth/secrets.ts'
import { HeartwoodError } from '../../errors.ts'
import type { KeyClient, KeyRecord, MetaStore } from '../../store/meta/meta-store.ts'

export interface KeysDeps {
  meta: Pick<MetaStore, 'keys'>
  directory: Directory
  authenticator: Pick<Authenticator, 'lastUsed'>
  now?: () => number
}

interface KeyWish {
  projectId: number
  scope: Scope
  name: string
  client: KeyClient
  origins: readonly string[]
}

export interface Keys {
  list(projectId: number): Promise<KeyRecord[]>
  byId(id: string): Promise<KeyRecord | undefined>
  /**
   * The secret is in the answer and nowhere else.
   * @throws HeartwoodError `validation-failed` for origins that are none, or a browser key without any; `project-not-found`
   */
  create(wish: KeyWish): Promise<{ key: KeyRecord; secret: string }>
  /** It stops before this resolves. @throws HeartwoodError `key-not-found` when it is not there or was revoked before */
  revoke(id: string): Promise<void>
}

export function createKeys({ meta, directory, authenticator, now = Date.now }: KeysDeps): Keys {
  /** Uses of the last minute are not written down yet. */
  const withLastUse = (key: KeyRecord): KeyRecord => {
    const seen = authenticator.lastUsed(key.id)
    return seen === undefined ? key : { ...key, lastUsedAt: Math.max(seen, key.lastUsedAt ?? 0) }
  }

  return {
    async list(projectId) {
      return (await meta.keys.list(projectId)).map(withLastUse)
    },

    byId: (id) => meta.keys.byId(id),

    async create({ projectId, scope, name, client, origins: wanted }) {
      const origins = [...new Set(wanted.map(toOrigin))]
      if (scope === 'browser' && origins.length === 0) {
        throw invalidOrigins('A browser key needs the origins of its pages, such as https://shop.example, or * for all.')
      }
      const { secret, hint } = makeKey(scope, client)
      const key = { id: newId('key'), projectId, name, scope, client, origins, hash: hashSecret(secret), hint, createdAt: now() }
      if (!(await meta.keys.create(key))) throw new HeartwoodError('project-not-found', 'The project is not there any more.')
      await directory.refresh()
      return { key: { ...key, lastUsedAt: undefined, revokedAt: undefined }, secret }
    },

    async revoke(id) {
      const revoked = await meta.keys.revoke(id, now())
      if (!revoked) throw new HeartwoodError('key-not-found', 'There is no such key, or it was revoked before.')
      await directory.refresh()
    },
  }
}

function toOrigin(text: string): string {
  const origin = parseOriginPattern(text)
  if (origin === undefined)
    throw invalidOrigins(`“${text}” is no origin of pages; write https://shop.example, https://*.shop.example, shop.example, http://intranet or *.`)
  return origin
}

const invalidOrigins = (message: string): HeartwoodError =>
  new HeartwoodError('validation-failed', message, { details: [{ place: 'body', path: 'origins', message }] })
