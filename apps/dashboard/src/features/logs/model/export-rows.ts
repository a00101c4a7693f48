import type { EventJson } from '@heartwood/protocol'
import { toCsv } from '../../../lib/download.ts'
import { readField, showValue } from './columns.ts'

/** Most events of one download; the command line has no such bound. */
export const EXPORT_EVENTS = 50_000

interface ExportPage {
  events: readonly EventJson[]
  nextCursor: string | null
  partial: { message: string } | null
}

/** Reads pages until there are no more or the bound is reached. `partial` says why something is missing. */
export async function collectEvents(
  readPage: (cursor: string | undefined) => Promise<ExportPage>,
  onProgress: (count: number) => void,
): Promise<{ events: EventJson[]; partial: string | undefined }> {
  const events: EventJson[] = []
  let cursor: string | undefined
  let partial: string | undefined
  do {
    const page = await readPage(cursor)
    events.push(...page.events)
    partial ??= page.partial?.message
    cursor = page.nextCursor ?? undefined
    onProgress(events.length)
  } while (cursor !== undefined && events.length < EXPORT_EVENTS)
  return { events: events.slice(0, EXPORT_EVENTS), partial }
}

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
