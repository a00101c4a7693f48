import type { DamagedPieces } from '../queue.ts'
import { type Files, isTemporary, type OpenFile } from './files.ts'

/** Something in the folder that could not be read. What could be was kept, and the start goes on. */
export interface DamageReport {
  code: 'queue-damaged'
  /** File in which it was found, relative to the queue's folder. */
  file: string
  /** Copy of the damaged bytes, relative to the queue's folder; `''` when there is nothing to keep or no place to keep it. */
  setAside: string
  damagedBytes: number
  /** One sentence for a person. */
  message: string
}

export const DAMAGED_FOLDER = 'damaged'
const COPY_BYTES = 4 * 1024 * 1024

/** What earlier starts set aside. */
export const setAsideBefore = async (files: Files): Promise<DamagedPieces> => {
  await files.makeFolder(DAMAGED_FOLDER)
  const pieces = (await files.list(DAMAGED_FOLDER)).filter(({ name }) => !isTemporary(name))
  return { pieces: pieces.length, bytes: pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}

/** Copies the bytes to `damaged/` under a name made from their place; false when a former start has done so already. */
export const copyDamaged = async (files: Files, source: OpenFile, name: string, fromOffset: number, toOffset: number): Promise<boolean> => {
  await files.makeFolder(DAMAGED_FOLDER)
  if ((await files.list(DAMAGED_FOLDER)).some((entry) => entry.name === name)) return false
  const target = await files.create(`${DAMAGED_FOLDER}/${name}.new`)
  try {
    for (let at = fromOffset; at < toOffset; at += COPY_BYTES) {
      await target.write([await source.read(at, Math.min(COPY_BYTES, toOffset - at))], at - fromOffset)
    }
    await target.sync()
  } finally {
    await target.close()
  }
  await files.rename(`${DAMAGED_FOLDER}/${name}.new`, `${DAMAGED_FOLDER}/${name}`)
  await files.syncFolder(DAMAGED_FOLDER)
  return true
}
