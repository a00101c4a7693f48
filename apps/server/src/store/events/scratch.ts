import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { HeartwoodError } from '../../errors.ts'
import { isAlive } from '../../self/process-life.ts'

/** Where the files of inserts stand while the engine reads them. */
export interface Scratch {
  folder: string
  /** Whether it is in memory. */
  ramBacked: boolean
  /** A path for the file of one insert; the same name gives the same path. */
  path(name: string): string
  /** Removes the folder with all that is left in it. */
  close(): void
}

export interface ScratchOptions {
  dataFolder: string
  /** RAM-backed folder to prefer. Default `/dev/shm`. */
  ramFolder?: string
  /** Room that must be free there. A batch of 100,000 rows is about 32 MB, and several may wait. Default 256 MiB. */
  ramBytes?: number
}

const PREFIX = 'heartwood-'

/**
 * Takes a folder in memory when there is room, else one in the data folder, and removes what dead processes left in both.
 * @throws HeartwoodError `data-folder-unusable` when neither can be written.
 */
export const createScratch = ({ dataFolder, ramFolder = '/dev/shm', ramBytes = 256 * 1024 * 1024 }: ScratchOptions): Scratch => {
  const fallback = join(dataFolder, 'scratch')
  for (const parent of [ramFolder, fallback]) removeLeftovers(parent)
  const ramBacked = hasRoom(ramFolder, ramBytes)
  const parent = ramBacked ? ramFolder : fallback
  const folder = makeFolder(parent)
  return {
    folder,
    ramBacked,
    path: (name) => join(folder, `${name.replace(/[^\w.-]/g, '_')}.native`),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const makeFolder = (parent: string): string => {
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    return mkdtempSync(join(parent, `${PREFIX}${process.pid}-${startedAt()}-`))
  } catch (cause) {
    throw new HeartwoodError('data-folder-unusable', `No folder can be made in ${parent}: ${String(cause)}.`, { cause })
  }
}

/** Tells this process from an earlier one with the same number, as in a container that was started again. */
const startedAt = (): number => Math.round(performance.timeOrigin)

const hasRoom = (folder: string, bytes: number): boolean => {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= bytes
  } catch {
    return false
  }
}

const removeLeftovers = (parent: string): void => {
  let names: string[]
  try {
    names = readdirSync(parent)
  } catch {
    return
  }
  for (const name of names) {
    const [, pid, started] = /^heartwood-(\d+)-(\d+)-/.exec(name) ?? []
    if (pid === undefined) continue
    if (Number(pid) === process.pid ? Number(started) === startedAt() : isAlive(Number(pid))) continue
    try {
      rmSync(join(parent, name), { recursive: true, force: true })
    } catch {
      // Another person's folder: it stays.
    }
  }
}
