import { createHash } from 'node:crypto'
import { type UnixMicros, unixMicros } from '@heartwood/protocol'
import { HeartwoodError } from '../errors.ts'
import type { TimeRange } from './time-range.ts'

export type Order = 'desc' | 'asc'

/** Where the next page begins. The range travels with it, so that relative times do not move between pages. */
export interface Cursor {
  order: Order
  range: TimeRange
  /** The last row that was given. */
  ts: UnixMicros
  id: string
}

const VERSION = '1.'

/** What a cursor belongs to; it is refused with any other query. */
const stamp = (projectId: number, q: string): string => createHash('sha256').update(`${projectId}\n${q}`).digest('base64url').slice(0, 10)

export function writeCursor(cursor: Cursor, projectId: number, q: string): string {
  const { order, range, ts, id } = cursor
  const parts = [order, range.from, range.to, ts, id.replaceAll('-', ''), stamp(projectId, q)]
  return VERSION + Buffer.from(parts.join(' ')).toString('base64url')
}

/** @throws HeartwoodError `cursor-invalid` */
export function readCursor(text: string, projectId: number, q: string, order: Order): Cursor {
  const content = text.startsWith(VERSION) ? Buffer.from(text.slice(VERSION.length), 'base64url').toString() : ''
  const found =
    /^(desc|asc) (-?\d{1,16}) (-?\d{1,16}) (-?\d{1,16}) ([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12}) (\S{10})$/.exec(content)
  const isWhole = found !== null && VERSION + Buffer.from(content).toString('base64url') === text
  if (!isWhole) throw new HeartwoodError('cursor-invalid', 'The cursor cannot be read.')
  if (found[10] !== stamp(projectId, q) || found[1] !== order) {
    throw new HeartwoodError('cursor-invalid', 'The cursor belongs to another query, project or order.')
  }
  const micros = (group: number): UnixMicros => unixMicros(Number(found[group]))
  return { order, range: { from: micros(2), to: micros(3) }, ts: micros(4), id: found.slice(5, 10).join('-') }
}
