import { HeartwoodError } from '../../errors.ts'
import type { QueryOptions, QueryResult, SealedBlock } from './event-store.ts'
import { settingsClause } from './schema/capabilities.ts'
import { sql } from './sql.ts'

/** Statements and answers as both adapters send and read them. Settings stand in each statement, so that none outlives it. */

/** @param mark names this run of the statement, to end it by. */
export const selectStatement = (text: string, { budget, settings }: QueryOptions, mark: string): string => {
  const clause = Object.entries({
    ...settings,
    log_comment: mark,
    readonly: 2,
    max_execution_time: budget.timeMs / 1000,
    timeout_overflow_mode: 'break',
    max_memory_usage: budget.memoryBytes,
    max_rows_to_read: budget.rowsToRead,
    read_overflow_mode: 'break',
    output_format_json_quote_64bit_integers: 1,
  }).map(([name, value]) => `${sql.identifier(name)} = ${typeof value === 'number' ? sql.number(value) : sql.text(value)}`)
  return `${text}\nFORMAT JSONCompact SETTINGS ${clause.join(', ')}`
}

export const killStatement = (mark: string): string => `KILL QUERY WHERE Settings['log_comment'] = ${sql.text(mark)} ASYNC`

export const INSERT_SETTINGS = { async_insert: 0, max_insert_threads: 1, max_partitions_per_insert_block: 0 }

/**
 * Every insert carries its token. `deduplicate_insert_select` belongs to it: newer engines ignore tokens of INSERT … SELECT without
 * it, because they cannot know that the same token always comes with the same rows.
 *
 * @param mark names this run of the statement, to end it by.
 */
export const insertStatement = (
  { columns, token }: SealedBlock,
  known: ReadonlySet<string>,
  source: { file: string } | 'body',
  mark: string,
): string => {
  const names = columns.map(sql.identifier).join(', ')
  const settings = settingsClause(
    {
      ...INSERT_SETTINGS,
      insert_deduplicate: 1,
      deduplicate_insert: 'enable',
      deduplicate_insert_select: 'enable_even_for_bad_queries',
      deduplicate_blocks_in_dependent_materialized_views: 1,
    },
    known,
  )
  const into = `INSERT INTO events (${names})${settings}, log_comment = ${sql.text(mark)}, insert_deduplication_token = ${sql.text(token)}`
  return source === 'body'
    ? `${into} FORMAT Native`
    : `${into} SELECT ${names} FROM file(${sql.text(source.file)}, 'Native') SETTINGS max_threads = 1`
}

interface CompactAnswer {
  meta: { name: string; type: string }[]
  data: unknown[][]
  statistics?: { elapsed: number; rows_read: number; bytes_read: number }
}

/** Reads an answer in the format JSONCompact. */
export const parseAnswer = <Row>(text: string, options: QueryOptions, elapsedMs: number): QueryResult<Row> => {
  const { budget } = options
  // An engine that stops before the first row may answer with nothing at all.
  if (text === '') return { rows: [], partial: partialAnswers.time(budget), stats: { elapsedMs, rowsRead: 0, bytesRead: 0 } }
  const { meta, data, statistics } = JSON.parse(text) as CompactAnswer
  const readers = meta.map(({ name, type }) => ({ name, read: valueReader(type) }))
  const rows = data.map((values) => Object.fromEntries(readers.map(({ name, read }, index) => [name, read(values[index])])) as Row)
  const stats = { elapsedMs: (statistics?.elapsed ?? 0) * 1000, rowsRead: statistics?.rows_read ?? 0, bytesRead: statistics?.bytes_read ?? 0 }
  return { rows, partial: partialOf(stats, budget), stats }
}

/** An engine that stops at a budget does not say so: it is to be seen by what it spent. */
const partialOf = (stats: QueryResult<unknown>['stats'], budget: QueryOptions['budget']): QueryResult<unknown>['partial'] => {
  if (stats.elapsedMs >= budget.timeMs) return partialAnswers.time(budget)
  return stats.rowsRead >= budget.rowsToRead ? partialAnswers.rows(budget) : null
}

const partialAnswers = {
  time: ({ timeMs }: QueryOptions['budget']) => ({ reason: 'time', message: `It was stopped after ${timeMs / 1000} seconds.` }) as const,
  rows: ({ rowsToRead }: QueryOptions['budget']) =>
    ({ reason: 'rows', message: `It was stopped after reading ${rowsToRead.toLocaleString('en')} rows.` }) as const,
  memory: ({ memoryBytes }: QueryOptions['budget']) =>
    ({ reason: 'memory', message: `It needs more than the ${Math.round(memoryBytes / 1_048_576)} MiB of memory that a query may use.` }) as const,
  cancelled: () => ({ reason: 'cancelled', message: 'It was cancelled.' }) as const,
}

