// node --conditions=@heartwood/source --import tsx bench/src/sdk/run.ts [--runs 5] [--peers heartwood,pino] [--cases fields,error]
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { build } from 'tsdown'
import { createReport } from '../report.ts'
import { median, short } from '../stats.ts'
import { CASES, type Case } from './peer.ts'
import { PEERS } from './peers.ts'
import { startSink } from './sink.ts'

const here = dirname(fileURLToPath(import.meta.url))
const built = join(here, '../../.data/sdk')
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    peers: { type: 'string', default: Object.keys(PEERS).join(',') },
    cases: { type: 'string', default: Object.keys(CASES).join(',') },
    /** Keep a profile of each process in this folder. */
    profile: { type: 'string' },
  },
})
const peers = values.peers.split(',')
const cases = values.cases.split(',') as Case[]

// Compiled as the SDK is when it is published: what runs sources puts calls of its own between.
await build({
  config: false,
  entry: [join(here, 'measure.ts')],
  outDir: built,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: false,
  fixedExtension: false,
  logLevel: 'warn',
  inputOptions: { resolve: { conditionNames: ['@heartwood/source', 'node', 'import', 'default'] } },
  deps: { alwaysBundle: [/^@heartwood\//] },
})

interface Measured {
  readonly callNs: number
  readonly cpuNs: number
}

const run = promisify(execFile)
const sink = await startSink()
const profile = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
const measureOnce = async (peer: string, name: Case): Promise<Measured> => {
  const args = [...profile, join(built, 'measure.js'), '--peer', peer, '--case', name, '--sink', sink.url]
  return JSON.parse((await run(process.execPath, args)).stdout) as Measured
}

const report = createReport(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}; median of ${values.runs} processes`,
)
report.section('A call of the SDK', 'On the thread of the caller, and in all threads until the event has left the process.')
for (const name of cases) {
  const results = new Map<string, Measured[]>(peers.map((peer) => [peer, []]))
  // In turns, so that a busy minute of the machine hits all of them.
  for (let round = 0; round < Number(values.runs); round++) for (const peer of peers) results.get(peer)?.push(await measureOnce(peer, name))
  for (const [peer, measured] of results) {
    const callNs = median(measured.map((one) => one.callNs))
    const cpuNs = median(measured.map((one) => one.cpuNs))
    report.row(
      `${CASES[name]}: ${peer}`,
      `${short(callNs)} ns, ${short(cpuNs)} ns of CPU in all`,
      peer === 'heartwood' && name === 'fields' ? 'half of pino’s' : '',
    )
  }
}
sink.stop()
console.log(`\n${report.markdown()}`)
