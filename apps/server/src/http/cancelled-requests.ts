import type { FastifyInstance } from 'fastify'

/** Says at debug level that a client left before it had its answer, which is no failure of anybody, and keeps the parts that send answers from calling it one. */
export function passOverCancelledRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return
      request.log.debug({ code: 'request-cancelled', route: request.routeOptions.url }, 'The client left before it had its answer.')
      // What compresses an answer logs its broken stream through this one.
      reply.log = request.log.child({}, { level: 'silent' })
    })
  })
}
