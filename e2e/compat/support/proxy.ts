import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'

/** What becomes of one request: an answer of the proxy's own, or the server's, later or never. */
export type Behaviour = { status: number; headers?: Record<string, string>; body?: string } | { delayMs: number } | 'pass' | 'lose-answer'

export interface Proxy {
  url: string
  /** Requests so far. */
  requests(): number
  close(): Promise<void>
}

/** Stands before the server and mistreats requests by their number, from 1. `lose-answer` lets the server take it and cuts the client off. */
export async function startProxy(target: string, behave: (count: number, path: string) => Behaviour): Promise<Proxy> {
  let count = 0
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    count++
    const behaviour = behave(count, incoming.url ?? '')
    if (typeof behaviour === 'object' && 'status' in behaviour) {
      outgoing.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers })
      outgoing.end(behaviour.body ?? '{"error":"made up by the test"}')
      return
    }
    const answer = await forward(target, incoming, Buffer.concat(chunks)).catch(() => undefined)
    if (answer === undefined || behaviour === 'lose-answer') {
      outgoing.destroy()
      return
    }
    if (typeof behaviour === 'object') await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs))
    outgoing.writeHead(answer.status, answer.headers)
    outgoing.end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => count,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function forward(target: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const sent = request(`${target}${url}`, { method, headers: { ...headers, connection: 'close' } }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      const { connection: _, 'transfer-encoding': __, ...kept } = answer.headers
      resolve({ status: answer.statusCode ?? 0, headers: kept, body: Buffer.concat(chunks) })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

export interface Wire {
  url: string
  /** Resolves when a client closes the next connection that has carried something. */
  clientLeaves(): Promise<void>
  close(): Promise<void>
}

/** Hands bytes through as they are and tells when a client goes. */
export async function startWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target)
  const wakers: (() => void)[] = []
  const server = createTcpServer({ allowHalfOpen: false }, (client) => {
    const upstream = connect(Number(port), hostname)
    let spoke = false
    client.once('data', () => {
      spoke = true
    })
    client.pipe(upstream).pipe(client)
    client.on('error', () => undefined)
    upstream.on('error', () => client.destroy())
    client.once('close', () => {
      upstream.destroy()
      if (spoke) for (const wake of wakers.splice(0)) wake()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientLeaves: () => new Promise((resolve) => wakers.push(resolve)),
    close: async () => {
      server.close()
    },
  }
}
