import type { EventJson } from '@heartwood/protocol'
import { toCsv } from '../../../lib/download.ts'
import { readField, showValue } from './columns.ts'

/** Exactly what the table shows, column by column. */
export function rowsToCsv(rows: readonly EventJson[], columns: readonly string[]): string {
  const header = ['timestamp', 'level', ...columns, 'message']
  return toCsv(
    header,
    rows.map((row) => header.map((name) => showValue(readField(row, name)))),
  )
}

/** One event a line, in the shape in which Heartwood takes them in. */
export const rowsToJsonLines = (rows: readonly EventJson[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** A command that sends the same event again, as a new one. */
export function toCurl(event: EventJson, address: string): string {
  const { id: _, receivedAt: __, issueId: ___, ...rest } = event
  const body = JSON.stringify(rest).replaceAll("'", "'\\''")
  return `curl -X POST '${address}/ingest' -H "Authorization: Bearer $HEARTWOOD_KEY" -H 'Content-Type: application/json' -d '${body}'`
}
