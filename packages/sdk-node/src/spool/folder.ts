import { closeSync, constants, fdatasyncSync, mkdirSync, openSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

/** The few things that the spool does with files. Names are those in the folder; `try…` answers false when the system says no. */
export interface Folder {
  /** Makes the folder when it is missing. Rejects when that cannot be, or nothing could be written there. */
  prepare(): Promise<void>
  /** Names of its files, in order; none when it is not there or cannot be read. */
  list(): Promise<string[]>
  listSync(): string[]
  /** Makes the folder when it is missing; the file is on disk when this resolves. */
  write(name: string, file: Uint8Array): Promise<void>
  writeSync(name: string, file: Uint8Array, sync: boolean): void
  rename(from: string, to: string): Promise<void>
  renameSync(from: string, to: string): void
  tryRename(from: string, to: string): Promise<boolean>
  tryUnlink(name: string): Promise<boolean>
  tryUnlinkSync(name: string): boolean
  /** False only when it is certainly not there. */
  mayExist(name: string): Promise<boolean>
  stat(name: string): Promise<{ size: number; mtimeMs: number }>
  read(name: string): Promise<Buffer>
  /** Sets its time of change to now. */
  touch(name: string): Promise<void>
  /** Makes new names durable, where the system can. */
  sync(): Promise<void>
}

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code
const byName = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** With those above it. Not Node's `recursive`, which never ends where nothing can be made in a folder that exists, such as `/proc`. */
const makeFolder = async (directory: string): Promise<void> => {
  const make = (): Promise<void> => mkdir(directory, { mode: OWNER_ONLY_FOLDER })
  try {
    await make()
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (codeOf(error) !== 'ENOENT' || dirname(directory) === directory) throw error
    await makeFolder(dirname(directory))
    // Another process may have been faster.
    await make().catch(unlessThere)
  }
}
const makeFolderSync = (directory: string): void => {
  const make = (): void => mkdirSync(directory, { mode: OWNER_ONLY_FOLDER })
  try {
    make()
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (codeOf(error) !== 'ENOENT' || dirname(directory) === directory) throw error
    makeFolderSync(dirname(directory))
    try {
      make()
    } catch (again) {
      unlessThere(again)
    }
  }
}
const unlessThere = (error: unknown): void => {
  if (codeOf(error) !== 'EEXIST') throw error
}

export const createFolder = (directory: string): Folder => {
  const pathOf = (name: string): string => join(directory, name)
  const openNew = (name: string): Promise<FileHandle> => open(pathOf(name), 'wx', OWNER_ONLY_FILE)
  const openNewSync = (name: string): number => openSync(pathOf(name), 'wx', OWNER_ONLY_FILE)

  const succeeds = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch {
      return false
    }
  }

  return {
    async prepare() {
      await makeFolder(directory)
      // With the separator: a file of that name is no folder.
      await access(`${directory}${sep}.`, constants.W_OK | constants.X_OK)
    },
    async list() {
      try {
        const entries = await readdir(directory, { withFileTypes: true })
        return entries.flatMap((entry) => (entry.isFile() ? entry.name : [])).sort(byName)
      } catch {
        return []
      }
    },
    listSync() {
      try {
        const entries = readdirSync(directory, { withFileTypes: true })
        return entries.flatMap((entry) => (entry.isFile() ? entry.name : [])).sort(byName)
      } catch {
        return []
      }
    },
    async write(name, file) {
      const handle = await openNew(name).catch(async (error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error
        await makeFolder(directory)
        return openNew(name)
      })
      try {
        await handle.writeFile(file)
        await handle.datasync()
      } finally {
        await handle.close()
      }
    },
    writeSync(name, file, sync) {
      let descriptor: number
      try {
        descriptor = openNewSync(name)
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
        makeFolderSync(directory)
        descriptor = openNewSync(name)
      }
      try {
        writeFileSync(descriptor, file)
        if (sync) fdatasyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
    },
    rename: (from, to) => rename(pathOf(from), pathOf(to)),
    renameSync: (from, to) => renameSync(pathOf(from), pathOf(to)),
    tryRename: (from, to) => succeeds(() => rename(pathOf(from), pathOf(to))),
    tryUnlink: (name) => succeeds(() => unlink(pathOf(name))),
    tryUnlinkSync(name) {
      try {
        unlinkSync(pathOf(name))
        return true
      } catch {
        return false
      }
    },
    async mayExist(name) {
      try {
        await stat(pathOf(name))
        return true
      } catch (error) {
        return codeOf(error) !== 'ENOENT'
      }
    },
    stat: (name) => stat(pathOf(name)),
    read: (name) => readFile(pathOf(name)),
    touch(name) {
      const now = new Date()
      return utimes(pathOf(name), now, now)
    },
    async sync() {
      await succeeds(async () => {
        const handle = await open(directory, 'r')
        await handle.sync().finally(() => handle.close())
      })
    },
  }
}
