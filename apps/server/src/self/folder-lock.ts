import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { HeartwoodError } from '../errors.ts'
import { describeFileError } from './data-folder.ts'

/**
 * One process has a folder. What decides is a lock of the operating system, which ends with its process however that ends: there is nothing
 * stale to judge, in this container or another. Node cannot ask for one, SQLite can: an empty database, locked for as long as the folder is held.
 */
export interface FolderLock {
  release(): void
}

interface Owner {
  pid: number
  host: string
}

const LOCK = 'folder.lock'
/** Says who has it, for the message; means nothing without the lock. */
const OWNER = 'heartwood.lock'

/**
 * @throws HeartwoodError `data-folder-locked` while another has it, in this process too; `data-folder-unusable` where files cannot be written or
 *   locked.
 */
export const lockFolder = (folder: string): FolderLock => {
  const lock = takeLock(folder)
  const owner = join(folder, OWNER)
  try {
    writeFileSync(owner, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner), { mode: 0o600 })
  } catch (cause) {
    lock.close()
    throw unusable(owner, cause)
  }
  let held = true
  return {
    release() {
      if (!held) return
      held = false
      rmSync(owner, { force: true })
      // The file stays: removing it would let two processes lock two files of one name.
      lock.close()
    },
  }
}

/** Whether a server has ever had this folder. */
export const wasUsed = (folder: string): boolean => existsSync(join(folder, LOCK))

export const folderLocked = (folder: string, cause?: unknown): HeartwoodError => {
  const owner = readOwner(join(folder, OWNER))
  const who = owner === undefined || owner.pid === process.pid ? 'another process' : `the process ${owner.pid} on ${owner.host}`
  return new HeartwoodError('data-folder-locked', `The folder ${folder} is in use by ${who}.`, { cause, details: { pid: owner?.pid } })
}

const takeLock = (folder: string): { close(): void } => {
  const file = join(folder, LOCK)
  let database: Database.Database | undefined
  try {
    database = new Database(file)
    database.exec('pragma busy_timeout = 0')
    database.exec('pragma journal_mode = off')
    database.exec('begin exclusive')
    return database
  } catch (cause) {
    database?.close()
    throw isBusy(cause) ? folderLocked(folder, cause) : unusable(file, cause)
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'

const unusable = (file: string, cause: unknown): HeartwoodError =>
  new HeartwoodError('data-folder-unusable', `The file ${file} cannot be written and locked: ${describeFileError(cause)}.`, { cause })

const readOwner = (path: string): Owner | undefined => {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined
  } catch {
    return undefined
  }
}
