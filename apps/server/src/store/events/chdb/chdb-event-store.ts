import { mkdirSync } from 'node:fs'
import { HeartwoodError } from '../../../errors.ts'
import { describeFileError } from '../../../self/data-folder.ts'
import { insistOnRoomToStore } from '../../../self/disk-room.ts'
import { lockFolder } from '../../../self/folder-lock.ts'
import { createEngineStore, type StatementLine, type StoreLog } from '../engine-store.ts'
import type { EventStore } from '../event-store.ts'
import { sql } from '../sql.ts'
import { insertStatement } from '../statement.ts'
import { removeEmptyMutations } from './empty-mutations.ts'
import { openSessions } from './session-pool.ts'
import { isUnfinished } from './unfinished-part.ts'

export interface ChdbOptions {
  /** Where the engine keeps its files; made when it is not there. One process at a time can have it. */
  folder: string
  /** What the engine may use altogether, merges and caches included. */
  memoryBytes: number
  /** Queries that run at the same time; more wait. Default 3. */
  readers?: number
  log?: StoreLog
}

/**
 * ClickHouse inside this process. Statements run on threads of libuv, never on the caller's: start Node with UV_THREADPOOL_SIZE=16, or
 * reading a file can wait behind heavy queries. Never open it in a worker thread that may end.
 * @throws HeartwoodError `data-folder-locked` when another process has the folder; `data-folder-unusable`, `engine-unavailable`.
 */
export const createChdbEventStore = ({ folder, memoryBytes, readers = 3, log }: ChdbOptions): EventStore => {
  makeFolder(folder)
  const lock = lockFolder(folder)
  const mutations = removeEmptyMutations(folder)
  if (mutations.length > 0)
    log?.warn({ mutations }, 'removed empty files of mutations, as a full disk leaves them; the event store would not open with them')
  const pool = open(folder, readers, memoryBytes, lock.release)
  return createEngineStore(
    {
      select: (statement, own, signal) => pool.run(own ? 'admin' : 'reader', statement, 'JSONCompact', signal),
      async command(statement, line) {
        await pool.run(SESSIONS[line], statement, 'Null')
      },
      async insert(block, known, mark) {
        await pool.run('writer', insertStatement(block, known, { file: block.path }, mark), 'Null')
      },
      insistOnRoom: (sizeBytes) => insistOnRoomToStore(folder, sizeBytes),
      isUnfinished,
      insertsOutliveCaller: false,
      withRows: ({ path }, use) => use(`file(${sql.text(path)}, 'Native')`),
      async close() {
        // A merge that was asked for could hold up the end for minutes; it begins anew another time.
        await pool.run('admin', 'SYSTEM STOP MERGES', 'Null').catch(() => undefined)
        await pool.close().finally(lock.release)
      },
    },
    log,
  )
}

const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new HeartwoodError('data-folder-unusable', `The folder ${folder} cannot be made: ${describeFileError(cause)}.`, { cause })
  }
}

const SESSIONS = { own: 'admin', queries: 'reader', apart: 'apart' } as const satisfies Record<StatementLine, string>

const MIB = 1024 * 1024
const PART_THREADS = 8

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
    // The engine would leave one thread to a query where less than 1 GiB a thread is free, which under our ceiling is nearly always.
    max_threads_min_free_memory_per_thread: 0,
    max_thread_pool_size: 500,
    max_thread_pool_free_size: 32,
    // Files of parts are read and removed by 64 and 128 threads otherwise, each with memory of its own.
    max_active_parts_loading_thread_pool_size: PART_THREADS,
    max_outdated_parts_loading_thread_pool_size: PART_THREADS,
    max_parts_cleaning_thread_pool_size: PART_THREADS,
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
