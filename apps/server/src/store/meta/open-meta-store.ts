import { type Dialect, Kysely, sql } from 'kysely'
import { createBearerTokenStore } from './bearer-token-store.ts'
import { createHeartbeatStore } from './heartbeat-store.ts'
import { createIssueStore } from './issue-store.ts'
import { createKeyStore } from './key-store.ts'
import type { MetaStore } from './meta-store.ts'
import { migrate } from './migrate.ts'
import type { Engine } from './migrations.ts'
import { createPeopleStore, createSessionStore } from './people-store.ts'
import { createProjectStore } from './project-store.ts'
import { readRevision } from './revision.ts'
import { createSettingStore } from './setting-store.ts'
import type { Tables } from './tables.ts'

/** The store over any dialect, its schema brought forward. */
export async function openMetaStore(dialect: Dialect, engine: Engine): Promise<MetaStore> {
  const db = new Kysely<Tables>({ dialect })
  try {
    await migrate(db, engine)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    people: createPeopleStore(db),
    sessions: createSessionStore(db),
    projects: createProjectStore(db),
    keys: createKeyStore(db),
    heartbeats: createHeartbeatStore(db),
    settings: createSettingStore(db),
    issues: createIssueStore(db),
    bearerTokens: createBearerTokenStore(db),
    revision: () => readRevision(db),
    async ping() {
      await sql`select 1`.execute(db)
    },
    close: () => db.destroy(),
  }
}
