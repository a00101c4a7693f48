import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { HeartwoodError } from '../../../errors.ts'
import type { EventStore, QueryOptions, QueryResult } from '../event-store.ts'
import { deleteProjectStatements, type StoreUsage, USAGE_QUERY } from '../maintenance.ts'
import { type Engine, readCapabilities } from '../schema/capabilities.ts'
import { migrate } from '../schema/migrate.ts'
import {
  cancelledAnswer,
  insertError,
  insertStatement,
  killStatement,
  parseAnswer,
  queryError,
  selectStatement,
  stoppedAnswer,
} from '../statement.ts'
import { lockFolder } from './folder-lock.ts'
import { EngineError, type Lane, openSessions } from './session-pool.ts'

export interface ChdbOptions {
  /** Where the engine keeps its files; made when it is not there. One process at a time can have it. */
  folder: string
  /** What the engine may use altogether, merges and caches included. */
  memoryBytes: number
  /** Queries that run at the same time. Default 3. */
  readers?: number
  log?: { warn(details: object, message: string): void }
}

/**
 * ClickHouse inside this process. Statements run on threads of libuv, never on the caller's: start Node with UV_THREADPOOL_SIZE=16, or
 * reading a file can wait behind heavy queries. Never open it in a worker thread that may end.
 * @throws HeartwoodError `data-folder-locked` when another process has the folder; `data-folder-unusable`, `engine-unavailable`.
 */
export const createChdbEventStore = ({ folder, memoryBytes, readers = 3, log }: ChdbOptions): EventStore => {
  makeFolder(folder)
  const lock = lockFolder(folder)
  const pool = open(folder, readers, memoryBytes, lock.release)
  let knownSettings: ReadonlySet<string> | undefined
  let closing: Promise<void> | undefined

  const engine: Engine = {
    command: async (sql) => {
      await runOwn(pool.admin, sql)
    },
    rows: async <Row>(sql: string): Promise<Row[]> => (await runQuery<Row>(pool.admin, sql, SMALL)).rows,
  }

  /** Asks until it is gone: a statement that has only just begun is not in the engine's list yet. */
  const kill = async (mark: string, isRunning: () => boolean): Promise<void> => {
    while (isRunning()) {
      await runOwn(pool.admin, killStatement(mark))
      await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS))
    }
  }

  const runQuery = async <Row>(lane: Lane, sql: string, options: QueryOptions): Promise<QueryResult<Row>> => {
    const { signal } = options
    const mark = `heartwood-${randomUUID()}`
    let running = true
    const onAbort = (): void => {
      kill(mark, () => running).catch((error: unknown) => log?.warn({ err: error }, 'a query could not be stopped'))
    }
    const started = performance.now()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      const answer = await lane.run(selectStatement(sql, options, mark), 'JSONCompact', signal)
      if (answer === undefined) return cancelledAnswer()
      const text = answer.text()
      return text === ''
        ? stoppedAnswer({ code: TIMEOUT, message: '', cause: undefined }, options, performance.now() - started)
        : parseAnswer(text, options)
    } catch (error) {
      if (error instanceof EngineError) return stoppedAnswer(error, options, performance.now() - started)
      throw error
    } finally {
      running = false
      signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    migrate: () => migrate(engine),
    async insert(block) {
      if (block.rows === 0) return
      knownSettings ??= (await readCapabilities(engine)).settings
      try {
        await pool.writer.run(insertStatement(block, knownSettings, { file: block.path }), 'Null')
      } catch (error) {
        throw error instanceof EngineError ? insertError(error) : error
      }
    },
    query: (sql, options) => runQuery(pool.readers, sql, options),
    async deleteProject(projectId) {
      for (const statement of deleteProjectStatements(projectId)) await runOwn(pool.writer, statement)
    },
    async ping() {
      await engine.rows('SELECT 1')
    },
    async usage() {
      const [usage] = await engine.rows<StoreUsage>(USAGE_QUERY)
      return usage ?? { rows: 0, bytes: 0, parts: 0 }
    },
    close() {
      closing ??= pool.close().finally(lock.release)
      return closing
    },
  }
}

/** For small questions of our own about the engine. */
const SMALL: QueryOptions = { budget: { timeMs: 30_000, memoryBytes: 200 * 1024 * 1024, rowsToRead: 10_000_000 } }
const TIMEOUT = 159
const KILL_EVERY_MS = 50

const runOwn = async (lane: Lane, sql: string): Promise<void> => {
  try {
    await lane.run(sql, 'Null')
  } catch (error) {
    throw error instanceof EngineError ? queryError(error) : error
  }
}

const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new HeartwoodError('data-folder-unusable', `The folder ${folder} cannot be made: ${String(cause)}.`, { cause })
  }
}

const MIB = 1024 * 1024

/** The engine's own limits are shares of the machine's memory: as a part of a program it has to be told. */
const engineArguments = (memoryBytes: number): string[] => {
  const part = (share: number): number => Math.max(4 * MIB, Math.floor(memoryBytes * share))
  const values = {
    max_server_memory_usage: memoryBytes,
    mark_cache_size: part(0.08),
    primary_index_cache_size: part(0.04),
    index_mark_cache_size: part(0.04),
    text_index_tokens_cache_size: part(0.03),
    text_index_header_cache_size: part(0.03),
    text_index_postings_cache_size: part(0.04),
    vector_similarity_index_cache_size: 4 * MIB,
    compiled_expression_cache_size: 16 * MIB,
    query_condition_cache_size: 16 * MIB,
    max_thread_pool_size: 500,
    max_thread_pool_free_size: 32,
  }
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}

const open = (folder: string, readers: number, memoryBytes: number, onFailure: () => void) => {
  try {
    return openSessions(folder, readers, engineArguments(memoryBytes))
  } catch (error) {
    onFailure()
    throw error
  }
}
