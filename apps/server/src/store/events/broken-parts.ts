import type { Engine } from './schema/capabilities.ts'
import { sql } from './sql.ts'

interface Part {
  table: string
  name: string
  /** Its folder, on the engine's machine. */
  path: string
  rows: number
  bytes: number
  active: number
}

/** Those that inserts made, not merges, also where they were merged since. @param withinSeconds how old they are at most */
export const newestParts = (engine: Engine, withinSeconds: number): Promise<Part[]> =>
  engine.rows<Part>(`
SELECT table, name, path, rows, bytes_on_disk AS bytes, active FROM system.parts
WHERE database = currentDatabase() AND (table = 'events' AND level = 0 OR table = 'events_by_minute')
  AND modification_time >= now() - ${sql.integer(withinSeconds)}`)

/**
 * Takes out parts that cannot be read. Where the disk is full the engine may show a part whose files it could not finish: its ids would count
 * as stored for as long as the process runs, and be gone afterwards. A merge of such a part does not come to its end.
 * @returns what was detached and why, a line each.
 */
export const detachBrokenParts = async (engine: Engine, withinSeconds: number): Promise<string[]> => {
  const broken: string[] = []
  for (const { table, name, active } of await newestParts(engine, withinSeconds)) {
    if (active !== 1) continue
    const checks = await engine.rows<{ is_passed: number; message: string }>(`CHECK TABLE ${sql.identifier(table)} PART ${sql.text(name)}`)
    const failed = checks.find((check) => check.is_passed !== 1)
    if (failed === undefined) continue
    await engine.command(`ALTER TABLE ${sql.identifier(table)} DETACH PART ${sql.text(name)}`)
    broken.push(`${table} ${name}: ${failed.message}`)
  }
  return broken
}

/** Parts that the engine could not read when it opened its tables, and set aside. */
export const BROKEN_AT_START_QUERY = `
SELECT table, name FROM system.detached_parts WHERE database = currentDatabase() AND reason = 'broken-on-start'`
