import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { unixMs } from '@heartwood/protocol'
import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import type { EventStore, QueryOptions } from '../../store/events/event-store.ts'
import { registerLogs } from './routes.ts'
import { createLogs } from './service.ts'
import { createTailHub } from './tail-hub.ts'

it('a statement is told to stop when the client that asked for it leaves', async () => {
  let started: (signal: AbortSignal) => void = () => undefined
  const signalOfStatement = new Promise<AbortSignal>((resolve) => {
    started = resolve
  })
  const query: EventStore['query'] = async (_sql, { signal }: QueryOptions) => {
    if (signal === undefined) throw new Error('no signal')
    started(signal)
    if (!signal.aborted) await once(signal, 'abort')
    return { rows: [], partial: { reason: 'cancelled', message: '' }, stats: { elapsedMs: 0, rowsRead: 0, bytesRead: 0 } }
  }
  const app = fastify()
  app.decorateRequest('caller')
  registerLogs(app, {
    logs: createLogs({ store: { query } as EventStore, now: () => unixMs(1_790_000_000_000) }),
    tails: createTailHub(),
    resolveProject: () => ({ id: 1 }),
    readmit: async () => undefined,
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const request = get({ port, path: '/api/search?project=shop&q=slow' })
  request.on('error', () => undefined)
  const signal = await signalOfStatement
  expect(signal.aborted).toBe(false)
  request.destroy()
  if (!signal.aborted) await once(signal, 'abort')
  await app.close()
})
