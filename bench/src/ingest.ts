import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runLoad } from './load.ts'
import type { Report } from './report.ts'
import { ensureRows, type RowOptions } from './rows.ts'
import { type BenchServer, startBenchServer } from './server.ts'
import { percentile, short } from './stats.ts'

const HOUR = 3_600_000
/** Rows a request, and connections of each client process. */
const LOADS = [
  [1000, 4],
  [250, 2],
  [100, 4],
] as const

/** As fast as the server takes it: throughput, what an acknowledgement costs, whether the queue grows, memory, bytes on disk. */
export async function measureIngest(server: BenchServer, { files, seconds }: { files: string[]; seconds: number }, report: Report): Promise<void> {
  for (const [rowsPerRequest, connections] of LOADS) {
    const stop = sample(async () => (await server.client.health()).queue.rows, 2_000)
    const cpu = server.cpuSeconds()
    const load = await runLoad({
      url: server.url,
      keys: [server.key],
      files,
      rowsPerRequest,
      connections,
      processes: 2,
      seconds,
      rowsPerSecond: undefined,
      maxRows: undefined,
      importing: true,
    })
    const depths = await stop()
    const drained = await untilStored(server)
    report.section(
      `Ingest as fast as it goes, ${rowsPerRequest} rows a request, ${seconds} s`,
      `Two client processes, ${connections} connections each: ${short(2 * connections * rowsPerRequest)} rows are always under way, and an answer waits for those before it. Every batch is on disk before its answer.`,
    )
    report.row('rows a second, acknowledged', short(load.rows / load.seconds), '≥ 60,000')
    report.row('rows a second until all is searchable', short(load.rows / (load.seconds + drained / 1000)))
    report.row(
      'acknowledgement p50 / p99',
      `${short(percentile(load.latenciesMs, 0.5))} / ${short(percentile(load.latenciesMs, 0.99))} ms`,
      '≤ 20 / 150 ms',
    )
    const [early, late] = [depths.slice(0, depths.length / 2), depths.slice(depths.length / 2)].map((half) => percentile(half, 0.5))
    report.row('rows waiting, median of first and second half', `${short(early ?? 0)} / ${short(late ?? 0)}`, 'no growth')
    const microsARow = (cpuSeconds: number) => `${short((cpuSeconds / load.rows) * 1e6)} µs`
    report.row('CPU a row, server / load', `${microsARow(server.cpuSeconds() - cpu)} / ${microsARow(load.cpuSeconds)}`)
    report.row('answers 503', short(load.retries))
    report.row('memory, highest', `${short(server.memory().peak / 1e6)} MB`, '≤ 1,200 MB')
  }
  await settle(10_000)
  const { rows, bytes } = (await server.client.health()).store
  report.section('On disk')
  report.row('bytes a row', short(bytes / rows), '≤ 110')
}

/** What a person feels: an idle server, 50,000 rows a second, and many small batches. */
export async function measurePaced(server: BenchServer, { files, seconds }: { files: string[]; seconds: number }, report: Report): Promise<void> {
  const base = { url: server.url, keys: [server.key], files, maxRows: undefined, importing: true }
  const idle = await runLoad({ ...base, rowsPerRequest: 1, connections: 1, processes: 1, seconds: Math.min(seconds, 10), rowsPerSecond: 20 })
  report.section('Small requests on an idle server')
  report.row(
    'acknowledgement p50 / p99, one row',
    `${short(percentile(idle.latenciesMs, 0.5))} / ${short(percentile(idle.latenciesMs, 0.99))} ms`,
    'p50 ≤ 10 ms',
  )

  for (const [rowsPerSecond, rowsPerRequest] of [
    [100, 1],
    [50_000, 1000],
  ] as const) {
    const cpu = server.cpuSeconds()
    const load = runLoad({ ...base, rowsPerRequest, connections: 4, processes: 2, seconds, rowsPerSecond })
    const freshness = await measureFreshness(server, seconds * 1000)
    const done = await load
    report.section(`${short(rowsPerSecond)} rows a second, ${rowsPerRequest} a request`)
    report.row('rows a second, reached', short(done.rows / done.seconds))
    report.row('acknowledgement p50 / p99', `${short(percentile(done.latenciesMs, 0.5))} / ${short(percentile(done.latenciesMs, 0.99))} ms`)
    report.row(
      'searchable after, p50 / p99',
      `${short(percentile(freshness.seenMs, 0.5))} / ${short(percentile(freshness.seenMs, 0.99))} ms`,
      '≤ 1,000 ms',
    )
    report.row('query beside it, p50 / p95', `${short(percentile(freshness.queryMs, 0.5))} / ${short(percentile(freshness.queryMs, 0.95))} ms`)
    report.row('server CPU', `${short(((server.cpuSeconds() - cpu) / done.seconds) * 100)} % of one core`)
    await untilStored(server)
  }
}

