import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ErrorCode, HeartwoodError } from '../errors.ts'

/**
 * Makes the folder if it is not there and tries a write.
 * @throws HeartwoodError `data-folder-unusable` with the reason in words.
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const probe = join(folder, `.probe-${randomBytes(6).toString('hex')}`)
    await writeFile(probe, 'x', { flush: true })
    await rm(probe)
  } catch (cause) {
    throw new HeartwoodError('data-folder-unusable', `The data folder ${folder} cannot be used: ${describeFolderError(cause)}.`, { cause })
  }
}

/** Each missing folder above it is made, so what is not there can only be missing for good, as in `/proc`. */
const describeFolderError = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'no folder can be made there' : describeFileError(cause)

/** `mkdir -p`, level by level: Node's own answers ENOENT on a read-only file system, which helps nobody. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o750 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (code !== 'ENOENT') throw error
    await makeFolder(dirname(folder))
    await mkdir(folder, { mode: 0o750 })
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it lies on a read-only file system',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'there is a file of that name',
}

/** Why a file or folder could not be used, in words. */
export function describeFileError(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause))
}

/** A start comes to its end with less; but one that a full disk breaks off leaves tables behind that the engine cannot read. */
const ROOM_TO_START = 8 * 1024 * 1024

/** @throws HeartwoodError `data-folder-unusable` when the disk has no room for a first start. */
export async function insistOnRoom(folder: string): Promise<void> {
  const { freeBytes } = await diskSpace(folder)
  if (freeBytes < ROOM_TO_START) throw diskFull(folder, freeBytes)
}

/**
 * What to tell of a start that failed: where the disk has no room, that is it, in whatever words the part says it that met it first.
 * Any other failure comes back as it is.
 */
export async function explainFullDisk(folder: string, failure: unknown): Promise<unknown> {
  if (failure instanceof HeartwoodError && !FROM_THE_DISK.includes(failure.code)) return failure
  const space = await diskSpace(folder).catch(() => undefined)
  return space !== undefined && space.freeBytes < ROOM_TO_START ? diskFull(folder, space.freeBytes, failure) : failure
}

const FROM_THE_DISK: readonly ErrorCode[] = ['data-folder-unusable', 'engine-unavailable', 'engine-failed', 'meta-unavailable', 'queue-unavailable']

const diskFull = (folder: string, freeBytes: number, cause?: unknown): HeartwoodError =>
  new HeartwoodError(
    'data-folder-unusable',
    `The data folder ${folder} cannot be used: its disk has ${Math.floor(freeBytes / 1024)} KiB left, and a start needs ${ROOM_TO_START / 1024 / 1024} MiB.`,
    { cause },
  )

export async function diskSpace(folder: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
