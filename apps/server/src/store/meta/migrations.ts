import type { ColumnDataType, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

/** The one place where the databases differ: how a table numbers its rows without ever giving a number out twice. */
export interface ColumnTypes {
  identity: ColumnDataType
  autoIncrement: boolean
}

export interface Migration {
  version: number
  up(db: Kysely<Tables>, types: ColumnTypes): Promise<void>
}

/** Forward only: a step that was released is never edited, only followed by another. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, up: createFirstTables },
  { version: 2, up: addSampleRatesAndHeartbeats },
  { version: 3, up: addIssuesAndBearerTokens },
  { version: 4, up: addSkills },
]

async function createFirstTables(db: Kysely<Tables>, types: ColumnTypes): Promise<void> {
  const { schema } = db
  await schema
    .createTable('revision')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute()
  await db.insertInto('revision').values({ id: 1, value: 0 }).execute()

  await schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()

  await schema
    .createTable('people')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()

  await schema
    .createTable('sessions')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('person_id', 'text', (column) => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('sessions_person').on('sessions').column('person_id').execute()
  await schema.createIndex('sessions_expiry').on('sessions').column('expires_at').execute()

  await schema
    .createTable('projects')
    .addColumn('id', types.identity, (column) => (types.autoIncrement ? column.primaryKey().autoIncrement() : column.primaryKey()))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('slug', 'text', (column) => column.notNull().unique())
    .addColumn('retention_days', 'integer', (column) => column.notNull())
    .addColumn('redaction', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .execute()

  await schema
    .createTable('keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('project_id', 'integer', (column) => column.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('client', 'text', (column) => column.notNull())
    .addColumn('origins', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('hint', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute()
  await schema.createIndex('keys_project').on('keys').column('project_id').execute()
}

async function addSampleRatesAndHeartbeats({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('projects').addColumn('sample_rates', 'text').execute()
  await schema.alterTable('projects').addColumn('sample_rates_at', 'bigint').execute()
  await schema
    .createTable('heartbeats')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('project_id', 'integer', (column) => column.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('token', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  await schema.createIndex('heartbeats_project').on('heartbeats').column('project_id').execute()
}

async function addIssuesAndBearerTokens({ schema }: Kysely<Tables>): Promise<void> {
  await schema
    .createTable('issues')
    .addColumn('project_id', 'integer', (column) => column.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('issue_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('resolved_at', 'bigint')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('issues_key', ['project_id', 'issue_id'])
    .execute()
  await schema
    .createTable('issue_assignees')
    .addColumn('project_id', 'integer', (column) => column.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('issue_id', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('assigned_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('issue_assignees_key', ['project_id', 'issue_id', 'person_id'])
    .execute()
  await schema
    .createTable('issue_notes')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('project_id', 'integer', (column) => column.notNull().references('projects.id').onDelete('cascade'))
    .addColumn('issue_id', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.references('people.id').onDelete('set null'))
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('issue_notes_issue').on('issue_notes').columns(['project_id', 'issue_id']).execute()
  await schema
    .createTable('bearer_tokens')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('person_id', 'text', (column) => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('bearer_tokens_expiry').on('bearer_tokens').column('expires_at').execute()
}

async function addSkills({ schema }: Kysely<Tables>): Promise<void> {
  await schema.alterTable('people').addColumn('skills', 'text').execute()
}
