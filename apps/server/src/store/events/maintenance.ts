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

/** While the table takes inserts, a week is left alone for as long as this. */
const BUSY_REST_SECONDS = 600
/** Beyond this the engine's own merges must do: one more copy of the week would take minutes. */
const MOST_ROWS = 50_000_000
/** A week of which one part has so much gains little; merging from here on copies a row a few times at most, however often a week comes to rest. */
const LARGEST_SHARE = 0.8

/** The newest week at rest whose parts are worth merging. */
export const restingWeekQuery = (restSeconds: number): string => `
SELECT partition_id AS week
FROM system.parts
WHERE active AND database = currentDatabase() AND table = 'events'
GROUP BY partition_id
HAVING count() > 1 AND max(rows) < ${LARGEST_SHARE} * sum(rows) AND sum(rows) <= ${MOST_ROWS}
  AND dateDiff('second', max(modification_time), now()) >= if(
    (SELECT dateDiff('second', max(modification_time), now()) FROM system.parts WHERE active AND database = currentDatabase() AND table = 'events' AND level = 0) < ${sql.integer(restSeconds)},
    ${BUSY_REST_SECONDS}, ${sql.integer(restSeconds)})
ORDER BY week DESC LIMIT 1`

export const mergeWeekStatement = (week: string): string => `OPTIMIZE TABLE events PARTITION ID ${sql.text(week)} FINAL`

/** Asks for a project's rows to be removed; that goes on in the background, part by part, and survives a restart. */
export const deleteProjectStatements = (projectId: number): string[] =>
  PROJECT_TABLES.map(
    (table) => `DELETE FROM ${sql.identifier(table)} WHERE project_id = ${sql.integer(projectId)} SETTINGS lightweight_deletes_sync = 0`,
  )
