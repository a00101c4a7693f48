import type { Scope } from '@heartwood/protocol'
import type { Generated } from 'kysely'
import type { KeyClient } from './meta-store.ts'

/** The tables as queries see them, on both databases. Times are integers (ms), JSON is text. */
export interface Tables {
  schema_version: { version: number; applied_at: number }
  /** One row; see MetaStore.revision. */
  revision: { id: number; value: number }
  settings: { name: string; value: string }
  people: { id: string; email: string; name: string; password_hash: string; created_at: number }
  sessions: { hash: string; person_id: string; created_at: number; expires_at: number }
  projects: {
    id: Generated<number>
    name: string
    slug: string
    retention_days: number
    redaction: string
    /** JSON; null where none were ever set. */
    sample_rates: Generated<string | null>
    sample_rates_at: Generated<number | null>
    created_at: number
    deleted_at: number | null
  }
  keys: {
    id: string
    project_id: number
    name: string
    scope: Scope
    client: KeyClient
    origins: string
    hash: string
    hint: string
    created_at: number
    last_used_at: number | null
    revoked_at: number | null
  }
  heartbeats: {
    id: string
    project_id: number
    name: string
    token: string
    created_at: number
    revoked_at: number | null
  }
}
