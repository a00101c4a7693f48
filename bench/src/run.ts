import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureClients, measureDoors } from './doors.ts'
import { measureIngest, measurePaced, measureShapes } from './ingest.ts'
import { createReport } from './report.ts'
import { ensureRows } from './rows.ts'
import { measureSearch } from './search.ts'
import { measureStart, startBenchServer } from './server.ts'

const HOUR = 3_600_000
const bench = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    seconds: { type: 'string', default: '120' },
    only: { type: 'string', default: 'start,search,ingest,paced,shapes,doors' },
    /** Name of the results file; nothing is written without it. */
    save: { type: 'string' },
  },
})
const rows = Number(values.rows)
const seconds = Number(values.seconds)
const wanted = new Set(values.only.split(','))

const report = createReport(
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}; server and load share the cores`,
)
const work = join(bench, '.data')
mkdirSync(work, { recursive: true })
const now = Math.floor(Date.now() / HOUR) * HOUR
// The rows lie in the last 24 hours: those of another hour are of no use.
for (const name of readdirSync(work)) if (name.startsWith('rows-') && !name.endsWith(`-${now}`)) rmSync(join(work, name), { recursive: true })
const needsRows = ['search', 'ingest', 'paced'].some((name) => wanted.has(name))
const files = needsRows ? ensureRows(join(work, `rows-${rows}-${now}`), { rows, startMs: now - 24 * HOUR, spanMs: 24 * HOUR }) : []
const inFolder = async (name: string, measure: (folder: string) => Promise<void>) => {
  if (!wanted.has(name)) return
  const folder = join(work, `server-${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    await measure(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await inFolder('start', (folder) => measureStart(folder, report))
await inFolder('search', async (folder) => {
  const server = await startBenchServer(folder)
  await measureSearch(server, { files, rows, range: { from: now - 24 * HOUR, to: now } }, report)
  await server.stop()
})
await inFolder('ingest', async (folder) => {
  const server = await startBenchServer(folder)
  await measureIngest(server, { files, seconds }, report)
  await server.stop()
})
await inFolder('paced', async (folder) => {
  const server = await startBenchServer(folder)
  await measurePaced(server, { files, seconds: Math.min(seconds, 30) }, report)
  await server.stop()
})
await inFolder('doors', async (folder) => {
  const server = await startBenchServer(folder)
  await measureDoors(server, { seconds: Math.min(seconds, 10) }, report)
  await measureClients(server, report)
  await server.stop()
})
await inFolder('shapes', async (folder) => {
  await measureShapes(folder, join(work, 'shapes'), now, report)
})

console.log(`\n${report.markdown()}`)
if (values.save) writeFileSync(join(bench, 'results', `${values.save}.md`), report.markdown())
