import { describe, it } from 'vitest'
import { hasPythonClients } from './python.ts'

export interface Scoreboard {
  /** A test whose outcome is a row: what it tries is a method of the client, or how it gets over a failure. */
  works(method: string, body: () => Promise<void> | void): void
  /** The same, side by side with other tests of this kind. */
  worksBeside(method: string, body: () => Promise<void> | void): void
}

interface Row {
  client: string
  version: string
  method: string
  works: 'yes' | 'NO' | 'not run'
}
const rows: Row[] = []

/** The tests of one published client. Without the clients it says so, and fails where CI must know. */
export function describeClient(client: string, version: string, tests: (board: Scoreboard) => void): void {
  const tried = (method: string, body: () => Promise<void> | void) => {
    const row: Row = { client, version, method, works: 'not run' }
    rows.push(row)
    return async () => {
      row.works = 'NO'
      await body()
      row.works = 'yes'
    }
  }
  if (!hasPythonClients) {
    if (rows.some((row) => row.client === client)) return
    const text = `NOT RUN: ${client} ${version} is not installed. \`node tools/python-clients.mjs\` says why; it needs python3 and PyPI.`
    rows.push({ client, version, method: 'all', works: 'not run' })
    console.error(text)
    if (process.env.CI) it(`${client} is there to be tried`, () => Promise.reject(new Error(text)))
    else it.skip(`${client} ${version}`, () => undefined)
    return
  }
  describe(`${client} ${version}`, () => {
    tests({
      works: (method, body) => it(method, tried(method, body)),
      worksBeside: (method, body) => it.concurrent(method, tried(method, body)),
    })
  })
}

/** A line for everything that was tried. */
export function printScoreboard(): void {
  const header = { client: 'client', version: 'version', method: 'method', works: 'works' }
  const all = [header, ...rows.sort((a, b) => a.client.localeCompare(b.client))]
  const width = (name: keyof typeof header) => Math.max(...all.map((row) => row[name].length))
  const widths = [width('client'), width('version'), width('method')]
  const lines = all.map(({ client, version, method, works }) =>
    [client, version, method]
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .concat(works)
      .join('  '),
  )
  console.log(`${lines.join('\n')}\n\n${rows.filter((row) => row.works === 'yes').length} of ${rows.length} work.`)
}
