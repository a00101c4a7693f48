import { readFileSync } from 'node:fs'
import { createLoadConnection, type LoadConnection } from './load-connection.ts'

/**
 * One client process: sends NDJSON pieces of its files over a few connections, in a loop, until its time is over, and reports what
 * was acknowledged. Speed is limited to `rowsPerSecond` when that is given.
 */
export interface LoadJob {
  url: string
  keys: string[]
  files: string[]
  rowsPerRequest: number
  connections: number
  seconds: number
  rowsPerSecond: number | undefined
  /** Stop after this many rows. */
  maxRows: number | undefined
  importing: boolean
}

export interface LoadReport {
  rows: number
  requests: number
  retries: number
  latenciesMs: number[]
  seconds: number
  /** CPU that the client itself took meanwhile. */
  cpuSeconds: number
}

process.once('message', (job: LoadJob) => {
  load(job).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: Error) => {
      console.error(error)
      process.exit(1)
    },
  )
})

async function load(job: LoadJob): Promise<LoadReport> {
  const pieces = job.files.flatMap((file) => cut(readFileSync(file), job.rowsPerRequest))
  const url = new URL(job.url)
  const report: LoadReport = { rows: 0, requests: 0, retries: 0, latenciesMs: [], seconds: 0, cpuSeconds: 0 }
  const cpu = process.cpuUsage()
  const started = performance.now()
  const deadline = started + job.seconds * 1000
  let next = 0
  const worker = async () => {
    const connection = createLoadConnection(url)
    while (performance.now() < deadline && (job.maxRows === undefined || next * job.rowsPerRequest < job.maxRows)) {
      const index = next++
      if (job.rowsPerSecond !== undefined) await waitUntil(started + (index * job.rowsPerRequest * 1000) / job.rowsPerSecond)
      const piece = pieces[index % pieces.length] as Piece
      const key = job.keys[index % job.keys.length] as string
      const sent = performance.now()
      while (!(await post(connection, url, job, key, piece.body))) report.retries++
      report.latenciesMs.push(performance.now() - sent)
      report.rows += piece.rows
      report.requests++
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: job.connections }, worker))
  report.seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  report.cpuSeconds = (user + system) / 1e6
  return report
}

interface Piece {
  body: Buffer
  rows: number
}

function cut(file: Buffer, rows: number): Piece[] {
  const pieces: Piece[] = []
  for (let from = 0; from < file.length; ) {
    let to = from
    let taken = 0
    while (taken < rows && to < file.length) {
      const end = file.indexOf(10, to)
      to = end === -1 ? file.length : end + 1
      taken++
    }
    pieces.push({ body: file.subarray(from, to), rows: taken })
    from = to
  }
  return pieces
}

async function post(connection: LoadConnection, url: URL, job: LoadJob, key: string, body: Buffer): Promise<boolean> {
  const head = [
    `POST /ingest${job.importing ? '?import=1' : ''} HTTP/1.1`,
    `host: ${url.host}`,
    `authorization: Bearer ${key}`,
    'content-type: application/x-ndjson',
    `content-length: ${body.length}`,
    '\r\n',
  ].join('\r\n')
  const { status, text } = await connection.post(head, body)
  if (status === 202) return true
  if (status !== 503) throw new Error(`${status}: ${text.slice(0, 500)}`)
  await new Promise((resolve) => setTimeout(resolve, 200))
  return false
}

const waitUntil = (at: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())))
