import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** One open file of the queue's folder. */
export interface OpenFile {
  /** Writes all of it or throws; what was written before the failure may stand in the file. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>
  /** Fewer bytes than asked for only at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  truncate(sizeBytes: number): Promise<void>
  /** What was written is on the medium when it resolves (fdatasync). */
  sync(): Promise<void>
  close(): Promise<void>
}

/** What the queue asks of a file system; names are relative to its folder. A simulated one shows what a crash leaves behind. */
export interface Files {
  create(name: string): Promise<OpenFile>
  /** For reading; undefined when it is not there. */
  open(name: string): Promise<OpenFile | undefined>
  /** Without emptying it; undefined when it is not there. */
  openForWriting(name: string): Promise<OpenFile | undefined>
  list(folder: string): Promise<{ name: string; sizeBytes: number }[]>
  rename(from: string, to: string): Promise<void>
  /** No error when it is not there. */
  remove(name: string): Promise<void>
  makeFolder(name: string): Promise<void>
  /** Makes creations, renames and removals in the folder durable. */
  syncFolder(name: string): Promise<void>
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

export const createNodeFiles = (root: string): Files => {
  const at = (name: string): string => join(root, name)

  const openAt = async (name: string, flags: number | string): Promise<OpenFile> => {
    const handle = await open(at(name), flags, 0o600)
    return {
      async write(buffers, position) {
        let rest = [...buffers]
        let offset = position
        while (rest.length > 0) {
          const { bytesWritten } = await handle.writev(rest, offset)
          offset += bytesWritten
          rest = dropBytes(rest, bytesWritten)
        }
      },
      async read(position, length) {
        const buffer = Buffer.allocUnsafe(length)
        let filled = 0
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return buffer.subarray(0, filled)
      },
      truncate: (sizeBytes) => handle.truncate(sizeBytes),
      sync: () => handle.datasync(),
      close: () => handle.close(),
    }
  }

  const openExisting = async (name: string, flags: number): Promise<OpenFile | undefined> => {
    try {
      return await openAt(name, flags)
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  return {
    create: (name) => openAt(name, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC),
    open: (name) => openExisting(name, constants.O_RDONLY),
    openForWriting: (name) => openExisting(name, constants.O_RDWR),
    async list(folder) {
      const entries = await readdir(at(folder), { withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      return Promise.all(files.map(async (entry) => ({ name: entry.name, sizeBytes: (await stat(at(join(folder, entry.name)))).size })))
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: (name) => rm(at(name), { force: true }),
    async makeFolder(name) {
      await mkdir(at(name), { recursive: true, mode: 0o700 })
    },
    async syncFolder(name) {
      // Windows has no such thing; there the rename itself is all one gets.
      if (process.platform === 'win32') return
      const handle = await open(at(name), constants.O_RDONLY)
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
  }
}

const dropBytes = (buffers: Uint8Array[], count: number): Uint8Array[] => {
  let left = count
  let index = 0
  for (; index < buffers.length; index += 1) {
    const size = buffers[index]?.byteLength ?? 0
    if (left < size) break
    left -= size
  }
  const rest = buffers.slice(index)
  const first = rest[0]
  if (first !== undefined && left > 0) rest[0] = first.subarray(left)
  return rest
}

const TEMPORARY = '.new'

export const isTemporary = (name: string): boolean => name.endsWith(TEMPORARY)

/** After a crash the file is there whole with the old or the new content. `folder` is `''` for the root. */
export const writeDurably = async (files: Files, folder: string, name: string, content: readonly Uint8Array[]): Promise<void> => {
  const path = folder === '' ? name : `${folder}/${name}`
  const file = await files.create(path + TEMPORARY)
  try {
    await file.write(content, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(path + TEMPORARY, path)
  await files.syncFolder(folder)
}

export const readWhole = async (files: Files, name: string, sizeBytes: number): Promise<Buffer | undefined> => {
  const file = await files.open(name)
  if (file === undefined) return undefined
  try {
    return await file.read(0, sizeBytes)
  } finally {
    await file.close()
  }
}
