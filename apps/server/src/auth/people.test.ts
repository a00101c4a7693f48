import { describe, expect, it } from 'vitest'
import type { MetaStore, PersonRecord, SessionRecord } from '../store/meta/meta-store.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createPeople, SESSION_MS } from './people.ts'

const DAY_MS = 24 * 3600 * 1000
const ADA: PersonRecord = { id: 'p1', email: 'ada@example.org', name: 'Ada', passwordHash: 'hash of right', createdAt: 0 }

function setUp(passwords: Passwords) {
  const sessions = new Map<string, SessionRecord>()
  const meta = {
    people: { byEmail: async (email: string) => (email === ADA.email ? ADA : undefined) },
    sessions: {
      create: async (session: SessionRecord) => void sessions.set(session.hash, session),
      find: async (hash: string, now: number) => {
        const session = sessions.get(hash)
        return session && session.expiresAt > now ? { person: ADA, expiresAt: session.expiresAt } : undefined
      },
      extend: async (hash: string, expiresAt: number) => {
        const session = sessions.get(hash)
        if (session) session.expiresAt = expiresAt
      },
    },
    // Only what people need of the store is there.
  } as unknown as MetaStore
  let now = 1_795_000_000_000
  return { people: createPeople({ meta, passwords, now: () => now }), advance: (ms: number) => (now += ms) }
}

describe('people', () => {
  it('check a password also where there is no account, so that time tells nothing', async () => {
    const checked: (string | undefined)[] = []
    const { people } = setUp({
      hash: async () => '',
      verify: async (passwordHash) => {
        checked.push(passwordHash)
        return false
      },
    })
    await expect(people.signIn('nobody@example.org', 'x')).rejects.toMatchObject({ code: 'sign-in-failed' })
    await expect(people.signIn('ada@example.org', 'x')).rejects.toMatchObject({ code: 'sign-in-failed' })
    expect(checked).toEqual([undefined, ADA.passwordHash])
  })

  it('stay signed in while they come back, and are out 30 days after the last time', async () => {
    const { people, advance } = setUp({ hash: async () => '', verify: async () => true })
    const { token } = await people.signIn(ADA.email, 'right')
    advance(DAY_MS / 2)
    expect(await people.bySession(token)).toMatchObject({ extended: false })
    advance(20 * DAY_MS)
    expect(await people.bySession(token)).toMatchObject({ extended: true })
    advance(29 * DAY_MS)
    expect(await people.bySession(token)).toMatchObject({ person: { id: 'p1' } })
    advance(SESSION_MS)
    expect(await people.bySession(token)).toBeUndefined()
  })
})

describe('passwords', () => {
  it('fit however their letters were composed, and never where there is no account', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('Zürich-Straße 1')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.verify(hash, 'Zu\u0308rich-Straße 1')).toBe(true)
    expect(await passwords.verify(hash, 'Zürich-Straße 2')).toBe(false)
    expect(await passwords.verify(undefined, 'Zürich-Straße 1')).toBe(false)
  })

  it('refuse a flood instead of queueing it without end', async () => {
    const passwords = createPasswords()
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => passwords.verify(undefined, 'x')))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(6)
    expect(refused[0]?.reason).toMatchObject({ code: 'rate-limited' })
    expect(await passwords.verify(undefined, 'x')).toBe(false)
  })
})