/** Turns 64-bit numbers, which come as text, into numbers where a double holds them exactly. */
const valueReader = (type: string): ((value: unknown) => unknown) => {
  if (!/Int(64|128|256)/.test(type)) return (value) => value
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1]
  if (inner !== undefined) return valueReader(inner)
  const element = /^Array\((.*)\)$/.exec(type)?.[1]
  if (element !== undefined) {
    const read = valueReader(element)
    return (value) => (Array.isArray(value) ? value.map(read) : value)
  }
  const parts = /^(Map|Tuple|SimpleAggregateFunction)\((.*)\)$/.exec(type)
  if (parts !== null) return compositeReader(parts[1] ?? '', splitTypes(parts[2] ?? ''))
  return toNumber
}

const compositeReader = (kind: string, types: readonly string[]): ((value: unknown) => unknown) => {
  if (kind === 'SimpleAggregateFunction') return valueReader(types[1] ?? '')
  // Named parts of a tuple have their name before the type.
  const readers = types.map((type) => valueReader(type.replace(/^(`[^`]*`|\w+) (?=\w)/, '')))
  if (kind === 'Tuple') return (value) => (Array.isArray(value) ? value.map((part, index) => readers[index]?.(part)) : value)
  return (value) => Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, readers[1]?.(part)]))
}

/** Splits `A, Map(B, C)` at the commas outside parentheses. */
const splitTypes = (text: string): string[] => {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...parts, text.slice(start).trim()]
}

const toNumber = (value: unknown): unknown => {
  const number = typeof value === 'string' ? Number(value) : value
  return Number.isSafeInteger(number) ? number : value
}

/** Numbers of ClickHouse's exceptions that a budget or a KILL leads to. */
const STOPPED: { readonly [code: number]: 'time' | 'rows' | 'memory' | 'cancelled' } = {
  158: 'rows',
  159: 'time',
  160: 'time',
  241: 'memory',
  307: 'rows',
  394: 'cancelled',
  396: 'rows',
  735: 'cancelled',
}

/** A statement failed: the engine's number for it; 0 when the engine was not reached. */
export class EngineError extends Error {
  readonly code: number

  constructor(code: number, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = new.target.name
    this.code = code
  }
}

/** What a statement's failure means to a reader: a partial answer, or an error. */
export const stoppedAnswer = <Row>(failure: EngineError, options: QueryOptions, elapsedMs: number): QueryResult<Row> => {
  const reason = STOPPED[failure.code]
  if (reason === undefined) throw queryError(failure)
  return { rows: [], partial: partialAnswers[reason](options.budget), stats: { elapsedMs, rowsRead: 0, bytesRead: 0 } }
}

export const cancelledAnswer = <Row>(): QueryResult<Row> => ({
  rows: [],
  partial: partialAnswers.cancelled(),
  stats: { elapsedMs: 0, rowsRead: 0, bytesRead: 0 },
})

/** Failures of the engine's surroundings: the network, its memory, its disk, too many queries or parts, a shutdown. */
const PASSING = new Set([0, 76, 172, 198, 201, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 279, 319, 394, 410, 425, 439, 473, 516, 999])

export const queryError = ({ code, message, cause }: EngineError): HeartwoodError =>
  PASSING.has(code)
    ? new HeartwoodError('engine-unavailable', `The event store does not answer: ${firstLine(message)}`, { cause })
    : new HeartwoodError('engine-failed', `The event store refused a statement: ${firstLine(message)}`, { cause, details: { clickhouse: code } })

/** Failures that the same block would meet again, however often it is tried. */
const FAULTS_OF_BLOCK = new Set([6, 7, 9, 10, 16, 20, 26, 27, 32, 33, 36, 38, 41, 53, 70, 72, 74, 85, 117, 128, 131, 190, 246, 261, 349, 471, 691])

export const insertError = ({ code, message, cause }: EngineError): HeartwoodError =>
  FAULTS_OF_BLOCK.has(code)
    ? new HeartwoodError('engine-failed', `The event store refused a block: ${firstLine(message)}`, { cause, details: { clickhouse: code } })
    : new HeartwoodError('engine-unavailable', `The event store could not take a block: ${firstLine(message)}`, {
        cause,
        details: { clickhouse: code },
      })

const firstLine = (message: string): string => {
  const line = message.split('\n', 1)[0] ?? ''
  return line.length > 500 ? `${line.slice(0, 500)}…` : line
}
