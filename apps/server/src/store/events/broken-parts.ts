import type { Engine } from './schema/capabilities.ts'
import { sql } from './sql.ts'

/**
 * Takes out parts that cannot be read. Where the disk is full the engine may show a part whose files it could not finish: its ids would count
 * as stored for as long as the process runs, and be gone afterwards. A merge of such a part does not come to its end.
 *
 * @param withinSeconds how old they are at most
 * @returns what was detached, as `table part`.
 */
export const detachBrokenParts = async (engine: Engine, withinSeconds: number): Promise<string[]> => {
  const parts = await engine.rows<{ table: string; name: string }>(`
SELECT table, name FROM system.parts
WHERE active AND database = currentDatabase() AND (table = 'events' AND level = 0 OR table = 'events_by_minute')
  AND modification_time >= now() - ${sql.integer(withinSeconds)}`)
  const broken: string[] = []
  for (const { table, name } of parts) {
    const checks = await engine.rows<{ is_passed: number }>(`CHECK TABLE ${sql.identifier(table)} PART ${sql.text(name)}`)
    if (checks.every((check) => check.is_passed === 1)) continue
    await engine.command(`ALTER TABLE ${sql.identifier(table)} DETACH PART ${sql.text(name)}`)
    broken.push(`${table} ${name}`)
  }
  return broken
}

/** Parts that the engine could not read when it opened its tables, and set aside. */
export const BROKEN_AT_START_QUERY = `
SELECT table, name FROM system.detached_parts WHERE database = currentDatabase() AND reason = 'broken-on-start'`
