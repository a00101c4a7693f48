/**
 * CPU that capturing a request adds to a Fastify hello world, beside what pino adds (Fastify's own logger, to /dev/null).
 *
 *     node tools/bundle.mjs                     (in packages/sdk-node)
 *     node --conditions=@heartwood/source --import tsx bench/src/sdk/request.ts [rounds] [requests of a round]
 *
 * Servers run side by side and are asked in turn, so that what else the machine does meets all of them; the medians are compared. The CPU is all of
 * the server's process: the handler, and for us also writing, compressing and sending the events.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { median, short } from '../stats.ts'

const VARIANTS = ['bare', 'heartwood', 'heartwood, no event', 'pino'] as const
type Variant = (typeof VARIANTS)[number]

const CONNECTIONS = 16
const [rounds = 9, requests = 20_000] = process.argv.slice(2, 4).map(Number)
/** Where the SDK comes from, when it is not the built package. */
const modules = process.argv.slice(4)

interface Served {
  readonly variant: Variant
  readonly process: ChildProcess
  readonly port: number
  readonly perRequest: number[]
}

const sink = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{"accepted":1,"rejected":[]}'))
}).listen(0, '127.0.0.1')
await once(sink, 'listening')

const servers = await Promise.all(VARIANTS.map(serve))
for (const { port } of servers) await load(port, requests)
for (let round = 0; round < rounds; round += 1) {
  for (const server of servers) {
    const before = await cpuOf(server)
    await load(server.port, requests)
    // What is still to be sent belongs to these requests.
    await new Promise((done) => setTimeout(done, 300))
    server.perRequest.push((await cpuOf(server)) - before)
  }
}
const bare = median(servers[0]?.perRequest ?? [])
for (const { variant, perRequest } of servers) {
  const [each, least] = [median(perRequest), Math.min(...perRequest)].map((cpu) => cpu / requests) as [number, number]
  const added = each - bare / requests
  console.log(`${variant.padEnd(22)} ${short(each)} µs a request (least ${short(least)})${variant === 'bare' ? '' : `, adds ${short(added)} µs`}`)
}
for (const server of servers) server.process.disconnect()
sink.close()
sink.closeAllConnections()

async function serve(variant: Variant): Promise<Served> {
  const env = { ...process.env, HEARTWOOD_ENDPOINT: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`, HEARTWOOD_API_KEY: 'bench' }
  const child = fork(new URL('request-server.mjs', import.meta.url), [variant, ...modules], { env, execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { variant, process: child, port, perRequest: [] }
}

/** Microseconds, user and system. */
async function cpuOf({ process: child }: Served): Promise<number> {
  child.send('cpu')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
  return cpu.user + cpu.system
}

/** Requests over a few connections that stay open, the next one when the answer is there. */
async function load(port: number, count: number): Promise<void> {
  const request = 'GET /hello/you HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench/1\r\nAccept: */*\r\n\r\n'
  let left = count
  const connection = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1').setNoDelay()
    socket.on('data', () => {
      left -= 1
      if (left >= CONNECTIONS) socket.write(request)
      else socket.end()
    })
    socket.write(request)
    await once(socket, 'close')
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
}
