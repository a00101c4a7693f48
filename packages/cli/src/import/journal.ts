import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { KnownFormat } from '@heartwood/server/formats'
import { CliError } from '../errors.ts'
import type { Address } from '../server/address.ts'

const VERSION = 1

/** By what a file is known again: the beginning of its text, and the last bytes that were taken. */
export interface Fingerprint {
  length: number
  sha256: string
}

export interface PlannedPiece {
  offset: number
  end: number
  /** Taken, while an earlier one is still under way. */
  done: boolean
}

/** What is known of one file in one project; survives every end of the process. */
export interface ImportRecord {
  version: typeof VERSION
  project: string
  path: string
  /** Raised by `--again`: makes other batch ids, so that the server stores it once more. */
  generation: number
  /** For batch ids: the path under which the file was first seen, or a name of its own. */
  identity: string
  format: KnownFormat
  head: Fingerprint
  /** Everything before this offset of the unpacked text is taken. */
  offset: number
  /** The bytes before `offset`. */
  tail: Fingerprint
  line: number
  /** Stamp of the last entry, which lines without one inherit. */
  lastTimestamp?: string
  /** Year in which the file begins, where its stamps have none. */
  year?: number
  /** Pieces that were sent and not yet seen to be taken. */
  planned: PlannedPiece[]
  accepted: number
  rejected: number
  /** Set when the end was reached: size and time of the file on disk then. */
  finished?: { size: number; mtimeMs: number; at: string }
}

export const fingerprint = (bytes: Uint8Array): Fingerprint => ({ length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
export const fits = (bytes: Uint8Array, known: Fingerprint): boolean =>
  bytes.length >= known.length && fingerprint(bytes.subarray(0, known.length)).sha256 === known.sha256

/** What is known of files, of one project. A file is known by its path and by how it begins: a rotated log has two records. */
export interface Journal {
  /** Records of files that begin as this text does, whatever their path; those that match more of it first. */
  find(head: Uint8Array): Promise<ImportRecord[]>
  /** Replaces the file's record as a whole; `durable` also survives a power cut. */
  write(record: ImportRecord, durable: boolean): Promise<void>
  /** Moves a record to another path; undefined when another file was quicker. */
  rename(record: ImportRecord, path: string): Promise<ImportRecord | undefined>
}

/**
 * Beside the data folder of the server where that is here, else in the user's state folder (one per server, by its address).
 * @throws CliError `journal-unwritable`
 */
export async function openJournal(address: Address, project: string, env: NodeJS.ProcessEnv): Promise<Journal> {
  const state = env.XDG_STATE_HOME || join(homedir(), '.local', 'state')
  const base = address.besideData ? address.dataFolder : join(state, 'heartwood', new URL(address.url).host.replace(/[^\w.-]/g, '_'))
  const folder = join(base, 'imports', project.replace(/[^\w.-]/g, '_'))
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new CliError('journal-unwritable', `What was imported cannot be noted in ${folder}.`, { cause: error })
  }
  return createJournal(folder)
}

function createJournal(folder: string): Journal {
  const known = new Map<string, ImportRecord>()
  let loaded: Promise<void> | undefined
  const write = async (record: ImportRecord, durable: boolean): Promise<void> => {
    const file = join(folder, nameOf(record))
    const draft = `${file}.${randomUUID().slice(0, 8)}.tmp`
    known.set(nameOf(record), record)
    try {
      await writeFile(draft, JSON.stringify(record), { mode: 0o600, flush: durable })
      await rename(draft, file)
      if (durable) await syncFolder(folder)
    } catch (error) {
      await rm(draft, { force: true })
      throw new CliError('journal-unwritable', `What was imported cannot be noted in ${folder}.`, { cause: error })
    }
  }
  return {
    write,
    find: async (head) => {
      loaded ??= loadAll(folder, known)
      await loaded
      const lengths = new Set([...known.values()].map((record) => record.head.length))
      const begins = new Set([...lengths].filter((length) => length <= head.length).map((length) => keyOf(fingerprint(head.subarray(0, length)))))
      return [...known.values()].filter((record) => begins.has(keyOf(record.head))).sort((a, b) => b.head.length - a.head.length)
    },
    rename: async (record, path) => {
      const moved = { ...record, path }
      if (!known.delete(nameOf(record))) return undefined
      await write(moved, false)
      await rm(join(folder, nameOf(record)), { force: true })
      return moved
    },
  }
}

const keyOf = (head: Fingerprint): string => `${head.length}:${head.sha256}`
const nameOf = ({ path, head }: ImportRecord): string =>
  `${createHash('sha256')
    .update(`${path}\0${keyOf(head)}`)
    .digest('hex')
    .slice(0, 32)}.json`

async function loadAll(folder: string, into: Map<string, ImportRecord>): Promise<void> {
  for (const name of await readdir(folder)) {
    const record = name.endsWith('.json') ? await readRecord(join(folder, name)) : undefined
    if (record) into.set(nameOf(record), record)
  }
}

/** A record that cannot be read counts as none: the worst is that a file is sent again, and batch ids keep that from storing it twice. */
async function readRecord(file: string): Promise<ImportRecord | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as ImportRecord
    return value.version === VERSION ? value : undefined
  } catch {
    return undefined
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
