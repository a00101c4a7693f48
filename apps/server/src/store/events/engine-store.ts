import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { HeartwoodError } from '../../errors.ts'
import { detachBrokenParts, dropBrokenCounts, isOfCounts, newestParts, partsBrokenAtStart } from './broken-parts.ts'
import { completeBlock, recountMonth } from './completion.ts'
import type { EventStore, QueryOptions, QueryResult, SealedBlock } from './event-store.ts'
import { deleteProjectStatements, mergeWeekStatement, restingWeekQuery, type StoreUsage, USAGE_QUERY } from './maintenance.ts'
import { type Engine, readCapabilities } from './schema/capabilities.ts'
import { migrate } from './schema/migrate.ts'
import { cancelledAnswer, EngineError, insertError, killStatement, parseAnswer, queryError, selectStatement, stoppedAnswer } from './statement.ts'

/** Where a statement waits: with those of our own, which heavy ones must not hold up; with queries; or apart, when it takes minutes. */
export type StatementLine = 'own' | 'queries' | 'apart'

/** How statements reach an engine: all in which the two adapters differ. Failures are {@link EngineError}s. */
export interface Transport {
  /**
   * @param own statements of our own, which must not wait behind heavy ones.
   * @param signal leaves the line; a statement that runs already goes on until it is killed.
   * @returns the answer's text; undefined when the signal fired before the statement began.
   */
  select(statement: string, own: boolean, signal?: AbortSignal): Promise<string | undefined>
  command(statement: string, line: StatementLine): Promise<void>
  /**
   * @param known settings that this engine has.
   * @param mark names this run of the statement, to end it by.
   */
  insert(block: SealedBlock, known: ReadonlySet<string>, mark: string): Promise<void>
  /**
   * Called before what writes; the remote engine looks after its disk itself.
   * @param sizeBytes of the events that are about to be written
   * @throws HeartwoodError `engine-unavailable` when its disk is too full.
   */
  insistOnRoom?(sizeBytes: number): void
  /**
   * Whether the part in this folder was not written to its end; known where the folder is within reach.
   * @param bytes that the engine takes it to have
   */
  isUnfinished?(path: string, bytes: number): boolean
  /** An insert whose caller is gone may still be running. */
  insertsOutliveCaller: boolean
  /** Lets statements read the block's rows from `source`, a table expression, while `use` runs. */
  withRows(block: SealedBlock, use: (source: string) => Promise<void>): Promise<void>
  /** Lets running statements end. */
  close(): Promise<void>
}

export interface StoreLog {
  error(details: object, message: string): void
  warn(details: object, message: string): void
}

