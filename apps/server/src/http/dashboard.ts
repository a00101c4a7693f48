import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { HeartwoodError } from '../errors.ts'

/**
 * Serves the built dashboard. Every path that a page of it could have answers with its one HTML file; a path of the API that does not exist
 * stays a 404 in JSON.
 */
export async function registerDashboard(app: FastifyInstance, folder: string): Promise<void> {
  const indexFile = join(folder, 'index.html')
  const built = existsSync(indexFile)
  if (built) {
    await app.register(fastifyStatic, { root: join(folder, 'assets'), prefix: '/assets/', immutable: true, maxAge: '365d' })
    await app.register(fastifyStatic, {
      root: folder,
      prefix: '/',
      decorateReply: false,
      wildcard: false,
      index: false,
      globIgnore: ['assets/**', 'index.html'],
    })
  }
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !/^\/(?:api|ingest|assets)(?:\/|$)/.test(path) &&
      (request.headers.accept ?? '').includes('text/html')
    if (!isPage) throw new HeartwoodError('not-found', `There is nothing at ${request.method} ${path}.`)
    // Read anew each time: a page that was built again names other assets.
    const page = built ? await readFile(indexFile) : NOT_BUILT
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page)
  })
}

const NOT_BUILT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Heartwood</title><p>The dashboard is not built. Run <code>npm run build</code> and start again.</p></html>'
