import { drainPending, Session } from 'chdb'
import { HeartwoodError } from '../../../errors.ts'
import { folderLocked } from '../../../self/folder-lock.ts'
import { createLane, type Lane } from '../lane.ts'
import { EngineError } from '../statement.ts'
import { isLockedByEngine } from './engine-lock.ts'

type SessionKind = 'writer' | 'reader' | 'admin' | 'apart'

/** Sessions on one folder. Each runs one statement at a time, on a thread of libuv; what comes meanwhile waits its turn. */
export interface SessionPool {
  /**
   * @param kind `admin` never has to wait behind heavy statements; `apart` is for one that takes minutes.
   * @returns the answer's text; undefined when the signal fired before the statement began.
   * @throws EngineError with the engine's number.
   */
  run(kind: SessionKind, sql: string, format: string, signal?: AbortSignal): Promise<string | undefined>
  close(): Promise<void>
}

/** @throws HeartwoodError `data-folder-locked`, `engine-unavailable` */
export const openSessions = (folder: string, readers: number, connectionArgs: readonly string[]): SessionPool => {
  const sessions = new Set<Session>()
  // The arguments count for the first session of a process: the others share its server.
  const open = (): Session => {
    const session = new Session(folder, { connectionArgs })
    sessions.add(session)
    return session
  }
  /** What a failed statement had written of its answer would stand before the answer of the session's next statement. */
  const renew = (session: Session): Session => {
    const fresh = open()
    sessions.delete(session)
    session.close()
    return fresh
  }
  const openLanes = (): { [kind in SessionKind]: Lane<Session> } => ({
    writer: createLane([open()], renew),
    reader: createLane(Array.from({ length: readers }, open), renew),
    admin: createLane([open()], renew),
    apart: createLane([open()], renew),
  })
  const closeSessions = (): void => {
    for (const session of sessions) session.close()
  }

  let lanes: ReturnType<typeof openLanes>
  try {
    lanes = openLanes()
  } catch (error) {
    closeSessions()
    // The library writes the reason to standard error and does not give it.
    if (isLockedByEngine(folder)) throw folderLocked(folder, error)
    const message = `The event store in ${folder} does not open, or another process (in another container, say) has it: ${messageOf(error)}`
    throw new HeartwoodError('engine-unavailable', message, { cause: error })
  }
  return {
    run: (kind, sql, format, signal) =>
      lanes[kind].run(async (session) => {
        try {
          return (await session.queryAsync(sql, { format })).text()
        } catch (error) {
          throw new EngineError(numberOf(error), messageOf(error), error)
        }
      }, signal),
    async close() {
      // Statements that kill others must get through until the last of those has ended.
      await Promise.all([lanes.writer.close(), lanes.reader.close(), lanes.apart.close()])
      await lanes.admin.close()
      closeSessions()
      await drainPending()
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const numberOf = (error: unknown): number => {
  const code = (error as { clickhouseCode?: unknown }).clickhouseCode
  return typeof code === 'number' ? code : 0
}
