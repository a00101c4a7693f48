import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { Report } from '../report.ts'
import { median, short } from '../stats.ts'
import { startSink } from './sink.ts'

const MIB = 1024 * 1024
const SLOW_MS = 2_000
const TIMEOUT_MS = 600_000

interface Flooded {
  readonly samples: readonly { readonly rss: number; readonly heapUsed: number }[]
  readonly peak: number
  /** Before it was closed. */
  readonly buffered: number
  readonly stats: {
    readonly captured: number
    readonly sent: number
    readonly spooled: number
    readonly buffered: number
    readonly dropped: { readonly [reason: string]: number }
  }
}

/** How a server may be, and how many events a burst has: as many as nearly all leave where they can, else far more than memory holds. */
const SERVERS = {
  up: { label: 'the server up', burst: 500 },
  down: { label: 'the server down: nobody listens', burst: 2_500 },
  slow: { label: `the server slow: it answers after ${SLOW_MS / 1_000} s`, burst: 2_500 },
} as const
export type ServerState = keyof typeof SERVERS
export const SERVER_STATES = Object.keys(SERVERS) as ServerState[]

/** An address where nobody listens. */
async function freeUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return `http://127.0.0.1:${port}`
}

/** What a process takes that logs so many events, by the state of its server. @param program flood.ts, compiled */
export async function measureMemory(program: string, events: number, states: readonly ServerState[], report: Report): Promise<void> {
  report.section(
    `Memory over ${events.toLocaleString('en')} events`,
    'In bursts, with a scope and an error each, some of 60,000 in one turn; buffers as by default (50,000 events, 16 MiB). Memory: median of the second tenth of the events against that of the last tenth; heap: what is left of it after a collection, with what lies beside it.',
  )
  for (const state of states) {
    const { label, burst } = SERVERS[state]
    const sink = state === 'down' ? undefined : await startSink(state === 'slow' ? SLOW_MS : 0)
    const args = ['--expose-gc', program, '--endpoint', sink?.url ?? (await freeUrl()), '--events', String(events), '--burst', String(burst)]
    const { samples, peak, buffered, stats } = JSON.parse(
      (await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT_MS })).stdout,
    ) as Flooded
    sink?.stop()
    const tenth = Math.max(1, Math.floor(samples.length / 10))
    const [first, last] = [samples.slice(tenth, 2 * tenth), samples.slice(-tenth)]
    const change = (name: 'rss' | 'heapUsed'): string =>
      [first, last].map((some) => `${short(median(some.map((sample) => sample[name])) / MIB)} MB`).join(' → ')
    report.row(label, `memory ${change('rss')}, peak ${short(peak / MIB)} MB; heap ${change('heapUsed')}`, 'flat')
    const dropped = Object.entries(stats.dropped).filter(([, count]) => count > 0)
    const lost = dropped.reduce((sum, [, count]) => sum + count, 0)
    const whole = stats.captured === stats.sent + stats.spooled + stats.buffered + lost
    report.row(
      `${state}: what became of them`,
      `${[`captured ${stats.captured.toLocaleString('en')}`, `sent ${stats.sent.toLocaleString('en')}`, ...dropped.map(([reason, count]) => `${reason} ${count.toLocaleString('en')}`)].join(', ')}; ${buffered.toLocaleString('en')} in memory after the last; ${whole ? 'all accounted for' : 'NOT ALL ACCOUNTED FOR'}`,
      'all accounted for',
    )
  }
}
