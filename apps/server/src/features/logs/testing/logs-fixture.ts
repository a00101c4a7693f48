import { type Event, LEVELS, type UnixMicros, unixMicros, unixMs } from '@heartwood/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import type { HeartwoodError } from '../../../errors.ts'
import { registerErrors } from '../../../http/errors.ts'
import { compileMatcher } from '../../../query/match.ts'
import { parseQuery } from '../../../query/parser.ts'
import { createTestStore, type TestStore } from '../../../query/testing/test-events.ts'
import { sampleEvent, withAttributes } from '../../../store/events/block/testing/sample-events.ts'
import { registerLogs } from '../routes.ts'
import { createLogs } from '../service.ts'
import { createTailHub, type TailHub } from '../tail-hub.ts'

const START = Date.parse('2026-11-20T00:00:00Z')
export const NOW = unixMs(START + 24 * 3_600_000)
export const at = (ms: number, micros = 0): UnixMicros => unixMicros((START + ms) * 1000 + micros)
export const RANGE = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' }

/** 3,000 events over a day: bursts with equal timestamps, quiet hours, one service that is rare. */
export const EVENTS: Event[] = Array.from({ length: 3_000 }, (_, i) =>
  withAttributes(
    { n: i, 'order.id': `A-${i % 100}`, shard: i % 7, nested: { hit: i % 2 === 0 } },
    {
      timestamp: i % 3 === 0 ? at(Math.floor(i / 300) * 7_200_000) : at((i * 28_800) % 86_400_000, i % 1000),
      level: LEVELS[i % 50 === 0 ? 4 : (i % 3) + 1] ?? 'info',
      message: i % 500 === 7 ? `payment ${i} declined by quorvexil` : `request ${i} done for user_${String(i).padStart(6, '0')} in ${i % 97}ms`,
      service: i % 100 === 3 ? 'rare' : i % 2 === 0 ? 'api' : 'web',
      environment: i % 5 === 0 ? 'staging' : 'production',
      host: `web-${i % 4}`,
      kind: i % 10 === 0 ? 'request' : 'log',
      status: i % 10 === 0 ? 200 + ((i / 10) % 4) * 100 : 0,
      userId: `u_${i % 300}`,
      tags: i % 4 === 0 ? ['even', 'four'] : [],
      detail: i === 42 ? { stack: 'Error: x\n  at y' } : undefined,
    },
  ),
)

export interface LogsFixture {
  test: TestStore
  app: FastifyInstance
  tails: TailHub
  /** What the next look at a tail's caller says; undefined: it may go on. */
  refusal: { next: HeartwoodError | undefined }
  /** Of EVENTS, in their order. */
  ids: string[]
  // biome-ignore lint/suspicious/noExplicitAny: answers of any route, as a test reads them
  call(path: string, query?: Record<string, string | number>): Promise<{ status: number; body: any }>
  /** Ids that a search should find, newest first, by a scan in plain TypeScript. */
  expected(q: string): string[]
  close(): Promise<void>
}

const PROJECTS = new Map([
  ['shop', 1],
  ['other', 2],
])

/** The routes of the Logs page over {@link EVENTS} in a real engine; `shop` is project 1, and 3 is empty. */
export async function createLogsFixture(): Promise<LogsFixture> {
  const test = await createTestStore()
  const ids: string[] = []
  for (let from = 0; from < EVENTS.length; from += 500) ids.push(...(await test.load(1, EVENTS.slice(from, from + 500))))
  await test.load(2, [sampleEvent({ timestamp: at(1_000), message: 'of another project' })])
  const app = fastify()
  registerErrors(app)
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request) => {
    request.caller = { kind: 'local' }
  })
  const tails = createTailHub({ perProject: 2, all: 3, waiting: 5_000 })
  const refusal: LogsFixture['refusal'] = { next: undefined }
  const readmit = async (): Promise<void> => {
    if (refusal.next !== undefined) throw refusal.next
  }
  const logs = createLogs({ store: test.store, now: () => NOW })
  registerLogs(app, { logs, tails, resolveProject: (_, ref = '') => ({ id: PROJECTS.get(ref) ?? 99 }), readmit, pingMs: 20, readmitMs: 20 })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    test,
    app,
    tails,
    refusal,
    ids,
    async call(path, query = {}) {
      const response = await app.inject({ url: path, query: { project: 'shop', ...RANGE, ...query } as Record<string, string> })
      return { status: response.statusCode, body: response.json() }
    },
    expected(q) {
      const matches = compileMatcher(parseQuery(q))
      return EVENTS.map((event, index) => ({ event, index }))
        .filter(({ event }) => matches(event))
        .sort((a, b) => b.event.timestamp - a.event.timestamp || b.index - a.index)
        .map(({ index }) => ids[index] ?? '')
    },
    async close() {
      await app.close()
      await test.close()
    },
  }
}
