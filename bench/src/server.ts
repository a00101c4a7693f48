import { readFileSync } from 'node:fs'
import { type RunningServer, startServer } from '../../e2e/support/server.ts'
import type { Report } from './report.ts'
import { median, short } from './stats.ts'

export interface BenchServer extends RunningServer {
  project: string
  key: string
  /** Another project with a key of its own. */
  addProject(name: string): Promise<{ project: string; key: string }>
  /** Resident memory of the process in bytes, now and at its highest. */
  memory(): { rss: number; peak: number }
  /** CPU seconds that the process has used. */
  cpuSeconds(): number
}

export async function startBenchServer(dataFolder: string): Promise<BenchServer> {
  const server = await startServer({ dataFolder })
  const addProject = async (name: string) => {
    const project = await server.client.createProject({ body: { name } })
    const { key } = await server.client.createKey({ body: { project: project.id, scope: 'ingest' } })
    return { project: project.slug, key }
  }
  const first = await addProject('bench')
  return {
    ...server,
    ...first,
    addProject,
    memory: () => memoryOf(server.pid),
    cpuSeconds: () => {
      const [user = 0, system = 0] = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? []
      return (user + system) / 100
    },
  }
}

/** From the command to the line that says ready, on an empty folder and on one that has data. */
export async function measureStart(folder: string, report: Report): Promise<void> {
  const times: number[] = []
  let idle = 0
  for (let i = 0; i < 5; i++) {
    const started = performance.now()
    const server = await startServer({ dataFolder: folder })
    times.push(performance.now() - started)
    if (i === 4) {
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      idle = memoryOf(server.pid).rss
    }
    await server.stop()
  }
  report.section('Start')
  report.row('first start, empty folder', `${short(times[0] ?? 0)} ms`, '≤ 3,000 ms')
  report.row('later starts, median', `${short(median(times.slice(1)))} ms`, '≤ 3,000 ms')
  report.row('memory idle', `${short(idle / 1024 ** 2)} MB`, '≤ 450 MB')
}

function memoryOf(pid: number): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024
  return { rss: field('VmRSS'), peak: field('VmHWM') }
}
