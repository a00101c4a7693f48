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
/** What is still to be sent belongs to the requests before. */
const SETTLE_MS = 1_200

interface Served {
  readonly variant: Variant
  readonly process: ChildProcess
  readonly port: number
  readonly perRequest: number[]
}

export interface RequestOptions {
  readonly rounds: number
  /** Of a round, for each variant. */
  readonly requests: number
  /** Entry of the SDK, when it is not the packed one. */
  readonly sdk?: string | undefined
  /** Keep a profile of each server in this folder. */
  readonly profile?: string | undefined
  /** Names of variants; default: all. */
  readonly only?: readonly string[] | undefined
}

/**
 * CPU that capturing a request adds to a Fastify hello world. Servers run side by side and are asked in turn, so that what else the machine does meets
 * all of them; the differences to the bare app of the same round are compared. The CPU is that of the server's process, with writing, compressing and sending.
 */
export async function measureRequests({ rounds, requests, sdk, profile, only }: RequestOptions, report: Report): Promise<void> {
  const missing = missingLibraries(VARIANTS.flatMap(({ library }) => library ?? []))
  const variants = VARIANTS.filter(({ name, library }) => (library === undefined || !missing.has(library)) && (only?.includes(name) ?? true))
  const sink = await startSink()
  const servers = await Promise.all(variants.map((variant) => serve(variant, sink.url, sdk, profile)))
  for (const { port } of servers) await load(port, requests)
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) {
      const before = await cpuOf(server)
      await load(server.port, requests)
      await new Promise((done) => setTimeout(done, SETTLE_MS))
      server.perRequest.push(((await cpuOf(server)) - before) / requests)
    }
  }
  const bare = servers[0]?.perRequest ?? []
  report.section(
    'A request of a Fastify hello world',
    `CPU of the server's process for one request, sending included; difference to the bare app in the same round, median of ${rounds} rounds of ${short(requests)} requests.`,
  )
  for (const { variant, perRequest } of servers) {
    const added = median(perRequest.map((each, round) => each - (bare[round] ?? Number.NaN)))
    const value =
      variant.name === 'bare'
        ? `${short(median(perRequest))} µs`
        : `adds ${short(added)} µs (least ${short(Math.min(...perRequest) - Math.min(...bare))})`
    report.row(variant.label, value, variant.promised)
  }
  const ended = servers.map(({ process: child }) => once(child, 'exit'))
  for (const { process: child } of servers) child.disconnect()
  await Promise.all(ended)
  sink.stop()
}

async function serve(variant: Variant, sink: string, sdk = '', profile?: string): Promise<Served> {
  const execArgv = [
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${variant.name}.cpuprofile`]),
    ...(variant.nodeOptions ?? []),
  ]
  const child = fork(new URL('request-server.mjs', import.meta.url), [variant.name, join(libraries, 'package.json'), sink, sdk], {
    env: { ...process.env, ...variant.env?.(sink) },
    execArgv,
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port))
    child.once('exit', () => reject(new Error(`The server with ${variant.name} did not start.`)))
  })
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
