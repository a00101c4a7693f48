import { afterAll, describe, it } from 'vitest'
import { hasPythonClients } from './python.ts'

export interface Scoreboard {
  /** A test whose outcome is a row: what it tries is a method of the client, or how it gets over a failure. */
  works(method: string, body: () => Promise<void> | void): void
  /** The same, side by side with other tests of this kind. */
  worksBeside(method: string, body: () => Promise<void> | void): void
}

/** The tests of one published client; prints what of it works. Without the clients it says so, and fails where CI must know. */
export function describeClient(client: string, version: string, tests: (board: Scoreboard) => void): void {
  const rows: { client: string; version: string; method: string; works: string }[] = []
  const tried = (method: string, body: () => Promise<void> | void) => async () => {
    const row = { client, version, method, works: 'NO' }
    rows.push(row)
    await body()
    row.works = 'yes'
  }
  if (!hasPythonClients) {
    const text = `NOT RUN: ${client} ${version} is not installed. \`node tools/python-clients.mjs\` says why; it needs python3 and PyPI.`
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
    afterAll(() => {
      const widths = (['client', 'version', 'method'] as const).map((name) => Math.max(name.length, ...rows.map((row) => row[name].length)))
      const line = (...cells: string[]) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
      const text = rows.map((row) => line(row.client, row.version, row.method, row.works))
      console.log([line('client', 'version', 'method', 'works'), ...text].join('\n'))
    })
  })
}
