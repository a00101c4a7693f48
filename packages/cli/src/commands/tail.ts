import { setTimeout as wait } from 'node:timers/promises'
import { ApiError, api, type EventJson, routeUrl } from '@heartwood/protocol'
import { type Command, type Context, say } from '../context.ts'
import { EXIT } from '../errors.ts'
import { createEventPrinter, type PrintEvent } from '../output/event-printer.ts'
import { plural } from '../output/units.ts'
import { needProject } from '../server/choose-project.ts'
import { type Connection, isConnectionLost, readApiError } from '../server/connection.ts'
import { readEventStream } from '../server/event-stream.ts'
import { onServer } from './call.ts'
import { explainQueryError } from './query.ts'

/** The server sends a ping much more often; silence for this long means that the connection is dead. */
const SILENCE_MS = 90_000
const LONGEST_WAIT_MS = 15_000

/** Follows until Ctrl-C. A connection that ends is opened again; only a first attempt that fails ends the command. */
export const tail = ([q = '']: string[]): Command<{ limit?: number; utc?: boolean }> =>
  onServer(async (connection, context, options) => {
    const project = await needProject(connection.client, options.project)
    const path = routeUrl(api.tail, { query: { project: project.id, q } })
    const follower = { print: createEventPrinter(context, options), left: options.limit ?? Number.POSITIVE_INFINITY }
    let failures = 0
    let connected = false
    while (!context.signal.aborted && follower.left > 0) {
      try {
        await follow(connection, context, path, follower, () => {
          if (connected && failures > 0) say(context, 'Following again; events in between were not shown.')
          connected = true
          failures = 0
        })
      } catch (error) {
        if (context.signal.aborted) break
        if (!connected || !canRetry(error)) throw explainQueryError(q, error)
      }
      if (context.signal.aborted || follower.left <= 0) break
      if (failures++ === 0) say(context, `The connection to ${connection.address.url} ended; trying again.`)
      await wait(Math.min(LONGEST_WAIT_MS, 250 * 2 ** failures), undefined, { signal: context.signal }).catch(() => undefined)
    }
    return EXIT.done
  })

/** One connection, until it ends. */
async function follow(
  connection: Connection,
  context: Context,
  path: string,
  follower: { print: PrintEvent; left: number },
  onOpen: () => void,
): Promise<void> {
  const silence = new AbortController()
  const abort = (): void => silence.abort(new DOMException('silence', 'TimeoutError'))
  let timer = setTimeout(abort, SILENCE_MS)
  try {
    const signal = AbortSignal.any([context.signal, silence.signal])
    const response = await connection.request(path, { headers: { accept: 'text/event-stream' }, signal, stream: true })
    if (!response.ok || !response.body) throw await readApiError(response)
    onOpen()
    for await (const message of readEventStream(response.body)) {
      clearTimeout(timer)
      timer = setTimeout(abort, SILENCE_MS)
      if (message.event === 'event') {
        await follower.print(JSON.parse(message.data) as EventJson)
        if (--follower.left <= 0) return
      } else if (message.event === 'end') {
        const { status, code, message: reason } = JSON.parse(message.data) as { status: number; code: string; message: string }
        throw new ApiError(status, { code, message: reason, docs: `/docs/errors#${code}` })
      } else if (message.event === 'drop') {
        const { dropped } = JSON.parse(message.data) as { dropped: number }
        say(context, `${plural(dropped, 'event')} came too fast and ${dropped === 1 ? 'was' : 'were'} not shown; a narrower query shows all.`)
      }
    }
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

/** Busy or restarting passes; a refusal does not. */
function canRetry(error: unknown): boolean {
  if (isConnectionLost(error)) return true
  return typeof error === 'object' && error !== null && 'status' in error && Number(error.status) >= 500
}
