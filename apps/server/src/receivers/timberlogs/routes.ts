import type { FastifyInstance } from 'fastify'
import { timberlogsError } from '../../compat/timberlogs/errors.ts'
import { registerErrors } from '../../http/errors.ts'
import { newFlowId, readFlowName } from './flows.ts'
import { bodyBytesOf, TIMBERLOGS_DOOR, type TimberlogsDeps, takeTimberlogs } from './take.ts'

/** `POST /v1/logs` and `POST /v1/flows`. The instance reads bodies as bytes (`registerRawBody`). */
export async function registerTimberlogsReceiver(app: FastifyInstance, deps: TimberlogsDeps): Promise<void> {
  await app.register(async (scope) => {
    registerErrors(scope, timberlogsError)
    const config = { access: 'ingest', door: TIMBERLOGS_DOOR } as const
    scope.post('/v1/logs', { config: { ...config, bodyBytes: bodyBytesOf } }, (request, reply) => takeTimberlogs(deps, request, reply))
    // A flow is nothing but the logs that share its id: none is stored here.
    scope.post('/v1/flows', { config: { access: 'ingest' } }, async (request, reply) => {
      const name = readFlowName(request.body)
      if (name !== undefined) return { flowId: newFlowId(name), name: name === '' ? 'flow' : name }
      reply.code(400)
      return { error: 'Validation error', issues: [{ path: ['name'], message: 'Required' }] }
    })
  })
}
