import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { decompress, encodingsOf } from '../../apps/server/src/http/body-encoding.ts'

/** An event as it arrived, with the defaults of its batch filled in. */
export interface ReceivedEvent {
  /** What arrived as `heartwood.event_id`. */
  id: string
  message: string
  level: string
  kind: string
  timestamp: number
  attributes?: { [name: string]: unknown }
  request?: { [name: string]: unknown }
  error?: { type?: string; message?: string; stack?: string }
  detail?: { [name: string]: unknown }
  service?: string
  environment?: string
  release?: string
  host?: string
  dataset?: string
  tags?: string[]
  traceId?: string
  spanId?: string
  sessionId?: string
  userId?: string
  requestId?: string
  flowId?: string
  stepIndex?: number
}

interface ReceivedRequest {
  method: string
  path: string
  query: { [name: string]: string }
  headers: IncomingMessage['headers']
  /** Content-Encoding undone. */
  body: string
  /** Bytes on the wire, without headers. */
  wireBytes: number
  batchId: string
  /** Those of the body, whatever the answer was; empty for other paths than `/ingest`. */
  events: ReceivedEvent[]
  /** What was answered; 0: nothing was. */
  status: number
  /** The batch was stored before and not again. */
  repeated: boolean
  at: number
}

/** What the script says to one request; nothing: it is taken as the real server would take it. */
interface Reply {
  status?: number
  headers?: { [name: string]: string }
  body?: unknown
  /** Milliseconds before the answer. */
  delay?: number
  /** There is never an answer; the connection stays open. */
  hang?: boolean
  /** The connection is cut: before anything was stored, or after it was (the answer is lost). */
  reset?: 'before' | 'after'
  /** Of the events only so many are taken, the others are refused. */
  partial?: number
}

/** @param index of the request, from 0 */
export type Answer = (request: ReceivedRequest, index: number) => Reply | undefined | Promise<Reply | undefined>

export interface FakeServer {
  readonly url: string
  /** For the environment of a program. It has all the time that a busy machine may need to send at its end, unless a test says otherwise. */
  readonly env: { HEARTWOOD_ENDPOINT: string; HEARTWOOD_API_KEY: string; HEARTWOOD_EXIT_TIMEOUT: string }
  /** What is stored, in the order of its arrival. */
  events(): ReceivedEvent[]
  /** Ids that are stored more than once: must be empty. */
  repeated(): string[]
  requests(): ReceivedRequest[]
  answer(script: Answer | undefined): void
  /** Resolves when so many events are stored, or the condition holds. @param timeoutMs default 20,000 */
  until(condition: number | (() => boolean), timeoutMs?: number): Promise<void>
  /** Nobody listens at the address any more. */
  goDown(): Promise<void>
  /** At the same address again; what was stored is still known. */
  comeUp(): Promise<void>
  close(): Promise<void>
}

const LIMIT = 64 * 1024 * 1024
const DEFAULTS = ['service', 'environment', 'host', 'release', 'dataset', 'level'] as const

