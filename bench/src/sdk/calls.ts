import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Report } from '../report.ts'
import { median, short } from '../stats.ts'
import { libraries, missingLibraries } from './libraries.ts'
import { CASES, type Case } from './peer.ts'
import { PEERS } from './peers.ts'
import { startSink } from './sink.ts'

interface Measured {
  readonly callNs: number
  readonly cpuNs: number
  /** With those that were not measured. */
  readonly allCalls: number
}

export interface CallOptions {
  /** measure.ts, compiled */
  readonly program: string
  readonly runs: number
  readonly peers: readonly string[]
  readonly cases: readonly Case[]
  /** Keep a profile of each process in this folder. */
  readonly profile?: string | undefined
}

const run = promisify(execFile)
/** Of one process: one that hangs is told of instead of waited for. */
const TIMEOUT_MS = 60_000

/** What a call costs, in fresh processes: on the thread of the caller, and in all until the event has left. */
export async function measureCalls({ program, runs, peers, cases, profile }: CallOptions, report: Report): Promise<void> {
  const present = presentPeers(peers)
  const sink = await startSink()
  report.section(
    'A call',
    `On the thread of the caller; in all: CPU of all threads until the event has left the process. Median of ${runs} processes each.`,
  )
  for (const name of cases) {
    const results = new Map<string, Measured[]>()
    // In turns, so that a busy minute of the machine hits all of them.
    for (let round = 0; round < runs; round++) {
      for (const peer of present) {
        const measured = await measureOnce(program, peer, name, ['--sink', sink.url], profile)
        if (measured !== null) results.set(peer, [...(results.get(peer) ?? []), measured])
      }
    }
    const callNs = (peer: string): number => median((results.get(peer) ?? []).map((one) => one.callNs))
    for (const [peer, measured] of results) {
      const share = peer === 'heartwood' && results.has('pino') ? `; ${short(callNs(peer) / callNs('pino'))} of pino` : ''
      report.row(
        `${CASES[name]}: ${peer}`,
        `${short(callNs(peer))} ns, ${short(median(measured.map((one) => one.cpuNs)))} ns in all${share}`,
        peer === 'heartwood' && name === 'fields' ? '≤ 0.5 of pino' : '',
      )
    }
  }
  sink.stop()
}

/** What a four-field event takes on the wire. */
export async function measureWire({ program, peers }: Pick<CallOptions, 'program' | 'peers'>, report: Report): Promise<void> {
  report.section('A four-field event on the wire', 'Bodies of requests, a thousand events at a time.')
  for (const peer of presentPeers(peers.filter((name) => ['heartwood', 'opentelemetry', 'sentry'].includes(name)))) {
    const bytes: string[] = []
    for (const compressed of peer === 'sentry' ? [undefined] : ['no', 'yes']) {
      const sink = await startSink()
      const args = ['--sink', sink.url, '--rounds', '20', ...(compressed === undefined ? [] : ['--compressed', compressed])]
      const measured = await measureOnce(program, peer, 'fields', args)
      if (measured !== null)
        bytes.push(
          `${short(sink.received() / measured.allCalls)} bytes ${compressed === 'yes' ? 'compressed' : compressed === 'no' ? 'plain' : 'as it sends them'}`,
        )
      sink.stop()
    }
    report.row(peer, bytes.join(', '))
  }
}

const presentPeers = (names: readonly string[]): string[] => {
  const missing = missingLibraries(names.flatMap((name) => PEERS[name]?.library ?? []))
  return names.filter((name) => !missing.has(PEERS[name]?.library ?? ''))
}

async function measureOnce(program: string, peer: string, name: Case, args: readonly string[], profile?: string): Promise<Measured | null> {
  const own = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const all = [...own, program, '--peer', peer, '--case', name, '--libraries', join(libraries, 'package.json'), ...args]
  return JSON.parse((await run(process.execPath, all, { timeout: TIMEOUT_MS })).stdout) as Measured | null
}
