import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MetaStore, NewKey, PersonRecord } from './meta-store.ts'
import { CLAIM_SETTING } from './people-store.ts'

const NOW = 1_795_000_000_000

let serial = 0
const unique = (): string => `x${++serial}`

const person = (over: Partial<PersonRecord> = {}): PersonRecord => ({
  id: unique(),
  email: `${unique()}@example.org`,
  name: 'Ada',
  passwordHash: '$argon2id$…',
  createdAt: NOW,
  ...over,
})

const key = (projectId: number, over: Partial<NewKey> = {}): NewKey => ({
  id: unique(),
  projectId,
  name: 'web servers',
  scope: 'ingest',
  client: 'heartwood',
  origins: ['https://shop.example'],
  hash: unique(),
  hint: 'hw_i_abc',
  createdAt: NOW,
  ...over,
})

const project = (name: string, wantedSlug = name) => ({ name, wantedSlug, retentionDays: 90, redaction: { keys: [], patterns: [] }, createdAt: NOW })

export interface Place {
  /** Opens the one database of this place. */
  open(): Promise<MetaStore>
  /** Whether several processes may have it open; the data folder of SQLite belongs to one. */
  shared: boolean
  remove(): Promise<void>
}

/** What every MetaStore does. Where a database is shared, two stores opened on it stand for two processes. */
export function describeMetaStore(name: string, make: () => Promise<Place>): void {
  describe(name, () => {
    let place: Place
    let meta: MetaStore
    let other: MetaStore

    beforeAll(async () => {
      place = await make()
      const opened = await Promise.all(place.shared ? [place.open(), place.open()] : [place.open()])
      meta = opened[0]
      other = opened[1] ?? meta
    })

    afterAll(async () => {
      await meta?.close()
      if (other !== meta) await other?.close()
      await place?.remove()
    })

    it('answers a ping, and is the same after it was closed and opened again', async () => {
      await meta.ping()
      await meta.settings.set('kept', 'väl\u{1F332}ue')
      const again = await place.open()
      expect(await again.settings.get('kept')).toBe('väl\u{1F332}ue')
      await again.close()
    })

    it('gives all who set a value once the same value', async () => {
      const values = await Promise.all(['a', 'b', 'c', 'd'].map((value, index) => (index % 2 ? meta : other).settings.setOnce('salt', value)))
      expect(new Set(values).size).toBe(1)
      await meta.settings.set('salt', 'replaced')
      expect(await other.settings.get('salt')).toBe('replaced')
      await meta.settings.remove('salt')
      expect(await meta.settings.get('salt')).toBeUndefined()
    })

    it('lets a claim make one owner, however many use it at once', async () => {
      expect(await meta.people.hasOwner()).toBe(false)
      await meta.settings.set(CLAIM_SETTING, 'newest')
      expect(await meta.people.createOwner(person(), 'former')).toBe('claim-invalid')
      const claims = await Promise.all([1, 2, 3, 4].map((n) => (n % 2 ? meta : other).people.createOwner(person(), 'newest')))
      expect(claims.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(await other.people.hasOwner()).toBe(true)
      expect(await meta.people.createOwner(person(), 'newest')).toBe('claim-invalid')
      expect(await meta.people.createOwner(person())).toBe('owner-exists')
    })

    it('keeps what a person is good at', async () => {
      const { id } = await anyOwner(meta)
      expect(await meta.people.skills(id)).toEqual([])
      await meta.people.setSkills(id, ['Go', 'C#'])
      expect(await other.people.skills(id)).toEqual(['Go', 'C#'])
      expect(await meta.people.skills('nobody')).toEqual([])
    })

    it('keeps sessions until they expire or are removed', async () => {
      const owner = await anyOwner(meta)
      await meta.sessions.create({ hash: 's1', personId: owner.id, createdAt: NOW, expiresAt: NOW + 1_000 })
      expect(await other.sessions.find('s1', NOW + 999)).toEqual({ person: owner, expiresAt: NOW + 1_000 })
      expect(await other.sessions.find('s1', NOW + 1_000)).toBeUndefined()
      await meta.sessions.extend('s1', NOW + 5_000)
      expect(await other.sessions.find('s1', NOW + 1_000)).toMatchObject({ expiresAt: NOW + 5_000 })
      await meta.sessions.remove('s1')
      expect(await other.sessions.find('s1', NOW)).toBeUndefined()
      await meta.sessions.create({ hash: 's2', personId: owner.id, createdAt: NOW, expiresAt: NOW + 1_000 })
      await meta.sessions.removeExpired(NOW + 1_000)
      expect(await other.sessions.find('s2', NOW)).toBeUndefined()
    })

    it('numbers projects and slugs without repeating one, also when several are made at once', async () => {
      const made = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => (n % 2 ? meta : other).projects.create(project('Shop', 'shop'))))
      expect(made.map(({ slug }) => slug).sort()).toEqual(['shop', 'shop-2', 'shop-3', 'shop-4', 'shop-5', 'shop-6'])
      expect(new Set(made.map(({ id }) => id)).size).toBe(6)
      for (const { id } of made) expect(Number.isSafeInteger(id) && id > 0).toBe(true)
    })

    it('changes what a patch names and nothing else', async () => {
      const before = await meta.projects.create(project('Bücher & Töne', 'bucher-tone'))
      const redaction = { keys: ['password', "o'reilly"], patterns: ['\\d{16}'] }
      expect(await meta.projects.update(before.id, { redaction })).toEqual({ ...before, redaction })
      expect(await other.projects.update(before.id, { name: 'Other', retentionDays: 7 })).toEqual({
        ...before,
        redaction,
        name: 'Other',
        retentionDays: 7,
      })
      expect(await meta.projects.update(before.id, {})).toMatchObject({ name: 'Other' })
      expect(before).toMatchObject({ sampleRates: {}, sampleRatesAt: undefined })
      expect(await other.projects.update(before.id, { sampleRates: { rates: { debug: 0.1 }, at: NOW } })).toMatchObject({
        sampleRates: { debug: 0.1 },
        sampleRatesAt: NOW,
        retentionDays: 7,
      })
      expect((await meta.projects.list()).find(({ id }) => id === before.id)).toMatchObject({ slug: 'bucher-tone', createdAt: NOW })
      expect(await meta.projects.update(999_999, { name: 'x' })).toBeUndefined()
    })

    it('finds a heartbeat by its token until it is revoked or its project goes', async () => {
      const { id: projectId } = await meta.projects.create(project('Jobs', 'jobs'))
      const heartbeat = (name: string) => ({ id: `${name}-${projectId}`, projectId, name, token: `tok-${name}-${projectId}`, createdAt: NOW })
      const [backup, report] = [heartbeat('backup'), heartbeat('report')]
      expect(await meta.heartbeats.create(backup)).toBe(true)
      expect(await meta.heartbeats.create(report)).toBe(true)
      expect(await meta.heartbeats.create({ ...heartbeat('lost'), projectId: 999_999 })).toBe(false)
      expect(await other.heartbeats.byToken(backup.token)).toEqual({ ...backup, revokedAt: undefined })
      expect(await meta.heartbeats.revoke(backup.id, NOW)).toBe(true)
      expect(await meta.heartbeats.revoke(backup.id, NOW)).toBe(false)
      expect(await other.heartbeats.byToken(backup.token)).toBeUndefined()
      expect((await meta.heartbeats.list(projectId)).map(({ name, revokedAt }) => [name, revokedAt])).toEqual([
        ['backup', NOW],
        ['report', undefined],
      ])
      await meta.projects.startDeletion(projectId, NOW)
      expect(await other.heartbeats.byToken(report.token)).toBeUndefined()
      await meta.projects.finishDeletion(projectId)
      expect(await other.heartbeats.byId(report.id)).toBeUndefined()
    })

    it('deletes a project in two steps: hidden with its keys revoked, then gone, its number never used again', async () => {
      const doomed = await meta.projects.create(project('Doomed', 'doomed'))
      const doomedKey = key(doomed.id)
      await meta.keys.create(doomedKey)
      expect(await meta.projects.startDeletion(doomed.id, NOW)).toBe(true)
      expect(await other.projects.startDeletion(doomed.id, NOW)).toBe(false)
      expect((await other.projects.list()).some(({ id }) => id === doomed.id)).toBe(false)
      expect(await other.keys.byId(doomedKey.id)).toMatchObject({ revokedAt: NOW })
      expect(await other.keys.create(key(doomed.id))).toBe(false)
      expect(await other.projects.inDeletion()).toEqual([doomed.id])
      expect(await meta.projects.create(project('Doomed', 'doomed'))).toMatchObject({ slug: 'doomed' })
      await meta.projects.finishDeletion(doomed.id)
      expect(await meta.projects.inDeletion()).toEqual([])
      expect(await meta.keys.byId(doomedKey.id)).toBeUndefined()
      const next = await meta.projects.create(project('Next', 'next'))
      expect(next.id).toBeGreaterThan(doomed.id)
    })

    it('gives the number of a deleted newest project to nobody', async () => {
      const newest = await meta.projects.create(project('Newest', 'newest'))
      await meta.projects.startDeletion(newest.id, NOW)
      await meta.projects.finishDeletion(newest.id)
      expect((await meta.projects.create(project('Newest', 'newest'))).id).toBeGreaterThan(newest.id)
    })

    it('lists, uses and revokes keys', async () => {
      const { id: projectId } = await meta.projects.create(project('Keys', 'keys'))
      const first = key(projectId)
      const second = key(projectId, { scope: 'browser', createdAt: NOW + 1, origins: [] })
      expect(await meta.keys.create(first)).toBe(true)
      expect(await meta.keys.create(second)).toBe(true)
      expect(await meta.keys.create(key(999_999))).toBe(false)
      await meta.keys.recordUses([{ id: first.id, at: NOW + 5 }])
      expect(await other.keys.list(projectId)).toEqual([
        { ...first, lastUsedAt: NOW + 5, revokedAt: undefined },
        { ...second, lastUsedAt: undefined, revokedAt: undefined },
      ])
      expect(await other.keys.revoke(first.id, NOW + 9)).toBe(true)
      expect(await meta.keys.revoke(first.id, NOW + 10)).toBe(false)
      expect(await meta.keys.byId(first.id)).toMatchObject({ revokedAt: NOW + 9 })
      expect((await meta.keys.list()).map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]))
    })

    it('keeps what people say of an issue: its state, who mends it, and notes', async () => {
      const { id: projectId } = await meta.projects.create(project('Issues', 'issues'))
      const owner = await anyOwner(meta)
      expect(await meta.issues.find(projectId, 'i1')).toBeUndefined()
      await meta.issues.setState(projectId, 'i1', 'resolved', NOW)
      expect(await other.issues.assign(projectId, 'i1', [owner.id, owner.id], NOW + 1)).toBe(true)
      expect(await other.issues.assign(projectId, 'i1', ['nobody'], NOW + 2)).toBe(false)
      const said = { issueId: 'i1', state: 'resolved', resolvedAt: NOW, updatedAt: NOW + 1, assignees: [owner] }
      expect(await meta.issues.find(projectId, 'i1')).toEqual(said)
      expect(await other.issues.list(projectId)).toEqual([said])
      await meta.issues.setState(projectId, 'i1', 'in-progress', NOW + 3)
      expect(await other.issues.assign(projectId, 'i1', [], NOW + 3)).toBe(true)
      expect(await other.issues.find(projectId, 'i1')).toMatchObject({ state: 'in-progress', resolvedAt: undefined, assignees: [] })
      const note = { projectId, issueId: 'i1', createdAt: NOW }
      await meta.issues.addNote({ ...note, id: unique(), personId: owner.id, text: 'first' })
      await meta.issues.addNote({ ...note, id: unique(), personId: undefined, text: 'second', createdAt: NOW + 1 })
      expect((await other.issues.notes(projectId, 'i1')).map(({ text, author }) => [text, author?.id])).toEqual([
        ['first', owner.id],
        ['second', undefined],
      ])
      expect(await other.issues.list(projectId + 1)).toEqual([])
      await meta.projects.startDeletion(projectId, NOW)
      await meta.projects.finishDeletion(projectId)
      expect([await meta.issues.list(projectId), await meta.issues.notes(projectId, 'i1')]).toEqual([[], []])
    })

    it('finds bearer tokens of their kind until they run out', async () => {
      const owner = await anyOwner(meta)
      const token = (kind: 'access' | 'refresh', expiresAt: number) => ({ hash: unique(), personId: owner.id, kind, createdAt: NOW, expiresAt })
      const [short, long] = [token('access', NOW + 10), token('refresh', NOW + 100)]
      await meta.bearerTokens.create([short, long])
      expect(await other.bearerTokens.find(short.hash, 'access', NOW)).toMatchObject({ id: owner.id })
      expect(await other.bearerTokens.find(short.hash, 'refresh', NOW)).toBeUndefined()
      expect(await other.bearerTokens.find(short.hash, 'access', NOW + 10)).toBeUndefined()
      await meta.bearerTokens.removeExpired(NOW + 10)
      expect(await other.bearerTokens.find(short.hash, 'access', NOW)).toBeUndefined()
      expect(await other.bearerTokens.find(long.hash, 'refresh', NOW)).toMatchObject({ id: owner.id })
    })

    it('raises its revision with each change of projects and keys, and not with uses', async () => {
      const seen = [await meta.revision()]
      const { id } = await other.projects.create(project('Revision', 'revision'))
      seen.push(await meta.revision())
      const made = key(id)
      await other.keys.create(made)
      seen.push(await meta.revision())
      await other.keys.revoke(made.id, NOW)
      seen.push(await meta.revision())
      for (const [index, value] of seen.entries()) if (index > 0) expect(value).toBeGreaterThan(seen[index - 1] ?? 0)
      await other.keys.recordUses([{ id: made.id, at: NOW }])
      expect(await meta.revision()).toBe(seen.at(-1))
    })

    it('takes hostile text as text', async () => {
      const name = `'; drop table projects; -- \\ "%_`
      const made = await meta.projects.create(project(name, 'hostile'))
      expect((await other.projects.list()).find(({ id }) => id === made.id)?.name).toBe(name)
      expect(await meta.people.byEmail("' or 1=1 --")).toBeUndefined()
      expect(await meta.people.byEmail('\0\ud800')).toBeUndefined()
      await meta.settings.set('hostile', 'a\0b\ud800c\u{1F332}')
      expect(await other.settings.get('hostile')).toBe('a\ufffdb\ufffdc\u{1F332}')
    })
  })
}

async function anyOwner(meta: MetaStore) {
  const id = (await meta.settings.get('owner.id')) ?? ''
  const owner = await meta.people.byId(id)
  if (!owner) throw new Error('The owner is missing.')
  return owner
}
