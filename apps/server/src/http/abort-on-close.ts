import { setMaxListeners } from 'node:events'
import type { FastifyReply } from 'fastify'

/** Fires when the client leaves before its answer is there. */
export function abortOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  // Each statement of an answer listens as long as it runs: more than ten at once are no leak.
  setMaxListeners(0, controller.signal)
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}
