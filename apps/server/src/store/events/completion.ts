import { HeartwoodError } from '../../errors.ts'
import type { SealedBlock } from './event-store.ts'
import { type Engine, settingsClause } from './schema/capabilities.ts'
import { sql } from './sql.ts'
import { INSERT_SETTINGS } from './statement.ts'

const COUNTED = 'project_id, kind, minute, level, service, environment'
/** 24 bytes each at most: a statement may have 256 KiB. */
const MINUTES_AT_ONCE = 10_000

/**
 * Adds what an interrupted insert of a block left out: its rows, found by their ids, and the counts of its minutes, which a kill between the
 * two tables leaves too low, and the engine's own repeat of an insert that it takes for stored leaves too high. Changes nothing where nothing
 * is wrong, and can be interrupted and repeated.
 *
 * @param source table expression with the block's rows
 * @param mark names its statements, to end them by
 */
export const completeBlock = async (
  engine: Engine,
  { columns }: Pick<SealedBlock, 'columns'>,
  known: ReadonlySet<string>,
  source: string,
  mark: string,
): Promise<void> => {
  const names = columns.map(sql.identifier).join(', ')
  // A column that is empty throughout is not in the block.
  const ts = columns.includes('ts') ? 'ts' : "toDateTime64(0, 6, 'UTC')"
  const settings = repeatable(known, mark)
  const missing = `FROM ${source} WHERE id NOT IN (SELECT id FROM events WHERE (project_id, ts) IN (SELECT project_id, ${ts} FROM ${source}))`
  await engine.command(`INSERT INTO events (${names})${settings} SELECT ${names} ${missing} SETTINGS max_threads = 1`)
  // An engine whose disk became full may call an insert done that it gave up.
  const [left] = await engine.rows<{ rows: number }>(`SELECT count() AS rows ${missing}`)
  if (left?.rows !== 0) throw new HeartwoodError('engine-unavailable', 'The event store did not store all of a block, though it said so.')

  await recount(engine, `SELECT project_id, toStartOfMinute(${ts}) FROM ${source}`, settings, mark)
}

/**
 * Counts the minutes of a month anew where they differ from its events.
 * @param month the name of a partition of `events_by_minute`, YYYYMM
 */
export const recountMonth = (engine: Engine, month: string, known: ReadonlySet<string>, mark: string): Promise<void> => {
  const number = sql.integer(Number(month))
  const minutes = `SELECT project_id, toStartOfMinute(ts) FROM events WHERE toYYYYMM(ts) = ${number}
UNION DISTINCT SELECT project_id, minute FROM events_by_minute WHERE toYYYYMM(minute) = ${number}`
  return recount(engine, minutes, repeatable(known, mark), mark)
}

const repeatable = (known: ReadonlySet<string>, mark: string): string =>
  settingsClause({ ...INSERT_SETTINGS, insert_deduplicate: 0, deduplicate_insert: 'disable', log_comment: mark }, known)

/** @param minutes a query for pairs of project and minute */
const recount = async (engine: Engine, minutes: string, settings: string, mark: string): Promise<void> => {
  const wrong = await engine.rows<{ project_id: number; at: number }>(wrongMinutes(minutes))
  for (let start = 0; start < wrong.length; start += MINUTES_AT_ONCE) {
    const some = wrong.slice(start, start + MINUTES_AT_ONCE).map((minute) => `(${minute.project_id},${minute.at})`)
    await engine.command(
      `DELETE FROM events_by_minute WHERE (project_id, minute) IN (${some.join()}) SETTINGS lightweight_deletes_sync = 2, log_comment = ${sql.text(mark)}`,
    )
    await engine.command(`INSERT INTO events_by_minute (${COUNTED}, count, retention_days)${settings} ${countsOf(some.join())}`)
  }
}

/** What `events_by_minute_view` counts, anew. */
const countsOf = (minutes: string): string => `
SELECT project_id, kind, toStartOfMinute(ts) AS minute, level, service, environment, count() AS count, max(retention_days) AS retention_days
FROM events WHERE (project_id, toStartOfMinute(ts)) IN (${minutes}) GROUP BY ${COUNTED}`

const wrongMinutes = (minutes: string): string => `
SELECT DISTINCT project_id, toUnixTimestamp(minute) AS at FROM (
  SELECT ${COUNTED}, toInt64(count) AS difference FROM (${countsOf(minutes)})
  UNION ALL
  SELECT ${COUNTED}, -toInt64(count) FROM events_by_minute WHERE (project_id, minute) IN (${minutes})
)
GROUP BY ${COUNTED} HAVING sum(difference) != 0`
