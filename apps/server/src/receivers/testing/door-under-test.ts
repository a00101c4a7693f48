import { type EventJson, unixMs } from '@heartwood/protocol'
import { type FastifyInstance, fastify } from 'fastify'
import { registerRawBody } from '../../http/body.ts'
import type { Caller } from '../../http/caller.ts'
import { registerErrors } from '../../http/errors.ts'
import { createDecodeRunner, type JobEncoder } from '../../ingest/decode-job.ts'
import { createInlineDecoder } from '../../ingest/decode-thread.ts'
import { createIngest, type Ingest, type TailedEvents } from '../../ingest/ingest.ts'
import { createLedger, type Ledger } from '../../ingest/ledger.ts'
import { createMemoryQueue, type MemoryQueue } from '../../ingest/testing/memory-queue.ts'
import { compileMatcher } from '../../query/match.ts'
import { parseQuery } from '../../query/parser.ts'
import { createBlockEncoder } from '../../store/events/block/block-encoder.ts'
import { createIdSource } from '../../store/events/block/id-source.ts'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { decodeDoor, stampReaderOf } from '../decode-door.ts'
import type { DoorProjects, RateSetting } from '../door.ts'
import { registerNativeReceiver } from '../native/routes.ts'
import { registerRawReceiver } from '../raw/routes.ts'

export interface DoorUnderTest {
  app: FastifyInstance
  ingest: Ingest
  projects: DoorProjects
  queue: MemoryQueue
  ledger: Ledger
  /** Everything that was accepted, in order. */
  events: EventJson[]
  defects: unknown[]
  tails: { id: number; q: string }[]
  tailed: TailedEvents[]
  caller: Caller
  /** Of project 1. */
  rates: RateSetting
}

/** 2026-11-21T12:00:00Z. */
const DOOR_NOW = unixMs(Date.UTC(2026, 10, 21, 12))

/** The doors as they are, with the real decoders and pipeline, on this thread, before a queue in memory. For tests only. */
export async function createDoorUnderTest(): Promise<DoorUnderTest> {
  const queue = createMemoryQueue()
  const ledger = createLedger()
  const events: EventJson[] = []
  const defects: unknown[] = []
  const tails: DoorUnderTest['tails'] = []
  const tailed: TailedEvents[] = []
  const blocks = createBlockEncoder(createIdSource())
  const encoder: JobEncoder = {
    append(event) {
      blocks.append(event)
      events.push(eventToJson(event, blocks.lastId()))
    },
    lastId: () => blocks.lastId(),
    finish: () => blocks.finish(),
  }
  const run = createDecodeRunner({
    decodeEntries: decodeDoor,
    stampReader: stampReaderOf,
    client: {
      locate: () => ({ country: '', region: '', city: '' }),
      hash: (address) => `hash-of-${address}`,
      agent: () => ({ browser: '', os: '', device: '', bot: false }),
    },
    encoder,
    toJson: eventToJson,
    compileTail: (q) => compileMatcher(parseQuery(q)),
    onDefect: (error) => defects.push(error),
  })
  const ingest = createIngest({
    decoder: createInlineDecoder(run),
    queue,
    ledger,
    tails: { active: () => tails, deliver: (found) => tailed.push(...found) },
    now: () => DOOR_NOW,
  })
  const projects: DoorProjects = {
    find: async (ref) => (ref === 'shop' || ref === '1' ? { id: 1 } : undefined),
    settings: () => ({ retentionDays: 90, redaction: { keys: [], patterns: [] }, ...door.rates }),
  }
  const app = fastify()
  const door: DoorUnderTest = {
    app,
    ingest,
    projects,
    queue,
    ledger,
    events,
    defects,
    tails,
    tailed,
    caller: { kind: 'key', keyId: 'k1', projectId: 1, scope: 'ingest' },
    rates: { sampleRates: {}, sampleRatesAt: undefined },
  }
  registerErrors(app)
  // As the server has it: an answer takes a while to leave.
  app.addHook('onSend', async () => undefined)
  app.addHook('onRequest', async (request) => {
    request.caller = door.caller
  })
  await app.register(async (doors) => {
    registerRawBody(doors)
    registerNativeReceiver(doors, { ingest, projects })
    registerRawReceiver(doors, { ingest, projects })
  })
  return door
}
