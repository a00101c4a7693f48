import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { isOwnRequest } from './own-requests.ts'
import { createTransport } from './transport.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const listen = async (server: Server | ReturnType<typeof createTcpServer>, host = '127.0.0.1'): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  ends.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const serve = async (listener: RequestListener, host?: string) => {
  const server = createServer(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  return { port: await listen(server, host), sockets, server }
}

const transport = () => {
  const made = createTransport()
  ends.push(made.close)
  return made
}

const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('X-Seen', String(request.headers['x-mine']))
    response.setHeader('X-Agent', String(request.headers['user-agent']))
    response.statusCode = 202
    response.end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`)
  })
}

const post = (port: number, more: { timeoutMs?: number; host?: string; batch?: string } = {}) => ({
  method: 'POST',
  url: `http://${more.host ?? '127.0.0.1'}:${port}/base/ingest?service=a`,
  headers: { 'x-mine': 'yes', ...(more.batch === undefined ? {} : { 'x-heartwood-batch': more.batch }) },
  body: Buffer.from('body'),
  timeoutMs: more.timeoutMs ?? 10_000,
})

describe('the transport', () => {
  it('sends a request whole and gives back the answer', async () => {
    const { port } = await serve(echo)
    expect(await transport().send(post(port))).toMatchObject({
      status: 202,
      headers: { 'x-seen': 'yes', 'x-agent': 'heartwood-node/source' },
      body: 'POST /base/ingest?service=a body',
    })
  })

  it('uses one connection again and again', async () => {
    const { port, sockets } = await serve(echo)
    const { send } = transport()
    for (let times = 0; times < 5; times++) await send(post(port))
    expect(sockets.size).toBe(1)
  })

  it('reaches addresses of IPv6', async () => {
    const { port } = await serve(echo, '::1')
    expect((await transport().send(post(port, { host: '[::1]' }))).status).toBe(202)
  })

  it('gives up when the whole of an answer takes too long, however it drips', async () => {
    const { port } = await serve((_, response) => {
      response.writeHead(202)
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    await expect(transport().send(post(port, { timeoutMs: 200 }))).rejects.toThrow('there was no answer within 0.2 s')
  })

  it('says so when there is nobody, or the connection breaks in the middle', async () => {
    const { port, server } = await serve((_, response) => {
      response.writeHead(202, { 'content-length': '100' })
      response.write('half')
      response.socket?.destroy()
    })
    await expect(transport().send(post(port))).rejects.toThrow()
    server.close()
    await expect(transport().send(post(port))).rejects.toThrow(/ECONNREFUSED/)
  })

  it('reads no endless answer', async () => {
    const { port } = await serve((_, response) => response.end(Buffer.alloc(5_000_000)))
    await expect(transport().send(post(port))).rejects.toThrow('too long')
  })

  it('can be cancelled', async () => {
    let arrived = (): void => undefined
    const seen = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { port } = await serve(() => arrived())
    const abort = new AbortController()
    const { send } = transport()
    const answer = send({ ...post(port), signal: abort.signal })
    await seen
    abort.abort()
    await expect(answer).rejects.toThrow('cancelled')
    await expect(send({ ...post(port), signal: abort.signal })).rejects.toThrow('cancelled')
  })

  it('sends a batch again at once when the connection was closed while it was idle', async () => {
    let requests = 0
    const tcp = createTcpServer((socket) => {
      let first = true
      socket.on('error', () => undefined)
      socket.on('data', () => {
        requests += 1
        // Only the first request of each connection is answered; the second meets a closed door.
        if (first) socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok')
        else socket.resetAndDestroy()
        first = false
      })
    })
    const port = await listen(tcp)
    const { send } = transport()
    await send(post(port, { batch: 'a' }))
    expect((await send(post(port, { batch: 'b' }))).body).toBe('ok')
    expect(requests).toBe(3)
    await expect(send(post(port))).rejects.toThrow()
  })

  it('marks what it does as the SDK’s own', async () => {
    const { port } = await serve(echo)
    const seen: boolean[] = []
    const hooks = await import('node:diagnostics_channel')
    const watch = () => void seen.push(isOwnRequest())
    hooks.subscribe('http.client.request.start', watch)
    ends.push(() => void hooks.unsubscribe('http.client.request.start', watch))
    await transport().send(post(port))
    expect([seen, isOwnRequest()]).toEqual([[true], false])
  })
})

describe('a process', () => {
  const run = promisify(execFile)
  const program = (lines: string): string[] => ['--import', 'tsx', '--conditions', '@heartwood/source', '--input-type=module', '-e', lines]
  const here = fileURLToPath(new URL('.', import.meta.url))

  it('ends although a request has no answer yet', async () => {
    const { port } = await serve(() => undefined)
    const lines = `
      const { createTransport } = await import(${JSON.stringify(join(here, 'transport.ts'))})
      const { request } = await import('node:http')
      createTransport().send({ method: 'POST', url: 'http://127.0.0.1:${port}/', headers: {}, body: Buffer.from('a'), timeoutMs: 60_000 }).catch(() => {})
      setTimeout(() => console.log('left'), 300)`
    const { stdout } = await run(process.execPath, program(lines), { cwd: here, timeout: 20_000 })
    expect(stdout).toBe('left\n')
  })

  it('reaches a server with a certificate of its own authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heartwood-ca-'))
    ends.push(() => rmSync(folder, { recursive: true }))
    const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' })
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout',
      'key.pem',
      '-out',
      'ca.pem',
    )
    const server = createSecureServer({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'ca.pem')) }, echo)
    const port = await listen(server)
    const lines = `
      const { createTransport } = await import(${JSON.stringify(join(here, 'transport.ts'))})
      const { send } = createTransport()
      const request = { method: 'POST', url: 'https://127.0.0.1:${port}/', headers: {}, body: Buffer.from('a'), timeoutMs: 10_000 }
      const hold = setInterval(() => {}, 1000)
      for (let times = 0; times < 2; times++) console.log(await send(request).then(({ status }) => status, ({ code }) => code))
      clearInterval(hold)`
    const results = await Promise.all(
      [{ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }, {}].map(async (env) => {
        const { stdout } = await run(process.execPath, program(lines), { cwd: here, timeout: 20_000, env: { ...process.env, ...env } })
        return stdout.trim().split('\n')
      }),
    )
    expect(results[0]).toEqual(['202', '202'])
    expect(results[1]?.[0]).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/)
  })
})
