import { type Event, KINDS, LEVELS } from '@heartwood/protocol'
import { EARLIEST_MICROS, type FIXED_NAMES, LATEST_MICROS } from './layout.ts'

type FixedName = (typeof FIXED_NAMES)[number]

/** The columns whose values have a fixed width, growing together. */
export const createFixedColumns = () => {
  const INITIAL_ROWS = 256
  const make = (rows: number) => ({
    kind: new Uint8Array(rows),
    level: new Uint8Array(rows),
    retention_days: new Uint16Array(rows),
    status: new Uint16Array(rows),
    step_index: new Int32Array(rows),
    duration_ms: new Float32Array(rows),
    ts: new Uint32Array(rows * 2),
    received_at: new Uint32Array(rows * 2),
    id: new Uint32Array(rows * 4),
  })
  let columns = make(INITIAL_ROWS)
  const grow = (): void => {
    const larger = make(columns.kind.length * 2)
    for (const name of Object.keys(larger) as FixedName[]) larger[name].set(columns[name])
    columns = larger
  }
  const putMicros = (column: Uint32Array, row: number, micros: number): void => {
    const whole = Math.min(LATEST_MICROS, Math.max(EARLIEST_MICROS, Math.floor(micros)))
    column[row * 2] = whole % 4_294_967_296
    column[row * 2 + 1] = Math.floor(whole / 4_294_967_296)
  }
  return {
    append(event: Event, id: Uint32Array, row: number): void {
      if (row === columns.kind.length) grow()
      columns.kind[row] = KIND_NUMBERS.get(event.kind) ?? 0
      columns.level[row] = LEVEL_NUMBERS.get(event.level) ?? 2
      columns.retention_days[row] = Math.min(65_535, Math.max(1, event.retentionDays))
      columns.status[row] = event.status
      columns.step_index[row] = event.stepIndex
      columns.duration_ms[row] = event.durationMs
      putMicros(columns.ts, row, event.timestamp)
      putMicros(columns.received_at, row, event.receivedAt)
      const words = columns.id
      const at = row * 4
      words[at] = id[0] ?? 0
      words[at + 1] = id[1] ?? 0
      words[at + 2] = id[2] ?? 0
      words[at + 3] = id[3] ?? 0
    },
    bytesOf(name: FixedName, rows: number): Uint8Array {
      const column = columns[name]
      return new Uint8Array(column.buffer, 0, (column.byteLength / columns.kind.length) * rows)
    },
    reset(keepBytes: number): void {
      if (columns.id.byteLength > keepBytes) columns = make(INITIAL_ROWS)
    },
  }
}

const KIND_NUMBERS = new Map<string, number>(KINDS.map((kind, index) => [kind, index]))
const LEVEL_NUMBERS = new Map<string, number>(LEVELS.map((level, index) => [level, index]))
