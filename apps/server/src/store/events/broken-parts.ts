import type { Engine } from './schema/capabilities.ts'
import { sql } from './sql.ts'

interface BrokenPart {
  table: string
  name: string
  partition_id: string
}

interface Part extends BrokenPart {
  /** Its folder, on the engine's machine. */
  path: string
  rows: number
  bytes: number
  active: number
}

/** Those that inserts made, not merges, also where they were merged since. @param withinSeconds how old they are at most */
export const newestParts = (engine: Engine, withinSeconds: number): Promise<Part[]> =>
  engine.rows<Part>(`
SELECT table, name, partition_id, path, rows, bytes_on_disk AS bytes, active FROM system.parts
WHERE database = currentDatabase() AND (table = 'events' AND level = 0 OR table = 'events_by_minute')
  AND modification_time >= now() - ${sql.integer(withinSeconds)}`)

/**
 * Takes out parts that cannot be read. Where the disk is full the engine may show a part whose files it could not finish: its ids would count
 * as stored for as long as the process runs, and be gone afterwards. A merge of such a part does not come to its end.
 * @returns what was detached, and why.
 */
export const detachBrokenParts = async (engine: Engine, withinSeconds: number): Promise<(BrokenPart & { reason: string })[]> => {
  const broken: (BrokenPart & { reason: string })[] = []
  for (const { table, name, partition_id, active } of await newestParts(engine, withinSeconds)) {
    if (active !== 1) continue
    const checks = await engine.rows<{ is_passed: number; message: string }>(`CHECK TABLE ${sql.identifier(table)} PART ${sql.text(name)}`)
    const failed = checks.find((check) => check.is_passed === 0)
    if (failed === undefined) continue
    await engine.command(`ALTER TABLE ${sql.identifier(table)} DETACH PART ${sql.text(name)}`)
    broken.push({ table, name, partition_id, reason: failed.message })
  }
  return broken
}

/** Parts that the engine could not read when it opened its tables, and set aside. */
export const partsBrokenAtStart = (engine: Engine): Promise<BrokenPart[]> =>
  engine.rows<BrokenPart>(`
SELECT table, name, partition_id FROM system.detached_parts WHERE database = currentDatabase() AND reason = 'broken-on-start'`)

/** Whether a part holds counts by minute, which can be made anew. */
export const isOfCounts = ({ table }: BrokenPart): boolean => table === 'events_by_minute'

/** Removes a part of the counts that was set aside: what it counted was counted anew. */
export const dropBrokenCounts = (engine: Engine, { table, name }: BrokenPart): Promise<void> =>
  engine.command(`ALTER TABLE ${sql.identifier(table)} DROP DETACHED PART ${sql.text(name)} SETTINGS allow_drop_detached = 1`)
