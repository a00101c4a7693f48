import { toOpenApi } from '@heartwood/protocol'
import type { FastifyInstance } from 'fastify'
import { ERRORS } from '../../errors.ts'
import { handle } from '../../http/route.ts'
import type { Metrics } from '../../self/metrics.ts'
import type { SystemService } from './service.ts'

/** Health, ledger, dead letters, and what machines ask: /healthz, /readyz, /metrics, the OpenAPI document, the error catalogue. */
export function registerSystem(app: FastifyInstance, deps: { system: SystemService; metrics: Metrics; version: string }): void {
  const { system } = deps
  handle(app, 'health', () => system.health())
  handle(app, 'ledger', async ({ query, caller }) => system.ledger(query.project, caller))
  handle(app, 'listDeadLetters', async () => ({ deadLetters: await system.listDeadLetters() }))
  handle(app, 'inspectDeadLetter', ({ params }) => system.inspectDeadLetter(params.id))
  handle(app, 'replayDeadLetter', async ({ params }) => ({ ok: true as const, rows: await system.replayDeadLetter(params.id) }))

  const open = { config: { access: 'public' as const } }
  app.get('/healthz', open, async () => ({ status: 'alive' }))
  app.get('/readyz', open, async (_, reply) => {
    const { ready, parts } = await system.readiness()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', parts })
  })
  app.get('/metrics', open, async (_, reply) => reply.type(deps.metrics.contentType).send(await deps.metrics.text()))
  const openApi = toOpenApi(deps.version)
  app.get('/api/openapi.json', open, async () => openApi)
  app.get('/docs/errors', open, async (_, reply) => reply.type('text/html; charset=utf-8').send(ERROR_PAGE))
}

const ERROR_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Errors · Heartwood</title><h1>Errors</h1><dl>${Object.entries(ERRORS)
  .map(([code, { status, fix }]) => `<dt id="${code}"><code>${code}</code> (${status})</dt><dd>${fix}</dd>`)
  .join('')}</dl></html>`
