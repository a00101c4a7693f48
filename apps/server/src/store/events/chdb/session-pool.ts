import { drainPending, Session } from 'chdb'
import { HeartwoodError } from '../../../errors.ts'
import type { EngineFailure } from '../statement.ts'
import { folderLocked } from './folder-lock.ts'

/** Sessions on one folder. Each runs one statement at a time, on a thread of libuv; what comes meanwhile waits its turn. */
export interface SessionPool {
  writer: Lane
  readers: Lane
  /** Never has to wait behind a heavy statement. */
  admin: Lane
  close(): Promise<void>
}

export interface Lane {
  /**
   * @param format of the answer.
   * @param signal leaves the queue; a statement that runs already has to be killed.
   * @returns undefined when the signal fired before the statement began.
   * @throws EngineError with the engine's number.
   */
  run(sql: string, format: string, signal?: AbortSignal): Promise<Answer | undefined>
}

export interface Answer {
  text(): string
}

/** A statement failed. */
export class EngineError extends Error implements EngineFailure {
  readonly code: number
  override readonly cause: unknown

  constructor(code: number, message: string, cause: unknown) {
    super(message)
    this.name = new.target.name
    this.code = code
    this.cause = cause
  }
}

const CANNOT_OPEN_FILE = 76

/** @throws HeartwoodError `data-folder-locked`, `engine-unavailable` */
export const openSessions = (folder: string, readers: number, connectionArgs: readonly string[]): SessionPool => {
  const sessions: Session[] = []
  // The arguments count for the first session of a process: the others share its server.
  const open = (): Session => {
    const session = new Session(folder, { connectionArgs })
    sessions.push(session)
    return session
  }
  try {
    const lanes = [createLane([open()]), createLane(Array.from({ length: readers }, open)), createLane([open()])] as const
    const [writer, readerLane, admin] = lanes
    return {
      writer,
      readers: readerLane,
      admin,
      async close() {
        for (const lane of lanes) lane.stop()
        await Promise.all(lanes.map((lane) => lane.idle()))
        for (const session of sessions) session.close()
        await drainPending()
      },
    }
  } catch (error) {
    for (const session of sessions) session.close()
    if (numberOf(error) === CANNOT_OPEN_FILE) throw folderLocked(folder, undefined, error)
    throw new HeartwoodError('engine-unavailable', `The event store in ${folder} does not open: ${messageOf(error)}`, { cause: error })
  }
}

interface Waiting {
  start: (session: Session | undefined) => void
}

const createLane = (sessions: readonly Session[]) => {
  const free = [...sessions]
  const waiting: Waiting[] = []
  let stopped = false
  let onIdle: (() => void) | undefined

  const release = (session: Session): void => {
    const next = waiting.shift()
    if (next !== undefined) {
      next.start(session)
      return
    }
    free.push(session)
    if (free.length === sessions.length) onIdle?.()
  }
  const acquire = (signal: AbortSignal | undefined): Promise<Session | undefined> => {
    const session = free.pop()
    if (session !== undefined) return Promise.resolve(session)
    return new Promise((resolve) => {
      const entry: Waiting = {
        start(session) {
          signal?.removeEventListener('abort', leave)
          resolve(session)
        },
      }
      const leave = (): void => {
        waiting.splice(waiting.indexOf(entry), 1)
        entry.start(undefined)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(entry)
    })
  }

  return {
    async run(sql: string, format: string, signal?: AbortSignal): Promise<Answer | undefined> {
      if (stopped) throw new HeartwoodError('shutting-down', 'The event store is closing.')
      if (signal?.aborted) return undefined
      const session = await acquire(signal)
      if (session === undefined) return undefined
      try {
        return await session.queryAsync(sql, { format })
      } catch (error) {
        throw new EngineError(numberOf(error), messageOf(error), error)
      } finally {
        release(session)
      }
    },
    /** Takes no more statements; those that wait still run. */
    stop(): void {
      stopped = true
    },
    idle(): Promise<void> {
      if (free.length === sessions.length) return Promise.resolve()
      return new Promise((resolve) => {
        onIdle = resolve
      })
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The library gives the number for statements; for a failed connection it stands only at the head of a line of the message. */
const numberOf = (error: unknown): number => {
  const code = (error as { clickhouseCode?: unknown }).clickhouseCode
  return typeof code === 'number' ? code : Number(/^\s*Code: (\d+)\./m.exec(messageOf(error))?.[1] ?? 0)
}
