import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
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

/**
 * Small jobs that wait already are answered together, so that they share what each answer costs: waking the other thread, and its sync of
 * the disk. What is done waits no longer than this for it, and never for a large one.
 */
const GATHER_MS = 4
const SMALL_BYTES = 256 * 1024

function serve(port: MessagePort): void {
  const run = createDecodeRunner(compose(workerData as DecodeWorkerData))
  const answer = ({ id, job }: ThreadRequest): ThreadReply => {
    try {
      return { id, outcome: run(job) }
    } catch (error) {
      warn(error instanceof Error ? (error.stack ?? error.message) : String(error))
      return { id, error: error instanceof Error ? error.message : String(error) }
    }
  }
  let ready: ThreadReply[] = []
  const send = (): void => {
    if (ready.length > 0) port.postMessage(ready, ready.flatMap(payloadOf))
    ready = []
  }
  port.on('message', (first: ThreadRequest) => {
    const startedMs = performance.now()
    for (let request: ThreadRequest | undefined = first; request !== undefined; ) {
      if (request.job.body.byteLength > SMALL_BYTES) send()
      ready.push(answer(request))
      request = performance.now() - startedMs < GATHER_MS ? receiveMessageOnPort(port)?.message : undefined
    }
    send()
  })
}

const payloadOf = (reply: ThreadReply): ArrayBuffer[] =>
  'outcome' in reply && reply.outcome.payload !== undefined ? transferable(reply.outcome.payload) : []

if (parentPort) serve(parentPort)
