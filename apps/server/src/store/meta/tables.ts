import type { IssueState, Scope } from '@heartwood/protocol'
import type { Generated } from 'kysely'
import type { KeyClient } from './meta-store.ts'

/** The tables as queries see them, on both databases. Times are integers (ms), JSON is text. */
export interface Tables {
  schema_version: { version: number; applied_at: number }
  /** One row; see MetaStore.revision. */
  revision: { id: number; value: number }
  settings: { name: string; value: string }
  people: {
    id: string
    email: string
    name: string
    password_hash: string
    created_at: number
    /** JSON; null where none were ever set. */
    skills: Generated<string | null>
  }
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
  /** Issues of which someone has said something; all others are open. */
  issues: {
    project_id: number
    issue_id: string
    state: IssueState
    resolved_at: number | null
    updated_at: number
  }
  issue_assignees: { project_id: number; issue_id: string; person_id: string; assigned_at: number }
  issue_notes: { id: string; project_id: number; issue_id: string; person_id: string | null; text: string; created_at: number }
  /** Sign-ins of clients that are no browsers: short tokens to ask with, longer ones to renew them. */
  bearer_tokens: { hash: string; person_id: string; kind: 'access' | 'refresh'; created_at: number; expires_at: number }
}
