import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface TakenPiece {
  format: string
  query: Record<string, string>
  batchId: string
  body: Buffer
}

type Refusal = { status: number; body: unknown; headers?: Record<string, string> } | 'cut-off' | 'take-and-cut-off'

/** Stands in for a server in tests of the command line: takes pieces once per batch id, like the real one. */
export interface FakeServer {
  url: string
  projects: { id: string; name: string; slug: string }[]
  /** Pieces that were stored, in order; a repeat of a batch id is not stored again. */
  taken: TakenPiece[]
  requests: string[]
  /** Any other token gets 401; empty: all are taken. */
  requireToken: string
  /** What to do with the piece of this number (from 0, repeats count too); undefined: take it. */
  meddle: (number: number, piece: TakenPiece) => Refusal | undefined | Promise<Refusal | undefined>
  /** Answers for everything that is not an import; undefined: 404. */
  answer: (path: string, query: URLSearchParams, response: ServerResponse) => unknown
  /** The lines of all that was stored. */
  lines(): string[]
  close(): Promise<void>
}

export async function startFakeServer(port = 0): Promise<FakeServer> {
  let pieces = 0
  const known = new Map<string, number>()
  const server = createServer((request, response) => void handle(request, response))
  const fake: FakeServer = {
    url: '',
    projects: [{ id: '1', name: 'Shop', slug: 'shop' }],
    taken: [],
    requests: [],
    requireToken: '',
    meddle: () => undefined,
    answer: () => undefined,
    lines: () =>
      fake.taken.flatMap(({ body }) =>
        body
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      ),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'http://fake')
    fake.requests.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (fake.requireToken !== '' && request.headers.authorization !== `Bearer ${fake.requireToken}`) {
      return send(response, 401, { error: { code: 'key-invalid', message: 'The key is unknown.', docs: '' } })
    }
    const [, format] = /^\/ingest\/(\w+)$/.exec(url.pathname) ?? []
    if (format === undefined) return answerOther(url, response)
    const batchId = String(request.headers['x-heartwood-batch'])
    const piece = { format, query: Object.fromEntries(url.searchParams), batchId, body: Buffer.concat(chunks) }
    const refusal = await fake.meddle(pieces++, piece)
    if (refusal === 'cut-off') return void request.socket.destroy()
    if (refusal !== undefined && refusal !== 'take-and-cut-off') return send(response, refusal.status, refusal.body, refusal.headers)
    const rows = piece.body
      .toString()
      .split('\n')
      .filter((line) => line !== '').length
    const duplicate = known.has(batchId)
    if (!duplicate) {
      known.set(batchId, rows)
      fake.taken.push(piece)
    }
    if (refusal === 'take-and-cut-off') return void request.socket.destroy()
    send(response, 202, {
      accepted: known.get(batchId),
      rejected: [],
      rejectedCount: 0,
      batchId,
      ...(duplicate ? { duplicate: true } : {}),
      lastTimestamp: `2026-01-01T00:00:00.${String(fake.taken.length).padStart(6, '0')}Z`,
    })
  }

  function answerOther(url: URL, response: ServerResponse): unknown {
    if (url.pathname === '/api/projects') {
      const rest = { retentionDays: 90, redaction: { keys: [], patterns: [] }, sampleRates: {}, createdAt: '2026-01-01T00:00:00.000Z' }
      return send(response, 200, { projects: fake.projects.map((project) => ({ ...project, ...rest })) })
    }
    const body = fake.answer(url.pathname, url.searchParams, response)
    if (response.headersSent || body === 'answered') return
    if (body === undefined) send(response, 404, { error: { code: 'not-found', message: 'There is no such route.', docs: '' } })
    else send(response, 200, body)
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }).end(text)
}