/** Sends a marked event now and then, and asks for it until it is there. */
async function measureFreshness(server: BenchServer, durationMs: number): Promise<{ seenMs: number[]; queryMs: number[] }> {
  const seenMs: number[] = []
  const queryMs: number[] = []
  const end = performance.now() + durationMs
  for (let i = 0; performance.now() < end; i++) {
    const mark = `mark${Date.now()}x${i}`
    await fetch(`${server.url}/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}` },
      body: JSON.stringify({ message: 'fresh', trace_id: mark }),
    })
    const sent = performance.now()
    for (;;) {
      const asked = performance.now()
      const { events } = await server.client.search({ query: { project: server.project, q: `traceId:${mark}`, from: '-5m' } })
      queryMs.push(performance.now() - asked)
      if (events.length > 0) break
      if (performance.now() - sent > 30_000) throw new Error('An acknowledged event was not found within 30 s.')
      await settle(20)
    }
    seenMs.push(performance.now() - sent)
    await settle(500)
  }
  return { seenMs, queryMs }
}

/** What the usual stream is not: many projects, many days, rows out of order, letters beyond ASCII. */
export async function measureShapes(folder: string, rowsFolder: string, now: number, report: Report): Promise<void> {
  const rows = 500_000
  const shapes: [string, Partial<RowOptions>, number][] = [
    ['usual: one project, one day, in order', {}, 1],
    ['100 projects', {}, 100],
    ['30 days, in order', { spanMs: 30 * 24 * HOUR, startMs: now - 30 * 24 * HOUR }, 1],
    ['30 days, shuffled', { spanMs: 30 * 24 * HOUR, startMs: now - 30 * 24 * HOUR, shuffled: true }, 1],
    ['letters beyond ASCII', { script: 'unicode' }, 1],
  ]
  report.section('Other shapes', `${short(rows)} rows each, 1000 a request, on a server of its own; until all is searchable.`)
  for (const [index, [name, options, projects]] of shapes.entries()) {
    const data = join(folder, String(index))
    mkdirSync(data, { recursive: true })
    const files = ensureRows(join(rowsFolder, String(index)), {
      rows,
      rowsPerFile: rows / 2,
      startMs: now - 24 * HOUR,
      spanMs: 24 * HOUR,
      ...options,
    })
    const server = await startBenchServer(data)
    const keys = [server.key]
    while (keys.length < projects) keys.push((await server.addProject(`p${keys.length}`)).key)
    const load = await runLoad({
      url: server.url,
      keys,
      files,
      rowsPerRequest: 1000,
      connections: 4,
      processes: 2,
      seconds: 300,
      rowsPerSecond: undefined,
      maxRows: rows,
      importing: true,
    })
    const drained = await untilStored(server)
    const parts = (await server.client.health()).store.parts
    report.row(
      name,
      `${short(load.rows / (load.seconds + drained / 1000))} rows/s, ack p99 ${short(percentile(load.latenciesMs, 0.99))} ms, ${parts} parts, ${short(server.memory().peak / 1e6)} MB`,
    )
    await server.stop()
    rmSync(data, { recursive: true, force: true })
  }
}

/** Milliseconds until nothing waits in the queue. */
export async function untilStored(server: BenchServer): Promise<number> {
  const started = performance.now()
  while ((await server.client.health()).queue.rows > 0) {
    if (performance.now() - started > 300_000) throw new Error('The queue did not drain within 5 minutes.')
    await settle(50)
  }
  return performance.now() - started
}

function sample(read: () => Promise<number>, everyMs: number): () => Promise<number[]> {
  const values: number[] = []
  let running = true
  const loop = (async () => {
    while (running) {
      values.push(await read())
      await settle(everyMs)
    }
  })()
  return async () => {
    running = false
    await loop
    return values
  }
}

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
