import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { HeartwoodError } from '../errors.ts'
import { beganOf, isAlive } from './process-life.ts'

/**
 * Says which process has a folder: one file in it. The embedded engine holds a lock of the system on its own files besides; this one exists
 * for all the others, and for the message.
 */
export interface FolderLock {
  release(): void
}

interface Owner {
  pid: number
  /** When that process began, in the system's own unit: a number that another process with the same pid does not have. */
  began: string
  host: string
}

const FILE = 'heartwood.lock'

/**
 * Takes the folder, also from a process that is gone.
 * @throws HeartwoodError `data-folder-locked` while its owner lives.
 */
export const lockFolder = (folder: string): FolderLock => {
  const path = join(folder, FILE)
  const own: Owner = { pid: process.pid, began: beganOf(process.pid), host: hostname() }
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryCreate(path, JSON.stringify(own))) return { release: () => removeIfOwn(path, own) }
    const owner = readOwner(path)
    if (owner !== undefined && isHolding(owner)) throw folderLocked(folder, owner)
    rmSync(path, { force: true })
  }
  throw folderLocked(folder, readOwner(path))
}

/** @param owner undefined when only the engine knows that someone has the folder. */
export const folderLocked = (folder: string, owner = readOwner(join(folder, FILE)), cause?: unknown): HeartwoodError => {
  const who = owner === undefined || owner.pid === process.pid ? 'another process' : `the process ${owner.pid} on ${owner.host}`
  return new HeartwoodError('data-folder-locked', `The folder ${folder} is in use by ${who}.`, { cause, details: { pid: owner?.pid } })
}

const tryCreate = (path: string, content: string): boolean => {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new HeartwoodError('data-folder-unusable', `The lock file ${path} cannot be written: ${String(error)}.`, { cause: error })
  }
}

const readOwner = (path: string): Owner | undefined => {
  try {
    const { pid, began, host } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Owner>
    return typeof pid === 'number' && typeof began === 'string' && typeof host === 'string' ? { pid, began, host } : undefined
  } catch {
    return undefined
  }
}

/** On another host (a container, say) nothing can be said about the process: there the engine's own lock decides. */
const isHolding = ({ pid, began, host }: Owner): boolean => host === hostname() && isAlive(pid) && beganOf(pid) === began

const removeIfOwn = (path: string, own: Owner): void => {
  const owner = readOwner(path)
  if (owner?.pid === own.pid && owner.began === own.began) rmSync(path, { force: true })
}
