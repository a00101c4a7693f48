import { LEVELS, type Level, type UnixMicros } from '@heartwood/protocol'

/**
 * The only place where values become SQL. Everything that did not come from our own source text passes through one of these.
 */
const ESCAPES: { [char: string]: string } = { '\\': '\\\\', "'": "\\'", '\0': '\\0', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' }

const wellFormed = (value: string): string => value.replace(/\p{Surrogate}/gu, '\ufffd')
const escapeText = (value: string): string => wellFormed(value).replace(/[\\'\0\n\r\t\b\f]/g, (char) => ESCAPES[char] ?? char)

/** Whether a text has the form of an event's id. */
export const isUuid = (value: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)

export const sql = {
  /** A string literal. Lone surrogates become U+FFFD, as everywhere in the store. */
  text: (value: string): string => `'${escapeText(value)}'`,

  /** A column or table name. */
  identifier: (name: string): string => `\`${wellFormed(name).replace(/[\\`\0]/g, (char) => (char === '\0' ? '\\0' : `\\${char}`))}\``,

  /** @throws RangeError for NaN and infinities, which have no place in a query. */
  number: (value: number): string => {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number for a query`)
    return Object.is(value, -0) ? '0' : String(value)
  },

  /** @throws RangeError when it is not a whole number that a double holds exactly. */
  integer: (value: number): string => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number for a query`)
    return String(value)
  },

  /** A point in time to compare `ts` with. */
  micros: (value: UnixMicros): string => `fromUnixTimestamp64Micro(${sql.integer(Math.floor(value))}, 'UTC')`,

  /** @throws RangeError when the text is no UUID. */
  uuid: (value: string): string => {
    if (!isUuid(value)) throw new RangeError('not a UUID')
    return `toUUID('${value}')`
  },

  level: (value: Level): string => {
    if (!LEVELS.includes(value)) throw new RangeError('not a level')
    return `'${value}'`
  },

  /** `[a, b]`, to stand after IN; `IN []` is false. */
  list: <Value>(values: readonly Value[], each: (value: Value) => string): string => `[${values.map(each).join(', ')}]`,

  /** A pattern for LIKE in which every character of the text stands for itself. */
  like: (value: string): string => value.replace(/[\\%_]/g, '\\$&'),

  /** A pattern for `match` (RE2) in which every character of the text stands for itself. */
  regexp: (value: string): string => value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'),
} as const

/** Events from `from` on and before `to`. */
export const within = ({ from, to }: { from: UnixMicros; to: UnixMicros }): string => `ts >= ${sql.micros(from)} AND ts < ${sql.micros(to)}`

/** Newest first. UUIDs compare by their second half in ClickHouse; as numbers they compare as our ids rise. */
export const NEWEST_FIRST = 'ts DESC, toUInt128(id) DESC'
export const OLDEST_FIRST = 'ts ASC, toUInt128(id) ASC'

/** Rows that come after (ts, id) in the given order; for paging. */
export const afterPlace = (order: 'desc' | 'asc', ts: UnixMicros, id: string): string => {
  const at = sql.micros(ts)
  const [reach, beyond] = order === 'desc' ? ['<=', '<'] : ['>=', '>']
  return `ts ${reach} ${at} AND (ts ${beyond} ${at} OR toUInt128(id) ${beyond} toUInt128(${sql.uuid(id)}))`
}
