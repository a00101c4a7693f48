/**
 * What the Node SDK costs its program, beside pino, winston, OpenTelemetry and Sentry:
 *
 *     npm run bench:sdk [-- --only calls,requests --save NAME]
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'tsdown'
import { createReport } from '../report.ts'
import { measureCalls, measureWire } from './calls.ts'
import { measureMemory, SERVER_STATES, type ServerState } from './memory.ts'
import { CASES, type Case } from './peer.ts'
import { PEERS } from './peers.ts'
import { measureRequests } from './request.ts'
import { measureSize } from './size.ts'

const here = dirname(fileURLToPath(import.meta.url))
const bench = join(here, '../..')
const built = join(bench, '.data/sdk')
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'calls,requests,memory,wire,size' },
    /** Name of the results file; nothing is written without it. */
    save: { type: 'string' },
    runs: { type: 'string', default: '5' },
    peers: { type: 'string', default: Object.keys(PEERS).join(',') },
    cases: { type: 'string', default: Object.keys(CASES).join(',') },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '40000' },
    variants: { type: 'string' },
    /** Another Node for the servers that are asked. */
    node: { type: 'string' },
    /** Entry of another build of the SDK for the requests. */
    sdk: { type: 'string' },
    events: { type: 'string', default: '10000000' },
    servers: { type: 'string', default: SERVER_STATES.join(',') },
    /** Keep a profile of each process in this folder. */
    profile: { type: 'string' },
  },
})
const wanted = new Set(values.only.split(','))
const { profile } = values

// Compiled as the SDK is when it is published: what runs sources puts calls of its own between.
await build({
  config: false,
  entry: [join(here, 'measure.ts'), join(here, 'flood.ts')],
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

const report = createReport(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}; what is measured and what it is asked by share the cores`,
)
const peers = values.peers.split(',')
const program = join(built, 'measure.js')
if (wanted.has('calls')) await measureCalls({ program, runs: Number(values.runs), peers, cases: values.cases.split(',') as Case[], profile }, report)
if (wanted.has('requests')) {
  const { rounds, requests, sdk, variants, node } = values
  await measureRequests({ rounds: Number(rounds), requests: Number(requests), sdk, node, profile, only: variants?.split(',') }, report)
}
if (wanted.has('memory')) {
  await measureMemory(join(built, 'flood.js'), Number(values.events), values.servers.split(',') as ServerState[], report)
}
if (wanted.has('wire')) await measureWire({ program, peers }, report)
if (wanted.has('size')) measureSize(report)

console.log(`\n${report.markdown()}`)
if (values.save) writeFileSync(join(bench, 'results', `${values.save}.md`), report.markdown())
