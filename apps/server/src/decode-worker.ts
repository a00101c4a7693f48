import { parentPort, workerData } from 'node:worker_threads'
import { createDecodeRunner, type DecodeDeps } from './ingest/decode-job.ts'
import { type ThreadReply, type ThreadRequest, transferable } from './ingest/decode-thread.ts'
import { createClientFacts } from './pipeline/client/client-facts.ts'
import { createGeo } from './pipeline/client/geo.ts'
import { compileMatcher } from './query/match.ts'
import { parseQuery } from './query/parser.ts'
import { decodeDoor, stampReaderOf } from './receivers/decode-door.ts'
import { createBlockEncoder } from './store/events/block/block-encoder.ts'
import { createIdSource } from './store/events/block/id-source.ts'
import { eventToJson } from './store/events/rows/event-row.ts'

/** What compose.ts gives this thread. */
export interface DecodeWorkerData {
  /** Operator's MMDB file. */
  geoFile: string | undefined
  /** Secret of this installation for hashes of addresses. */
  salt: Uint8Array
}

function compose(data: DecodeWorkerData): DecodeDeps {
  return {
    decodeEntries: decodeDoor,
    stampReader: stampReaderOf,
    client: createClientFacts({ geo: createGeo({ file: data.geoFile, onProblem: warn }), salt: data.salt }),
    encoder: createBlockEncoder(createIdSource()),
    toJson: eventToJson,
    compileTail: (q) => compileMatcher(parseQuery(q)),
    onDefect: (error) => warn(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  }
}

/** This thread has no logger of its own: its complaints go where the process's go. */
function warn(message: string): void {
  process.stderr.write(`${JSON.stringify({ level: 'error', name: 'decode', msg: message })}\n`)
}

if (parentPort) {
  const port = parentPort
  const run = createDecodeRunner(compose(workerData as DecodeWorkerData))
  port.on('message', (request: ThreadRequest) => {
    try {
      const outcome = run(request.job)
      const reply: ThreadReply = { id: request.id, outcome }
      port.postMessage(reply, outcome.payload ? transferable(outcome.payload) : [])
    } catch (error) {
      warn(error instanceof Error ? (error.stack ?? error.message) : String(error))
      port.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error) } satisfies ThreadReply)
    }
  })
}