/** A server that takes events as Heartwood does (encodings, defaults, batch ids that make repeats harmless), counts them, and fails as it is told. */
export async function startFakeServer({ answer }: { answer?: Answer } = {}): Promise<FakeServer> {
  const requests: ReceivedRequest[] = []
  const stored: ReceivedEvent[] = []
  const counts = new Map<string, number>()
  const batches = new Map<string, { accepted: number; refused: number }>()
  const waiting = new Set<() => void>()
  let script = answer
  let server: Server | undefined
  let port = 0

  const take = (request: ReceivedRequest, most: number): { accepted: number; refused: number; duplicate: boolean } => {
    const known = batches.get(request.batchId)
    if (known) {
      request.repeated = true
      return { ...known, duplicate: true }
    }
    const taken = request.events.slice(0, most)
    const result = { accepted: taken.length, refused: request.events.length - taken.length }
    if (request.batchId !== '') batches.set(request.batchId, result)
    for (const event of taken) {
      stored.push(event)
      counts.set(event.id, (counts.get(event.id) ?? 0) + 1)
    }
    for (const check of waiting) check()
    return { ...result, duplicate: false }
  }

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(incoming)
    const index = requests.push(request) - 1
    const reply = (await script?.(request, index)) ?? {}
    for (const check of waiting) check()
    if (reply.delay !== undefined) await pause(reply.delay)
    if (reply.hang === true) return
    if (reply.reset === 'before') return void incoming.socket.destroy()
    const status = reply.status ?? (isIngest(request) ? 202 : 200)
    const stores = isIngest(request) && status >= 200 && status < 300
    const { accepted, refused, duplicate } = stores
      ? take(request, reply.partial ?? Number.POSITIVE_INFINITY)
      : { accepted: 0, refused: 0, duplicate: false }
    if (reply.reset === 'after') return void incoming.socket.destroy()
    const rejected = Array.from({ length: refused }, (_, at) => ({
      index: accepted + at,
      code: 'invalid',
      message: 'The script of the test refused it.',
    }))
    const taken = { accepted, rejected, rejectedCount: refused, batchId: request.batchId, ...(duplicate ? { duplicate } : {}) }
    const failed = { error: { code: `status-${status}`, message: 'As the script of the test says.' } }
    request.status = status
    response.writeHead(status, { 'content-type': 'application/json', ...reply.headers })
    response.end(JSON.stringify(reply.body ?? (status < 300 ? taken : failed)))
  }

  const listen = async (): Promise<void> => {
    const next = createServer((incoming, response) => {
      handle(incoming, response).catch((error: Error) => {
        // The client went away while its body was read, or sent what nobody can read: the test sees it by what is missing.
        response.destroy(error)
      })
    })
    const sockets = new Set<Socket>()
    next.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    next.listen(port, '127.0.0.1')
    await once(next, 'listening')
    port = (next.address() as AddressInfo).port
    server = next
  }
  const stop = async (): Promise<void> => {
    const ending = server
    server = undefined
    if (!ending) return
    const closed = once(ending, 'close')
    ending.close()
    ending.closeAllConnections()
    await closed
  }

  await listen()
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    env: { HEARTWOOD_ENDPOINT: url, HEARTWOOD_API_KEY: 'hw_test_key', HEARTWOOD_EXIT_TIMEOUT: '20000' },
    events: () => stored,
    repeated: () => [...counts].filter(([, times]) => times > 1).map(([id]) => id),
    requests: () => requests,
    answer(next) {
      script = next
    },
    until: (condition, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const holds = typeof condition === 'number' ? () => stored.length >= condition : condition
        if (holds()) return resolve()
        const timer = setTimeout(() => {
          waiting.delete(check)
          reject(
            new Error(`Waited in vain: ${requests.length} requests (${requests.map(({ status }) => status).join(' ')}), ${stored.length} events.`),
          )
        }, timeoutMs)
        const check = (): void => {
          if (!holds()) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
      }),
    goDown: stop,
    comeUp: listen,
    close: stop,
  }
}

const isIngest = ({ method, path }: ReceivedRequest): boolean => method === 'POST' && path === '/ingest'

async function read(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const at = Date.now()
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const wire = new Uint8Array(Buffer.concat(chunks))
  const body = Buffer.from(await decompress(wire, encodingsOf(incoming.headers['content-encoding']), LIMIT)).toString()
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost')
  const request: ReceivedRequest = {
    method: incoming.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: incoming.headers,
    body,
    wireBytes: wire.byteLength,
    batchId: String(incoming.headers['x-heartwood-batch'] ?? ''),
    events: [],
    status: 0,
    repeated: false,
    at,
  }
  if (isIngest(request))
    request.events = body
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => withDefaults(JSON.parse(line), request.query))
  return request
}

function withDefaults(
  { 'heartwood.event_id': id, ...event }: Omit<ReceivedEvent, 'id'> & { 'heartwood.event_id': string },
  query: { [name: string]: string },
): ReceivedEvent {
  const defaults: { [name: string]: string } = { kind: 'log', level: 'info' }
  for (const name of DEFAULTS) {
    const value = query[name]
    if (value !== undefined) defaults[name] = value
  }
  return { ...defaults, ...event, id } as ReceivedEvent
}
