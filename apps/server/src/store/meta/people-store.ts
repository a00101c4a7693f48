import type { Kysely, Transaction } from 'kysely'
import type { PeopleStore, Person, SessionStore } from './meta-store.ts'
import type { Tables } from './tables.ts'

/** Setting that holds the hash of the current claim token. */
export const CLAIM_SETTING = 'claim.hash'
/** Setting that holds the id of the owner; its primary key is what makes the owner one. */
const OWNER_SETTING = 'owner.id'

export function createPeopleStore(db: Kysely<Tables>): PeopleStore {
  return {
    async hasOwner() {
      const row = await db.selectFrom('settings').select('name').where('name', '=', OWNER_SETTING).executeTakeFirst()
      return row !== undefined
    },

    createOwner: (person, claimHash) =>
      db.transaction().execute(async (transaction) => {
        if (claimHash !== undefined && !(await useClaim(transaction, claimHash))) return 'claim-invalid'
        const owner = await transaction
          .insertInto('settings')
          .values({ name: OWNER_SETTING, value: person.id })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('name')
          .executeTakeFirst()
        if (owner === undefined) return 'owner-exists'
        const { id, email, name, passwordHash, createdAt } = person
        await transaction.insertInto('people').values({ id, email, name, password_hash: passwordHash, created_at: createdAt }).execute()
        await transaction.deleteFrom('settings').where('name', '=', CLAIM_SETTING).execute()
        return 'created'
      }),

    async byEmail(email) {
      const row = await db.selectFrom('people').selectAll().where('email', '=', email).executeTakeFirst()
      return row && { ...toPerson(row), passwordHash: row.password_hash }
    },

    async byId(id) {
      const row = await db.selectFrom('people').select(['id', 'email', 'name', 'created_at']).where('id', '=', id).executeTakeFirst()
      return row && toPerson(row)
    },

    async skills(id) {
      const row = await db.selectFrom('people').select('skills').where('id', '=', id).executeTakeFirst()
      return row?.skills ? (JSON.parse(row.skills) as string[]) : []
    },

    async setSkills(id, skills) {
      await db
        .updateTable('people')
        .set({ skills: JSON.stringify(skills) })
        .where('id', '=', id)
        .execute()
    },
  }
}

async function useClaim(transaction: Transaction<Tables>, hash: string): Promise<boolean> {
  const used = await transaction
    .deleteFrom('settings')
    .where('name', '=', CLAIM_SETTING)
    .where('value', '=', hash)
    .returning('name')
    .executeTakeFirst()
  return used !== undefined
}

export function createSessionStore(db: Kysely<Tables>): SessionStore {
  return {
    async create({ hash, personId, createdAt, expiresAt }) {
      await db.insertInto('sessions').values({ hash, person_id: personId, created_at: createdAt, expires_at: expiresAt }).execute()
    },

    async find(hash, now) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('people', 'people.id', 'sessions.person_id')
        .select(['people.id', 'people.email', 'people.name', 'people.created_at', 'sessions.expires_at'])
        .where('sessions.hash', '=', hash)
        .where('sessions.expires_at', '>', now)
        .executeTakeFirst()
      return row && { person: toPerson(row), expiresAt: row.expires_at }
    },

    async extend(hash, expiresAt) {
      await db.updateTable('sessions').set({ expires_at: expiresAt }).where('hash', '=', hash).execute()
    },

    async remove(hash) {
      await db.deleteFrom('sessions').where('hash', '=', hash).execute()
    },

    async removeExpired(now) {
      await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
    },
  }
}

const toPerson = (row: { id: string; email: string; name: string; created_at: number }): Person => ({
  id: row.id,
  email: row.email,
  name: row.name,
  createdAt: row.created_at,
})
