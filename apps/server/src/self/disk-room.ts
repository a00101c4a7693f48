import { statfsSync } from 'node:fs'
import { HeartwoodError } from '../errors.ts'

const MIB = 1024 * 1024
/** For what is written beside events: counts of minutes, notes of the engine, settings. */
const KEPT_FREE = 16 * MIB
/** What a byte of events may take on the disk while it is being stored: texts that hardly compress take 1.7, index included. */
const STORED_PER_BYTE = 2
/**
 * A byte that waits in the queue may become a few in the file that the engine reads. With more kept free for what waits than the engine asks for,
 * the queue refuses before the engine stops, and what was acknowledged can be stored and found.
 */
const STORED_PER_WAITING_BYTE = 3
const KEPT_FREE_BY_QUEUE = 2 * KEPT_FREE

const freeBytesOf = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const mib = (bytes: number): number => Math.ceil(bytes / MIB)

/**
 * Called before the embedded engine writes: what it leaves behind where the disk becomes full under it cannot be trusted.
 * @param sizeBytes of the events that it is about to store.
 * @throws HeartwoodError `engine-unavailable`
 */
export const insistOnRoomToStore = (folder: string, sizeBytes: number): void => {
  const free = freeBytesOf(folder)
  const needed = KEPT_FREE + STORED_PER_BYTE * sizeBytes
  if (free >= needed) return
  throw new HeartwoodError(
    'engine-unavailable',
    `The disk of ${folder} is nearly full: ${Math.floor(free / MIB)} MiB are free, and the next step needs ${mib(needed)} MiB. Make room there; nothing is lost meanwhile.`,
  )
}

/** Asking takes a call of the system for each folder, on the thread that answers requests; what is written meanwhile fits into what is kept free. */
const ANSWER_MS = 100

/**
 * Whether the disks of a queue beside an embedded engine have room for one more write, and for storing what waits.
 * @param folders of the data, the queue and the engine, which may lie on disks of their own.
 */
export const createRoomToQueue = (
  folders: readonly string[],
  { freeBytes = freeBytesOf, now = () => performance.now() }: { freeBytes?(folder: string): number; now?(): number } = {},
): ((waitingBytes: number) => boolean) => {
  let free = 0
  let askedAt = Number.NEGATIVE_INFINITY
  return (waitingBytes) => {
    if (now() - askedAt >= ANSWER_MS) {
      free = Math.min(...folders.map(freeBytes))
      askedAt = now()
    }
    return free >= KEPT_FREE_BY_QUEUE + STORED_PER_WAITING_BYTE * waitingBytes
  }
}
