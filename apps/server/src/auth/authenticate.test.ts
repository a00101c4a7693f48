import { describe, expect, it } from 'vitest'
import type { KeyRecord, Project } from '../store/meta/meta-store.ts'
import { createAuthenticator } from './authenticate.ts'
import { createDirectory } from './directory.ts'
import { hashSecret } from './secrets.ts'

const PEER = { remoteAddress: '127.0.0.1', headers: {} }

const project: Project = {
  id: 1,
  name: 'Shop',
  slug: 'shop',
  retentionDays: 90,
  redaction: { keys: [], patterns: [] },
  sampleRates: {},
  sampleRatesAt: undefined,
  createdAt: 0,
}
const keyRecord = (id: string, over: Partial<KeyRecord> = {}): KeyRecord => ({
  id,
  projectId: 1,
  name: '',
  scope: 'ingest',
  client: 'heartwood',
  origins: [],
  hash: hashSecret(`secret ${id}`),
  hint: '',
  createdAt: 0,
  lastUsedAt: undefined,
  revokedAt: undefined,
  ...over,
})

/** A database that other processes change, and that counts how often it is asked. */
function createFakeMeta() {
  const state = { revision: 1, keys: [keyRecord('a')], looks: 0, away: false, uses: [] as { id: string; at: number }[] }
  const meta = {
    async revision() {
      state.looks++
      if (state.away) throw new Error('away')
      return state.revision
    },
    projects: { list: async () => [project] },
    keys: {
      list: async () => [...state.keys],
      recordUses: async (uses: readonly { id: string; at: number }[]) => {
        state.uses.push(...uses)
      },
    },
  }
  // Only what a directory asks of the store is there.
  return { state, meta: meta as unknown as Parameters<typeof createDirectory>[0] & { keys: typeof meta.keys } }
}

async function setUp() {
  const { state, meta } = createFakeMeta()
  let now = 1_000_000
  const directory = await createDirectory(meta)
  const authenticator = createAuthenticator({ directory, keys: meta.keys, localToken: 'local', now: () => now })
  return { state, directory, authenticator, advance: (ms: number) => (now += ms) }
}

describe('the authenticator', () => {
  it('knows a key from memory, without asking the database or even a promise', async () => {
    const { state, authenticator } = await setUp()
    const looks = state.looks
    expect(authenticator.authenticate('secret a', PEER)).toMatchObject({ caller: { kind: 'key', keyId: 'a', projectId: 1 } })
    expect(state.looks).toBe(looks)
  })

  it('asks the database before it calls a key unknown, once for all who ask at the same time', async () => {
    const { state, authenticator } = await setUp()
    state.keys.push(keyRecord('b'))
    state.revision++
    expect(await authenticator.authenticate('secret b', PEER)).toMatchObject({ caller: { keyId: 'b' } })
    const looks = state.looks
    const flood = await Promise.all(Array.from({ length: 500 }, (_, n) => authenticator.authenticate(`guess ${n}`, PEER)))
    expect(flood.every((holder) => holder === undefined)).toBe(true)
    expect(state.looks - looks).toBeLessThanOrEqual(2)
  })

  it('never calls a good key wrong because the database is away', async () => {
    const { state, authenticator, directory } = await setUp()
    state.away = true
    await expect(directory.refresh()).rejects.toThrow('away')
    expect(authenticator.authenticate('secret a', PEER)).toMatchObject({ caller: { keyId: 'a' } })
    await expect(Promise.resolve(authenticator.authenticate('secret b', PEER))).rejects.toThrow('away')
  })

  it('drops a key that another process revoked with the next refresh', async () => {
    const { state, authenticator, directory } = await setUp()
    state.keys = [keyRecord('a', { revokedAt: 5 })]
    state.revision++
    await directory.refresh()
    expect(await authenticator.authenticate('secret a', PEER)).toBeUndefined()
  })

  it('writes the use of a key down at most once a minute, and what is left at the end', async () => {
    const { state, authenticator, advance } = await setUp()
    const use = () => authenticator.authenticate('secret a', PEER)
    await authenticator.recordUses()
    expect(state.uses).toEqual([])
    use()
    await authenticator.recordUses()
    expect(state.uses).toEqual([{ id: 'a', at: 1_000_000 }])
    advance(30_000)
    use()
    await authenticator.recordUses()
    expect(state.uses).toHaveLength(1)
    advance(31_000)
    use()
    await authenticator.recordUses()
    expect(state.uses).toHaveLength(2)
    advance(1_000)
    use()
    await authenticator.recordUses({ everything: true })
    expect(state.uses.at(-1)).toEqual({ id: 'a', at: 1_062_000 })
  })
})
