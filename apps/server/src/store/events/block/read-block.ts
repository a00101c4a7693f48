import { type EventJson, KINDS, LEVELS } from '@heartwood/protocol'
import { type EventRow, microsOf, microsToEngineTime, shortFloat, toEventJson } from '../rows/event-row.ts'
import { type BlockView, type ColumnView, type DictionaryView, indexAt, openBlock, Reader } from './block-view.ts'
import { uuidText } from './id-source.ts'
import { COLUMNS } from './layout.ts'

/**
 * The events of a block, for people who inspect a dead letter.
 * @param limit at most this many.
 * @throws HeartwoodError `block-invalid`
 */
export const readBlock = (payload: Uint8Array, limit = Number.POSITIVE_INFINITY): EventJson[] => {
  const view = openBlock(payload)
  const rows = Math.min(view.rows, limit)
  const read = new Map(COLUMNS.map((column, index) => [column.name, readerOf(view, index, rows)]))
  const value = (name: string, row: number): unknown => read.get(name)?.(row)
  const text = (name: string, row: number): string => String(value(name, row) ?? '')
  return Array.from({ length: rows }, (_, row) => {
    const event: EventRow = {
      id: text('id', row),
      kind: KINDS[Number(value('kind', row))] ?? 'log',
      level: LEVELS[Number(value('level', row))] ?? 'info',
      ts: text('ts', row),
      received_at: text('received_at', row),
      message: text('message', row),
      service: text('service', row),
      environment: text('environment', row),
      release: text('release', row),
      host: text('host', row),
      dataset: text('dataset', row),
      tags: value('tags', row) as string[],
      attributes: Object.fromEntries(value('attributes', row) as [string, string][]),
      attribute_types: value('attribute_types', row) as string[],
      detail: text('detail', row),
      trace_id: text('trace_id', row),
      span_id: text('span_id', row),
      session_id: text('session_id', row),
      user_id: text('user_id', row),
      request_id: text('request_id', row),
      flow_id: text('flow_id', row),
      issue_id: text('issue_id', row),
      step_index: Number(value('step_index', row)),
      method: text('method', row),
      route: text('route', row),
      path: text('path', row),
      status: Number(value('status', row)),
      duration_ms: Number(value('duration_ms', row)),
    }
    return toEventJson(event)
  })
}

const readerOf = (view: BlockView, index: number, rows: number): ((row: number) => unknown) => {
  const column = COLUMNS[index]
  const data = view.columns[index]
  if (column === undefined || data === undefined) return () => undefined
  if (column.form === 'fixed') return fixedReader(column.name, data, column.width, column.empty)
  if (column.form === 'dictionary') return dictionaryReader(data)
  if (column.form === 'text') {
    const texts = data.form === 'text' ? readTexts(data.bytes, rows) : []
    return (row) => texts[row] ?? ''
  }
  if (data.form !== 'list') return () => []
  const ends = new Uint32Array(rows)
  let end = 0
  for (let row = 0; row < rows; row++) ends[row] = end += (data.counts[row * 2] ?? 0) | ((data.counts[row * 2 + 1] ?? 0) << 8)
  const { dictionary } = data
  const names = (row: number): string[] =>
    Array.from({ length: (ends[row] ?? 0) - (ends[row - 1] ?? 0) }, (_, at) => textAt(dictionary, (ends[row - 1] ?? 0) + at))
  if (data.values === undefined) return names
  const values = readTexts(data.values, end)
  return (row) => names(row).map((name, at) => [name, values[(ends[row - 1] ?? 0) + at] ?? ''])
}

const fixedReader = (name: string, data: ColumnView, width: number, empty: Uint8Array): ((row: number) => unknown) => {
  const all = data.form === 'fixed' ? data.bytes : undefined
  const one = data.form === 'fixed-constant' ? data.value : empty
  return (row) => {
    const bytes = Uint8Array.from(all === undefined ? one : all.subarray(row * width, (row + 1) * width))
    const view = new DataView(bytes.buffer)
    if (name === 'id') return uuidText(new Uint32Array(bytes.buffer), 0)
    if (name === 'duration_ms') return shortFloat(view.getFloat32(0, true))
    if (name === 'step_index') return view.getInt32(0, true)
    if (width === 8) return microsToEngineTime(microsOf(view.getUint32(0, true), view.getInt32(4, true)))
    return width === 2 ? view.getUint16(0, true) : view.getUint8(0)
  }
}

const dictionaryReader = (data: ColumnView): ((row: number) => string) => {
  if (data.form === 'dictionary') return (row) => textAt(data.dictionary, row)
  const text = data.form === 'dictionary-constant' ? data.text : ''
  return () => text
}

const textAt = (dictionary: DictionaryView, at: number): string => dictionary.texts[indexAt(dictionary, at)] ?? ''

const readTexts = (bytes: Uint8Array, count: number): string[] => {
  const reader = new Reader(bytes, 0, bytes.length)
  return Array.from({ length: count }, () => reader.text())
}
