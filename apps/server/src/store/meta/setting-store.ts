import type { Kysely } from 'kysely'
import type { SettingStore } from './meta-store.ts'
import type { Tables } from './tables.ts'

export function createSettingStore(db: Kysely<Tables>): SettingStore {
  const get = async (name: string): Promise<string | undefined> => {
    const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
    return row?.value
  }
  return {
    get,

    async set(name, value) {
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },

    async setOnce(name, value) {
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      return (await get(name)) ?? value
    },

    async remove(name) {
      await db.deleteFrom('settings').where('name', '=', name).execute()
    },
  }
}
