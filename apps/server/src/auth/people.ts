import { HeartwoodError } from '../errors.ts'
import type { MetaStore, Person, PersonRecord } from '../store/meta/meta-store.ts'
import { CLAIM_SETTING } from '../store/meta/people-store.ts'
import type { Passwords } from './passwords.ts'
import { hashSecret, newId, randomToken } from './secrets.ts'

const DAY_MS = 24 * 3600 * 1000
/** A session ends this long after it was last used. */
export const SESSION_MS = 30 * DAY_MS
/** A used session is written down again only when this much of it has passed. */
const EXTEND_AFTER_MS = DAY_MS

export interface SignedIn {
  person: Person
  /** For the cookie; only its hash is stored. */
  token: string
}

interface NewOwner {
  email: string
  password: string
  name?: string
}

/** People and their sessions. Passwords are checked in constant work; whoever calls limits how often (attempt-limits.ts). */
export interface People {
  needsOwner(): Promise<boolean>
  /** Makes the owner when there is none; an existing owner keeps their password. Safe when several processes start at once. */
  ensureOwner(owner: NewOwner): Promise<'created' | 'exists'>
  /** A new one-time token, after which every former one is void. Undefined when there is an owner. */
  createClaim(): Promise<string | undefined>
  /** @throws HeartwoodError `claim-invalid` when the token is not the newest, was used, or there is an owner */
  claim(token: string, owner: NewOwner): Promise<SignedIn>
  /** Who this is, without a session. @throws HeartwoodError `sign-in-failed` */
  verify(email: string, password: string): Promise<Person>
  /** @throws HeartwoodError `sign-in-failed` */
  signIn(email: string, password: string): Promise<SignedIn>
  signOut(token: string): Promise<void>
  /** Who holds this session; `extended` when the cookie should be sent again with its full life. */
  bySession(token: string): Promise<{ person: Person; extended: boolean } | undefined>
  byId(id: string): Promise<Person | undefined>
  removeExpiredSessions(): Promise<void>
}

export interface PeopleDeps {
  meta: Pick<MetaStore, 'people' | 'sessions' | 'settings'>
  passwords: Passwords
  now?: () => number
}

export function createPeople({ meta, passwords, now = Date.now }: PeopleDeps): People {
  let ownerSeen = false
  const needsOwner = async (): Promise<boolean> => {
    ownerSeen ||= await meta.people.hasOwner()
    return !ownerSeen
  }

  const toRecord = async ({ email, password, name = '' }: NewOwner): Promise<PersonRecord> => ({
    id: newId('person'),
    email: toAccount(email),
    name,
    passwordHash: await passwords.hash(password),
    createdAt: now(),
  })

  const startSession = async (person: Person): Promise<SignedIn> => {
    const token = randomToken()
    const createdAt = now()
    await meta.sessions.create({ hash: hashSecret(token), personId: person.id, createdAt, expiresAt: createdAt + SESSION_MS })
    return { person: toPerson(person), token }
  }

  const verify = async (email: string, password: string): Promise<Person> => {
    const record = await meta.people.byEmail(toAccount(email))
    const fits = await passwords.verify(record?.passwordHash, password)
    if (!fits || record === undefined) throw new HeartwoodError('sign-in-failed', 'E-mail and password do not fit together.')
    return toPerson(record)
  }

  return {
    needsOwner,

    async ensureOwner(owner) {
      if (!(await needsOwner())) return 'exists'
      const outcome = await meta.people.createOwner(await toRecord(owner))
      return outcome === 'created' ? 'created' : 'exists'
    },

    async createClaim() {
      if (!(await needsOwner())) return undefined
      const token = randomToken()
      await meta.settings.set(CLAIM_SETTING, hashSecret(token))
      return token
    },

    async claim(token, owner) {
      const claimHash = hashSecret(token)
      // Looked at first, so that a wrong link costs no password hash; createOwner decides.
      if ((await meta.settings.get(CLAIM_SETTING)) !== claimHash) throw claimInvalid()
      const record = await toRecord(owner)
      if ((await meta.people.createOwner(record, claimHash)) !== 'created') throw claimInvalid()
      return startSession(record)
    },

    verify,
    signIn: async (email, password) => startSession(await verify(email, password)),

    signOut: (token) => meta.sessions.remove(hashSecret(token)),

    async bySession(token) {
      const hash = hashSecret(token)
      const session = await meta.sessions.find(hash, now())
      if (session === undefined) return undefined
      const expiresAt = now() + SESSION_MS
      const extended = expiresAt - session.expiresAt >= EXTEND_AFTER_MS
      if (extended) await meta.sessions.extend(hash, expiresAt)
      return { person: session.person, extended }
    },

    byId: (id) => meta.people.byId(id),
    removeExpiredSessions: () => meta.sessions.removeExpired(now()),
  }
}

/** How an e-mail address names an account. */
export const toAccount = (email: string): string => email.trim().normalize('NFC').toLowerCase()

const claimInvalid = (): HeartwoodError => new HeartwoodError('claim-invalid', 'This link does not work (any more).')

const toPerson = ({ id, email, name, createdAt }: Person): Person => ({ id, email, name, createdAt })
