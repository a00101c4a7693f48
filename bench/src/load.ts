import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadReport } from './load-client.ts'

const program = fileURLToPath(new URL('./load-client.ts', import.meta.url))

/** Runs several client processes side by side and adds up what they report. */
export async function runLoad(job: Omit<LoadJob, 'files'> & { files: string[]; processes: number }): Promise<LoadReport> {
  const { processes, files, ...rest } = job
  const reports = await Promise.all(
    Array.from({ length: processes }, (_, i) => {
      const own = files.filter((_, index) => index % processes === i)
      const part = (total: number | undefined) => (total === undefined ? undefined : total / processes)
      return runClient({ ...rest, files: own.length > 0 ? own : files, rowsPerSecond: part(job.rowsPerSecond), maxRows: part(job.maxRows) })
    }),
  )
  return {
    rows: sum(reports.map((r) => r.rows)),
    requests: sum(reports.map((r) => r.requests)),
    retries: sum(reports.map((r) => r.retries)),
    latenciesMs: reports.flatMap((r) => r.latenciesMs),
    cpuSeconds: sum(reports.map((r) => r.cpuSeconds)),
    seconds: Math.max(...reports.map((r) => r.seconds)),
  }
}

function runClient(job: LoadJob): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const child = fork(program, { execArgv: ['--conditions=@heartwood/source', '--import', 'tsx'], serialization: 'advanced' })
    child.once('message', (report) => resolve(report as LoadReport))
    child.once('error', reject)
    child.once('exit', (code) => code !== 0 && reject(new Error(`A load client ended with ${code}.`)))
    child.send(job)
  })
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
