import type { Files } from './files.ts'
import type { QueueLog } from './log-types.ts'

/**
 * Room on the disk that is given up when there is no other: without it a queue that has filled the disk could not even write down
 * what is stored already, and so never free anything.
 */
export interface Reserve {
  /** Runs the work; when the disk is full, gives up the room and runs it once more. */
  spend<Result>(work: () => Promise<Result>): Promise<Result>
  /** Takes the room again, if it was given up and there is enough. */
  refill(): Promise<void>
}

const NAME = 'reserve'
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])

export const isDiskFull = (error: unknown): boolean => NO_ROOM.has((error as NodeJS.ErrnoException | null)?.code ?? '')

export const createReserve = async (files: Files, sizeBytes: number, log: QueueLog): Promise<Reserve> => {
  let isHeld = (await files.list('')).some(({ name }) => name === NAME)

  return {
    async spend(work) {
      try {
        return await work()
      } catch (error) {
        if (!isDiskFull(error) || !isHeld) throw error
        log.warn({ sizeBytes }, 'the disk is full; the queue goes on with the room it had kept back')
        isHeld = false
        await files.remove(NAME)
        return await work()
      }
    },
    async refill() {
      if (isHeld) return
      try {
        const file = await files.create(NAME)
        try {
          await file.write([Buffer.alloc(sizeBytes)], 0)
          await file.sync()
        } finally {
          await file.close()
        }
        isHeld = true
      } catch {
        await files.remove(NAME).catch(() => undefined)
      }
    },
  }
}
