import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface RunningClickHouse {
  url: string
  /** Runs a statement past Heartwood. */
  run(statement: string): Promise<void>
  stop(): Promise<void>
}

/** The engine in a process of its own, which Heartwood takes for a ClickHouse server. */
export async function startClickHouse(): Promise<RunningClickHouse> {
  const program = fileURLToPath(new URL('chdb-http.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, mkdtempSync(join(tmpdir(), 'heartwood-clickhouse-'))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const url = `http://127.0.0.1:${line.split(' ')[1]}`
  return {
    url,
    run: async (statement) => {
      const answer = await fetch(url, { method: 'POST', body: statement })
      if (!answer.ok) throw new Error(await answer.text())
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}
