import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

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
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections })
  const report: LoadReport = { rows: 0, requests: 0, retries: 0, latenciesMs: [], seconds: 0 }
  const started = performance.now()
  const deadline = started + job.seconds * 1000
  let next = 0
  const worker = async () => {
    while (performance.now() < deadline && (job.maxRows === undefined || next * job.rowsPerRequest < job.maxRows)) {
      const index = next++
      if (job.rowsPerSecond !== undefined) await waitUntil(started + (index * job.rowsPerRequest * 1000) / job.rowsPerSecond)
      const piece = pieces[index % pieces.length] as Piece
      const key = job.keys[index % job.keys.length] as string
      const sent = performance.now()
      while (!(await post(agent, job, key, piece.body))) report.retries++
      report.latenciesMs.push(performance.now() - sent)
      report.rows += piece.rows
      report.requests++
    }
  }
  await Promise.all(Array.from({ length: job.connections }, worker))
  report.seconds = (performance.now() - started) / 1000
  agent.destroy()
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

function post(agent: Agent, job: LoadJob, key: string, body: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson', 'content-length': body.length }
    const sent = request(`${job.url}/ingest${job.importing ? '?import=1' : ''}`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        if (response.statusCode === 202) resolve(true)
        else if (response.statusCode === 503) setTimeout(resolve, 200, false)
        else reject(new Error(`${response.statusCode}: ${Buffer.concat(chunks).toString().slice(0, 500)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const waitUntil = (at: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())))
