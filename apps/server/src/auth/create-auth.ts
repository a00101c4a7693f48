import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MetaStore } from '../store/meta/meta-store.ts'
import { type Authenticator, createAuthenticator } from './authenticate.ts'
import { registerPreflight } from './cors.ts'
import { createDirectory, type Directory } from './directory.ts'
import { readmit, registerAccess } from './hooks.ts'
import { createPasswords } from './passwords.ts'
import { createPeople, type People } from './people.ts'

export interface AuthDeps {
  meta: MetaStore
  /** Undefined: there is none. */
  localToken: string | undefined
  /** The address people use; undefined until the server listens. */
  publicUrl: () => string | undefined
}

/** Everything about who may do what, wired together. */
export interface Auth {
  directory: Directory
  authenticator: Authenticator
  people: People
  /** See registerAccess: first of all on the root instance. Also answers the preflights of pages that use browser keys. */
  register(app: FastifyInstance): void
  /** See readmit. */
  readmit(request: FastifyRequest): Promise<void>
  /** Takes over what other processes changed and writes down which keys were used. Call it every two seconds. */
  maintain(): Promise<void>
  /** Writes down what is left; before the meta store closes. */
  close(): Promise<void>
}

const SESSION_CLEANING_MS = 3_600_000

/** @throws HeartwoodError `meta-unavailable` */
export async function createAuth({ meta, localToken, publicUrl }: AuthDeps): Promise<Auth> {
  const directory = await createDirectory(meta)
  const authenticator = createAuthenticator({ directory, keys: meta.keys, localToken })
  const people = createPeople({ meta, passwords: createPasswords() })
  let cleanedAt = 0
  return {
    directory,
    authenticator,
    people,
    register(app) {
      registerAccess(app, { authenticator, directory, people, publicUrl })
      registerPreflight(app, directory)
    },
    readmit: (request) => readmit(request, { authenticator, people }),
    async maintain() {
      await directory.refresh()
      await authenticator.recordUses()
      if (Date.now() - cleanedAt < SESSION_CLEANING_MS) return
      cleanedAt = Date.now()
      await people.removeExpiredSessions()
    },
    close: () => authenticator.recordUses({ everything: true }),
  }
}
