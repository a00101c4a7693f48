import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'
import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { createClient, type HttpAnswer, type HttpRequest, parseOptions, type ScopeHolder } from '@heartwood/sdk-core'
import type { CreateSubject } from '../peer.ts'

const compress = promisify(gzip)

export const createSubject: CreateSubject = async (sink) => {
  const agent = new Agent({ keepAlive: true })
  const storage = new AsyncLocalStorage<ScopeHolder>()
  const given = { endpoint: sink, apiKey: 'hw_bench', service: 'bench', environment: 'test', minLevel: 'info', dedupeWindow: 0 } as const
  const parse = (options: object) => parseOptions(options, {}, () => {}, { host: 'bench' })
  const { client } = createClient({
    given,
    parse,
    options: parse(given),
    platform: {
      now: Date.now,
      monotonicNow: () => performance.now(),
      randomBytes: (length) => randomFillSync(new Uint8Array(length)),
      encode: (text) => Buffer.from(text),
      setTimer(run, ms) {
        const timer = setTimeout(run, ms)
        return { cancel: () => clearTimeout(timer) }
      },
      defer: (run) => void setImmediate(run),
      transport: { send: (sent) => send(agent, sent), close: () => agent.destroy() },
      compress: async (body) => ({ body: await compress(body, { level: 1 }), encoding: 'gzip' }),
      context: { current: () => storage.getStore(), run: (holder, run) => storage.run(holder, run) },
      warn: (message) => console.error(message),
    },
  })
  const child = client.child({ module: 'payments', tenant: 'acme' })
  const scope = client.forkScope()
  scope.setUser({ id: 42, plan: 'pro' }).setRequestId('req-1')
  return {
    calls: {
      message: () => client.info('order placed'),
      fields: (index) => client.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      child: (index) => child.info('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      below: (index) => client.debug('order placed', { orderId: 'A-1', amount: 12.5, items: index, paid: true }),
      error: (_, error) => client.error('payment failed', error),
    },
    inScope: (run) => client.runInScope(scope, run),
    async settle() {
      if (!(await client.flush(30_000))) throw new Error('The events did not leave in time.')
    },
    async close() {
      const { captured, sent } = client.stats()
      if (captured !== sent) throw new Error(`Of ${captured} events ${sent} were sent.`)
      await client.close()
      agent.destroy()
    },
  }
}

const send = (agent: Agent, { method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent, timeout: timeoutMs }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: {}, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
