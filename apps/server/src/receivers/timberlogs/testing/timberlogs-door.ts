import { type TimberlogsLog, toLog } from '../../../compat/timberlogs/log.ts'
import { registerRawBody } from '../../../http/body.ts'
import { createOrphans } from '../../orphans.ts'
import { createDoorUnderTest, type DoorUnderTest } from '../../testing/door-under-test.ts'
import { registerTimberlogsReceiver } from '../routes.ts'

/** What the door's clock says. */
export const NOW = Date.UTC(2026, 10, 21, 12)

interface Answer {
  success?: boolean
  count?: number
  rejected?: number
  error?: string
  code?: string
  errors?: { index?: number; line?: number; code: string; message: string }[]
  flowId?: string
  name?: string
}

export interface TimberlogsDoor {
  door: DoorUnderTest
  post(payload: string | Buffer, query?: string, headers?: { [name: string]: string }, path?: string): Promise<{ status: number; body: Answer }>
  /** `{"logs": …}`, as the clients send it. */
  send(logs: unknown, query?: string): Promise<{ status: number; body: Answer }>
  /** What was taken, as the reading half gives it. */
  logs(): TimberlogsLog[]
}

/** The door of this protocol with its decoder and the pipeline, before a queue in memory; for tests. */
export async function createTimberlogsDoor(): Promise<TimberlogsDoor> {
  const door = await createDoorUnderTest()
  await door.app.register(async (scope) => {
    registerRawBody(scope)
    await registerTimberlogsReceiver(scope, {
      ingest: door.ingest,
      projects: door.projects,
      orphans: createOrphans({ now: Date.now }),
      now: () => NOW,
    })
  })
  const post: TimberlogsDoor['post'] = async (payload, query = '', headers = {}, path = '/v1/logs') => {
    const answer = await door.app.inject({ method: 'POST', url: `${path}${query}`, headers, payload })
    return { status: answer.statusCode, body: answer.json() as Answer }
  }
  return {
    door,
    post,
    send: (logs, query) => post(JSON.stringify({ logs }), query, { 'content-type': 'application/json' }),
    logs: () => door.events.map(toLog),
  }
}
