import { once } from 'node:events'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { abortOnClose } from '../http/abort-on-close.ts'
import { registerErrors } from '../http/errors.ts'
import type { EventStore, QueryResult } from '../store/events/event-store.ts'
import { cancelledAnswer } from '../store/events/statement.ts'
import { DEFAULT_BUDGET, startSpending } from './spending.ts'

/** Of pino. */
const [DEBUG, INFO] = [20, 30]

it('says only at debug level, without a stack, that a client left before its answer was there', async () => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  // Answers when its caller has left, as the engine does once the statement is killed.
  const store: Pick<EventStore, 'query'> = {
    async query<Row>(_: string, { signal }: { signal?: AbortSignal }): Promise<QueryResult<Row>> {
      if (signal && !signal.aborted) await once(signal, 'abort')
      return cancelledAnswer()
    },
  }
  const app = fastify({ logger: { level: 'debug', stream: sink } })
  registerErrors(app)
  const asked = new Promise<void>((resolve) => {
    app.get('/ask', async (_, reply) => {
      const answer = startSpending(store, DEFAULT_BUDGET, abortOnClose(reply)).query('SELECT 1')
      resolve()
      return answer
    })
  })
  const answered = new Promise<void>((resolve) => app.addHook('onError', async () => resolve()))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  client.write('GET /ask HTTP/1.1\r\nHost: x\r\n\r\n')
  await asked
  client.destroy()
  await answered
  await app.close()
  const entries = lines.map((line) => JSON.parse(line) as { level: number; code?: string; err?: unknown })
  expect(entries.find(({ code }) => code === 'request-cancelled')).toMatchObject({ level: DEBUG })
  expect(entries.filter(({ level, err }) => level > INFO || err !== undefined)).toEqual([])
})