/** The store over an engine, embedded or remote. */
export const createEngineStore = (transport: Transport, log: StoreLog | undefined): EventStore => {
  let knownSettings: ReadonlySet<string> | undefined
  let closing: Promise<void> | undefined
  /** When the first insert began since whose failure the newest parts have not been looked at. */
  let doubtfulSince: number | undefined
  /** The newest parts, as they were after the last insert. */
  let seenParts: ReadonlySet<string> = new Set()

  const command = (statement: string, line: StatementLine = 'own'): Promise<void> => transport.command(statement, line).catch(rethrow(queryError))

  /** Asks until it is gone: a statement that has only just begun is not in the engine's list yet. */
  const kill = async (mark: string, isRunning: () => boolean): Promise<void> => {
    while (isRunning()) {
      await command(killStatement(mark))
      await wait(KILL_EVERY_MS)
    }
  }

  /** Runs statements that carry a mark; when the signal fires, the one that runs is killed. */
  const killable = async <Value>(signal: AbortSignal | undefined, run: (mark: string) => Promise<Value>): Promise<Value> => {
    const mark = `heartwood-${randomUUID()}`
    let running = true
    const onAbort = (): void => {
      kill(mark, () => running).catch((error: unknown) => log?.warn({ err: error }, 'a statement could not be stopped'))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await run(mark)
    } finally {
      running = false
      signal?.removeEventListener('abort', onAbort)
    }
  }

  const select = async <Row>(sql: string, options: QueryOptions, own: boolean): Promise<QueryResult<Row>> => {
    if (closing !== undefined) throw new HeartwoodError('shutting-down', 'The event store is closing.')
    const { signal } = options
    if (signal?.aborted) return cancelledAnswer()
    const started = performance.now()
    try {
      const text = await killable(signal, (mark) => transport.select(selectStatement(sql, options, mark), own, signal))
      return text === undefined ? cancelledAnswer() : parseAnswer(text, options, performance.now() - started)
    } catch (error) {
      if (error instanceof EngineError) return stoppedAnswer(error, options, performance.now() - started)
      throw error
    }
  }

  const wholeAnswer = async <Row>(sql: string, options: QueryOptions): Promise<Row[]> => {
    const { rows, partial } = await select<Row>(sql, options, true)
    if (partial !== null) throw new HeartwoodError('engine-unavailable', `The event store does not answer: ${partial.message}`)
    return rows
  }

  const engine: Engine = { command, rows: (sql) => wholeAnswer(sql, SMALL) }

  /** Failures of its commands are those of the insert that it completes. */
  const completing = (signal: AbortSignal | undefined): Engine => ({
    async command(text) {
      insistOnGoingOn(signal)
      transport.insistOnRoom?.(0)
      await transport.command(text, 'queries')
    },
    rows: (sql) => wholeAnswer(sql, signal === undefined ? LARGE : { ...LARGE, signal }),
  })

  /** Before ids count as stored after a failure. The remote engine answers for its own parts. */
  const lookAtNewestParts = async (known: ReadonlySet<string>, mark: string, signal: AbortSignal | undefined): Promise<void> => {
    if (doubtfulSince === undefined || transport.isUnfinished === undefined) return
    const broken = await detachBrokenParts(completing(signal), secondsSince(doubtfulSince))
    for (const month of monthsOf(broken.filter(isOfCounts))) await recountMonth(completing(signal), month, known, mark)
    doubtfulSince = undefined
    if (broken.length > 0)
      log?.warn({ broken }, 'a failed insert left parts that cannot be read; they were detached, and their events are stored again')
  }

  /** Counts are made anew from the events; of events that cannot be read nothing is left but to say so. */
  const lookAtPartsBrokenAtStart = async (known: ReadonlySet<string>): Promise<void> => {
    const broken = await partsBrokenAtStart(engine)
    const counts = broken.filter(isOfCounts)
    const events = broken.filter((part) => !isOfCounts(part))
    for (const month of monthsOf(counts)) await recountMonth(completing(undefined), month, known, 'heartwood-recount')
    for (const part of counts) await dropBrokenCounts(engine, part)
    if (counts.length > 0) log?.warn({ broken: counts }, 'counts of the event store could not be read; they were made anew from the events')
    if (events.length > 0) log?.error({ broken: events }, BROKEN_AT_START)
  }

  /** An engine whose disk became full may call an insert done that it gave up, or of which it could not finish a part. */
  const isWhole = async (block: SealedBlock, began: number): Promise<boolean> => {
    const { isUnfinished } = transport
    if (isUnfinished === undefined) return true
    const newest = await newestParts(engine, secondsSince(began))
    const parts = newest.filter(({ table, name }) => !seenParts.has(`${table} ${name}`))
    seenParts = new Set(newest.map(({ table, name }) => `${table} ${name}`))
    if (parts.some(({ active, path, bytes }) => active === 1 && isUnfinished(path, bytes)))
      throw new EngineError(NOT_ENOUGH_SPACE, 'The engine did not finish a part, though it said so.')
    return parts.reduce((sum, part) => sum + (part.table === 'events' ? part.rows : 0), 0) >= block.rows
  }

  const insert = async (block: SealedBlock, known: ReadonlySet<string>, mark: string, signal: AbortSignal | undefined): Promise<void> => {
    insistOnGoingOn(signal)
    transport.insistOnRoom?.(block.sizeBytes)
    const began = performance.now()
    try {
      // The token makes this one wait for, or give way to, an insert that still runs.
      if (!block.mayBeStored || transport.insertsOutliveCaller) await transport.insert(block, known, mark)
      if (!block.mayBeStored && (await isWhole(block, began))) return
      await lookAtNewestParts(known, mark, signal)
      await transport.withRows(block, (source) => completeBlock(completing(signal), block, known, source, mark))
      await isWhole(block, began)
    } catch (error) {
      doubtfulSince ??= began
      throw error
    }
  }

  const readKnownSettings = async (): Promise<ReadonlySet<string>> => {
    knownSettings ??= (await readCapabilities(engine)).settings
    return knownSettings
  }

  return {
    async migrate() {
      await migrate(engine)
      await lookAtPartsBrokenAtStart(await readKnownSettings())
    },
    async insert(block, signal) {
      if (block.rows === 0) return
      if (closing !== undefined) throw new HeartwoodError('shutting-down', 'The event store is closing.')
      const known = await readKnownSettings()
      await killable(signal, (mark) => insert(block, known, mark, signal)).catch(rethrow(insertError))
    },
    async query(sql, options) {
      // Known since the migration: a query that was asked for before the store closes has begun by then.
      const known = knownSettings ?? (await readKnownSettings())
      const settings = Object.entries({ ...EVERY_QUERY, ...options.settings }).filter(([name]) => known.has(name))
      return select(sql, { ...options, settings: Object.fromEntries(settings) }, false)
    },
    async deleteProject(projectId) {
      transport.insistOnRoom?.(0)
      for (const statement of deleteProjectStatements(projectId)) await command(statement, 'queries')
    },
    async consolidate(restSeconds = 15) {
      const [resting] = await engine.rows<{ week: string }>(restingWeekQuery(restSeconds))
      if (resting === undefined || closing !== undefined) return false
      await command(mergeWeekStatement(resting.week), 'apart')
      return true
    },
    async ping() {
      await engine.rows('SELECT 1')
    },
    async usage() {
      const [usage] = await engine.rows<StoreUsage>(USAGE_QUERY)
      return usage ?? { rows: 0, bytes: 0, parts: 0 }
    },
    close() {
      closing ??= transport.close()
      return closing
    },
  }
}

