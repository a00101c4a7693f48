import { PROJECT_TABLES } from './schema/tables.ts'
import { sql } from './sql.ts'

export interface StoreUsage {
  rows: number
  bytes: number
  parts: number
}

/** Rows of events, and what all tables take on disk. */
export const USAGE_QUERY = `
SELECT sumIf(rows, table IN ('events', 'visits')) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts
FROM system.parts
WHERE active AND database = currentDatabase()`

/** Asks for a project's rows to be removed; that goes on in the background, part by part, and survives a restart. */
export const deleteProjectStatements = (projectId: number): string[] =>
  PROJECT_TABLES.map(
    (table) => `DELETE FROM ${sql.identifier(table)} WHERE project_id = ${sql.integer(projectId)} SETTINGS lightweight_deletes_sync = 0`,
  )
