import type { FastifyInstance } from 'fastify'
import type { Directory } from './directory.ts'

/** Headers that let a page read the answer to a request it sent with its key. No cookie ever goes along. */
export const corsHeaders = (origin: string): Record<string, string> => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'Retry-After, X-Heartwood-Protocol, X-Heartwood-Sample-Rates',
  vary: 'Origin',
})

const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'POST, GET, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Content-Encoding, Authorization, X-API-Key, X-Heartwood-Batch',
  'access-control-max-age': '86400',
}

/**
 * Headers of the 204 that answers a preflight. The key is not known at that time, so every origin that some browser key names is answered;
 * the request itself is judged by its key. Others get no permission, only `Vary`.
 */
export function decidePreflight(origin: string | undefined, isKnownOrigin: (origin: string) => boolean): Record<string, string> {
  if (origin === undefined || !isKnownOrigin(origin)) return { vary: 'Origin' }
  return { ...corsHeaders(origin), ...PREFLIGHT_HEADERS }
}

/** Answers every preflight; nobody can know more about the one who asks. */
export function registerPreflight(app: FastifyInstance, directory: Pick<Directory, 'knowsOrigin'>): void {
  app.options('/*', { config: { access: 'public' } }, async (request, reply) => {
    return reply.code(204).headers(decidePreflight(request.headers.origin, directory.knowsOrigin)).send()
  })
}
