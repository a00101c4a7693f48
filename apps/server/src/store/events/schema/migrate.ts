import { HeartwoodError } from '../../../errors.ts'
import { type Capabilities, type Engine, readCapabilities } from './capabilities.ts'
import { eventsByMinuteTable, eventsByMinuteView, eventsTable, visitRollups, visitsTable } from './tables.ts'

export interface Migration {
  /** Rises by one; what was released is never edited. */
  version: number
  name: string
  /** Each may be run again after a break: `IF NOT EXISTS` and the like. */
  statements(capabilities: Capabilities): string[]
}

const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'events', statements: (can) => [eventsTable(can), eventsByMinuteTable(can), eventsByMinuteView()] },
  { version: 2, name: 'visits', statements: (can) => [visitsTable(can), ...visitRollups(can)] },
]

const VERSION_TABLE = `
CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, name String, applied_at DateTime('UTC') DEFAULT now())
ENGINE = MergeTree ORDER BY version`

/**
 * Brings the schema forward, one migration after the other; there is no way back.
 * @throws HeartwoodError `data-newer` when a newer Heartwood was here before.
 */
export const migrate = async (engine: Engine, migrations: readonly Migration[] = MIGRATIONS): Promise<void> => {
  await engine.command(VERSION_TABLE)
  const applied = await engine.rows<{ version: number }>('SELECT max(version) AS version FROM schema_versions')
  const from = applied[0]?.version ?? 0
  const newest = migrations.at(-1)?.version ?? 0
  if (from > newest) throw new HeartwoodError('data-newer', `The event store has version ${from} of its tables, this Heartwood knows ${newest}.`)
  const missing = migrations.filter(({ version }) => version > from)
  if (missing.length === 0) return
  const capabilities = await readCapabilities(engine)
  for (const { version, name, statements } of missing) {
    for (const statement of statements(capabilities)) await engine.command(statement)
    await engine.command(`INSERT INTO schema_versions (version, name) VALUES (${version}, '${name}')`)
  }
}
