import type { Kysely } from 'kysely'
import type { BearerTokenStore } from './meta-store.ts'
import type { Tables } from './tables.ts'

export function createBearerTokenStore(db: Kysely<Tables>): BearerTokenStore {
  return {
    async create(tokens) {
      const rows = tokens.map(({ hash, personId, kind, createdAt, expiresAt }) => ({
        hash,
        person_id: personId,
        kind,
        created_at: createdAt,
        expires_at: expiresAt,
      }))
      await db.insertInto('bearer_tokens').values(rows).execute()
    },

    async find(hash, kind, now) {
      const row = await db
        .selectFrom('bearer_tokens')
        .innerJoin('people', 'people.id', 'bearer_tokens.person_id')
        .select(['people.id', 'people.email', 'people.name', 'people.created_at'])
        .where('bearer_tokens.hash', '=', hash)
        .where('bearer_tokens.kind', '=', kind)
        .where('bearer_tokens.expires_at', '>', now)
        .executeTakeFirst()
      return row && { id: row.id, email: row.email, name: row.name, createdAt: row.created_at }
    },

    async removeExpired(now) {
      await db.deleteFrom('bearer_tokens').where('expires_at', '<=', now).execute()
    },
  }
}
