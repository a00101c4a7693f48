import type { People } from '../../auth/people.ts'
import { hashSecret, randomToken } from '../../auth/secrets.ts'
import { HeartwoodError } from '../../errors.ts'
import type { BearerTokenStore, Person } from '../../store/meta/meta-store.ts'

const MINUTE_MS = 60_000
const ACCESS_MS = 60 * MINUTE_MS
const REFRESH_MS = 7 * 24 * 60 * MINUTE_MS

interface Tokens {
  access_token: string
  refresh_token: string
  token_type: 'bearer'
}

/** Sign-in of our people by tokens in a header; only their hashes are stored. They open this API and nothing else. */
export interface SignIn {
  /** @throws HeartwoodError `sign-in-failed` */
  logIn(email: string, password: string): Promise<Tokens>
  /** @throws HeartwoodError `key-invalid` */
  refresh(token: string): Promise<Tokens>
  /** Who holds an access token. */
  holderOf(token: string): Promise<Person | undefined>
}

export interface SignInDeps {
  people: Pick<People, 'verify'>
  tokens: BearerTokenStore
  now(): number
}

export function createSignIn({ people, tokens, now }: SignInDeps): SignIn {
  const issue = async (personId: string): Promise<Tokens> => {
    const [access, refresh] = [randomToken(), randomToken()]
    const createdAt = now()
    await tokens.removeExpired(createdAt)
    await tokens.create([
      { hash: hashSecret(access), personId, kind: 'access', createdAt, expiresAt: createdAt + ACCESS_MS },
      { hash: hashSecret(refresh), personId, kind: 'refresh', createdAt, expiresAt: createdAt + REFRESH_MS },
    ])
    return { access_token: access, refresh_token: refresh, token_type: 'bearer' }
  }

  return {
    logIn: async (email, password) => issue((await people.verify(email, password)).id),

    async refresh(token) {
      const hash = hashSecret(token)
      const person = await tokens.find(hash, 'refresh', now())
      if (person !== undefined) return issue(person.id)
      const isAccess = (await tokens.find(hash, 'access', now())) !== undefined
      throw new HeartwoodError('key-invalid', isAccess ? 'Not a refresh token' : 'Invalid or expired token')
    },

    holderOf: (token) => tokens.find(hashSecret(token), 'access', now()),
  }
}
