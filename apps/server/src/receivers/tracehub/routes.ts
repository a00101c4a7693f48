import type { FastifyInstance } from 'fastify'

/** `GET /health`, which the clients' users look at; the way in is shared with Lognitor: receivers/api-v1. */
export function registerTraceHubHealth(app: FastifyInstance): void {
  app.get('/health', { config: { access: 'public' } }, async () => ({ status: 'ok' }))
}
