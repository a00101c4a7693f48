import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Report } from '../report.ts'
import { median, short } from '../stats.ts'
import { libraries, missingLibraries } from './libraries.ts'
import { startSink } from './sink.ts'

interface Variant {
  readonly name: string
  readonly label: string
  readonly library?: string
  readonly promised?: string
  readonly nodeOptions?: readonly string[]
  readonly env?: (sink: string) => NodeJS.ProcessEnv
}

const VARIANTS: readonly Variant[] = [
  { name: 'bare', label: 'nothing' },
  { name: 'heartwood', label: 'heartwood: an event, a scope and a trace id each', library: '@heartwood/node', promised: '≤ 5 µs' },
  { name: 'heartwood-scope', label: 'heartwood: scope and trace id alone', library: '@heartwood/node' },
  { name: 'by-hand', label: 'by hand: an event, a scope and a trace id each, and nothing more' },
  { name: 'by-hand-scope', label: 'by hand: scope and trace id alone' },
  { name: 'pino', label: 'pino: two lines each, to /dev/null', library: 'pino' },
  {
    name: 'opentelemetry',
    label: 'OpenTelemetry: auto-instrumentation, 10 % of traces',
    library: '@opentelemetry/auto-instrumentations-node',
    nodeOptions: ['--require', join(libraries, 'node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js')],
    env: (sink) => ({
      OTEL_SERVICE_NAME: 'bench',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    }),
  },
  { name: 'sentry', label: 'Sentry: errors only, of which there are none', library: '@sentry/node' },
]
const CONNECTIONS = 16
/** Until its code is compiled. */
const WARM_UP = 30_000
/** What is still to be sent belongs to the requests before. */
const SETTLE_MS = 1_200

export interface RequestOptions {
  readonly rounds: number
  /** Of a round, for each variant. */
  readonly requests: number
  /** Entry of the SDK, when it is not the packed one. */
  readonly sdk?: string | undefined
  /** Another Node for the servers. */
  readonly node?: string | undefined
  /** Keep a profile of each server in this folder. */
  readonly profile?: string | undefined
  /** Names of variants; default: all. */
  readonly only?: readonly string[] | undefined
}

/**
 * CPU that capturing a request adds to a Fastify hello world. In each round each variant has a server of its own, alone on the machine but for who
 * asks it: servers that only wait still take their share of caches and timers. Differences are to the bare app of the same round. The CPU is that
 * of the server's process, with writing, compressing and sending.
 */
export async function measureRequests(options: RequestOptions, report: Report): Promise<void> {
  const { rounds, requests, only } = options
  const missing = missingLibraries(VARIANTS.flatMap(({ library }) => library ?? []))
  const variants = VARIANTS.filter(({ name, library }) => (library === undefined || !missing.has(library)) && (only?.includes(name) ?? true))
  const perRequest = variants.map((): number[] => [])
  const sink = await startSink()
  let version = ''
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, variant] of variants.entries()) {
      const server = await serve(variant, sink.url, options)
      version = server.version
      await load(server.port, WARM_UP)
      const before = await cpuOf(server.process)
      await load(server.port, requests)
      await new Promise((done) => setTimeout(done, SETTLE_MS))
      perRequest[index]?.push(((await cpuOf(server.process)) - before) / requests)
      const ended = once(server.process, 'exit')
      server.process.disconnect()
      await ended
    }
  }
  sink.stop()
  const bare = perRequest[0] ?? []
  report.section(
    `A request of a Fastify hello world on Node ${version}`,
    `CPU of the server's process for one request, sending included; difference to the bare app in the same round, median of ${rounds} rounds of ${short(requests)} requests, each of a new process after ${short(WARM_UP)} others.`,
  )
  for (const [index, variant] of variants.entries()) {
    const own = perRequest[index] ?? []
    const added = own.map((each, round) => each - (bare[round] ?? Number.NaN))
    const value =
      variant.name === 'bare'
        ? `${short(median(own))} µs`
        : `adds ${short(median(added))} µs (${short(Math.min(...added))}–${short(Math.max(...added))})`
    report.row(variant.label, value, variant.promised)
  }
}

interface Served {
  readonly process: ChildProcess
  readonly port: number
  /** Of its Node. */
  readonly version: string
}

async function serve(variant: Variant, sink: string, { sdk = '', node, profile }: RequestOptions): Promise<Served> {
  const execArgv = [
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${variant.name}.cpuprofile`]),
    ...(variant.nodeOptions ?? []),
  ]
  const child = fork(new URL('request-server.mjs', import.meta.url), [variant.name, join(libraries, 'package.json'), sink, sdk], {
    env: { ...process.env, ...variant.env?.(sink) },
    execArgv,
    ...(node === undefined ? {} : { execPath: node }),
  })
  const started = new Promise<{ port: number; version: string }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number; version: string }))
    child.once('exit', () => reject(new Error(`The server with ${variant.name} did not start.`)))
  })
  return { process: child, ...(await started) }
}

/** Microseconds, user and system. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
  return cpu.user + cpu.system
}

/** Requests over a few connections that stay open, the next one when the answer is there. */
async function load(port: number, count: number): Promise<void> {
  const request = 'GET /hello/you HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench/1\r\nAccept: */*\r\n\r\n'
  let left = count
  let done = false
  // Never asleep: to wake the one that asks costs the server more than its answer, and the more the slower it is.
  const stayAwake = (): void => {
    if (!done) setImmediate(stayAwake)
  }
  stayAwake()
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
  done = true
}
