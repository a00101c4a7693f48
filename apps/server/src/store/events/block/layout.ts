import { KINDS, LEVELS } from '@heartwood/protocol'

/**
 * An event block: the events of one request, column by column, as the queue keeps them.
 *
 *     'H' 'B' version:u8 0:u8 rows:u32, then for each column of the layout: length:u32 mode:u8 data
 *
 * `mode` 0: every row has the column's empty value and no data follows; 1: one value for all rows; 2: a value for each row.
 * Texts are a varint of their length and their UTF-8, dictionaries a list of texts and an index per row: forms which ClickHouse's
 * Native format uses too, so that merging blocks is copying. All numbers are little-endian.
 *
 * Blocks outlive the process (queue, dead letters): a change of the columns is a new version beside the old ones, never an edit.
 */
export const BLOCK_VERSION = 1
export const BLOCK_HEADER_BYTES = 8
export const MAGIC = [0x48, 0x42] as const

export const MODE = { empty: 0, constant: 1, plain: 2 } as const

export interface BlockColumn {
  name: string
  /** As ClickHouse writes it, for the header of the Native file. */
  type: string
  /** fixed: `width` bytes a row · text · dictionary: text that repeats · list: of texts that repeat · map: names that repeat → texts. */
  form: 'fixed' | 'text' | 'dictionary' | 'list' | 'map'
  /** Bytes of a value, for `fixed`. */
  width: number
  /** Bytes of the empty value, for `fixed`; a column that is empty throughout is left out of the insert and gets its default. */
  empty: Uint8Array
}

const enumOf = (names: readonly string[]): string => `Enum8(${names.map((name, index) => `'${name}' = ${index}`).join(', ')})`
export const KIND_TYPE = enumOf(KINDS)
export const LEVEL_TYPE = enumOf(LEVELS)

const fixed = (name: string, type: string, width: number, empty: readonly number[] = []): BlockColumn => {
  const bytes = new Uint8Array(width)
  bytes.set(empty)
  return { name, type, form: 'fixed', width, empty: bytes }
}
const of = (form: BlockColumn['form'], type: string, names: readonly string[]): BlockColumn[] =>
  names.map((name) => ({ name, type, form, width: 0, empty: new Uint8Array(0) }))

/** The year 1900, with which DateTime64 begins, and the last microsecond that a double holds exactly (in 2255). */
export const EARLIEST_MICROS = -2_208_988_800_000_000
export const LATEST_MICROS = Number.MAX_SAFE_INTEGER

/** 32-bit NaN: no duration. */
const NAN_32 = [0, 0, 0xc0, 0x7f]
/** -1: no place in a flow. */
const MINUS_ONE_32 = [0xff, 0xff, 0xff, 0xff]

export const FIXED_NAMES = ['kind', 'id', 'ts', 'received_at', 'retention_days', 'level', 'step_index', 'status', 'duration_ms'] as const
export const DICTIONARY_NAMES = ['service', 'environment', 'release', 'host', 'dataset', 'method', 'route'] as const
export const TEXT_NAMES = ['message', 'detail', 'trace_id', 'span_id', 'session_id', 'user_id', 'request_id', 'flow_id', 'issue_id', 'path'] as const

/** Version 1, in the order of the sections. */
export const COLUMNS: readonly BlockColumn[] = [
  fixed('kind', KIND_TYPE, 1),
  fixed('id', 'UUID', 16),
  fixed('ts', "DateTime64(6, 'UTC')", 8),
  fixed('received_at', "DateTime64(6, 'UTC')", 8),
  fixed('retention_days', 'UInt16', 2),
  fixed('level', LEVEL_TYPE, 1),
  fixed('step_index', 'Int32', 4, MINUS_ONE_32),
  fixed('status', 'UInt16', 2),
  fixed('duration_ms', 'Float32', 4, NAN_32),
  ...of('dictionary', 'LowCardinality(String)', DICTIONARY_NAMES),
  ...of('text', 'String', TEXT_NAMES),
  ...of('list', 'Array(LowCardinality(String))', ['tags']),
  ...of('map', 'Map(LowCardinality(String), String)', ['attributes']),
  ...of('list', 'Array(LowCardinality(String))', ['attribute_types']),
]