/**
 * The cache remembers which granules had no match. What a query with a limit leaves unread counts as such: the next page with the same
 * filter then lacks rows.
 */
const EVERY_QUERY: QueryOptions['settings'] = { use_query_condition_cache: 0 }

/** For small questions of our own about the engine. */
const SMALL: QueryOptions = { budget: { timeMs: 30_000, memoryBytes: 200 * 1024 * 1024, rowsToRead: 10_000_000 } }
/** A block's minutes can hold millions of rows of others. */
const LARGE: QueryOptions = { budget: { timeMs: 600_000, memoryBytes: 1024 * 1024 * 1024, rowsToRead: 1_000_000_000_000 } }
const KILL_EVERY_MS = 50

const BROKEN_AT_START =
  'parts of the event store cannot be read; the engine set them aside, and the events in them are missing. They lie in folders named detached/broken-on-start…: look at the disk, and restore a backup if you have one; delete them to end this message'

const insistOnGoingOn = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw new EngineError(QUERY_WAS_CANCELLED, 'The insert was ended.')
}
const QUERY_WAS_CANCELLED = 394
const NOT_ENOUGH_SPACE = 243

const monthsOf = (parts: readonly { partition_id: string }[]): Set<string> => new Set(parts.map((part) => part.partition_id))

/** The engine's times of parts are whole seconds. */
const secondsSince = (began: number): number => Math.ceil((performance.now() - began) / 1000) + 1

const rethrow =
  (toError: (failure: EngineError) => HeartwoodError) =>
  (error: unknown): never => {
    throw error instanceof EngineError ? toError(error) : error
  }
