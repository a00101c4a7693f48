import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const compat = fileURLToPath(new URL('..', import.meta.url))
const folder = join(compat, '..', '..', '.compat-venv')

/** Where tools/python-clients.mjs put the clients; undefined when it could not, or put others there. */
function findPython(): { python: string; path: string[] } | undefined {
  const marker = join(folder, 'installed.json')
  if (!existsSync(marker)) return undefined
  const { requirements, form } = JSON.parse(readFileSync(marker, 'utf8')) as { requirements: string; form: 'venv' | 'packages' }
  if (requirements !== readFileSync(join(compat, 'requirements.txt'), 'utf8')) return undefined
  return form === 'venv' ? { python: join(folder, 'venv', 'bin', 'python'), path: [] } : { python: 'python3', path: [join(folder, 'packages')] }
}

const found = findPython()
export const hasPythonClients = found !== undefined

export interface DriverResult<T> {
  /** What the driver gave to `done`; undefined when it did not come so far. */
  result: T | undefined
  stdout: string
  stderr: string
  code: number | null
}

export interface Driver<T> {
  /** Resolves when the driver has said `mark(name)`. */
  marked(name: string): Promise<void>
  /** Wakes a driver that waits in `wait()`. */
  go(): void
  ended: Promise<DriverResult<T>>
}

export interface DriverOptions {
  url: string
  key: string
  /** Given to the program as `driver.args`. */
  args?: Record<string, unknown>
}

/** Starts a Python program of this folder (`lognitor/methods.py`) with one of the clients, in a home of its own. */
export function startDriver<T>(program: string, { url, key, args = {} }: DriverOptions): Driver<T> {
  if (!found) throw new Error('The clients are not installed.')
  const home = mkdtempSync(join(tmpdir(), 'heartwood-compat-'))
  const child = spawn(found.python, ['-u', join(compat, program)], {
    cwd: home,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      PYTHONPATH: [join(compat, 'support'), ...found.path].join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
      HEARTWOOD_URL: url,
      HEARTWOOD_KEY: key,
      HEARTWOOD_ARGS: JSON.stringify(args),
    },
  })
  const output: DriverResult<T> = { result: undefined, stdout: '', stderr: '', code: null }
  const marks = new Set<string>()
  const waiting = new Map<string, (() => void)[]>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('@done ')) output.result = JSON.parse(line.slice(6)) as T
    else if (line.startsWith('@mark ')) {
      const name = line.slice(6)
      marks.add(name)
      for (const wake of waiting.get(name) ?? []) wake()
    } else output.stdout += `${line}\n`
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString()
  })
  // A driver that ended no longer reads.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<DriverResult<T>>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...output, code }))
  })
  return {
    marked: (name) =>
      new Promise((resolve, reject) => {
        if (marks.has(name)) return resolve()
        waiting.set(name, [...(waiting.get(name) ?? []), resolve])
        ended.then(({ stderr }) => reject(new Error(`The driver ended without ${name}.\n${stderr}`)), reject)
      }),
    go: () => {
      child.stdin.write('go\n')
    },
    ended,
  }
}

/** Runs a driver to its end. @throws Error when it failed or did not call `done`. */
export async function runDriver<T = unknown>(program: string, options: DriverOptions): Promise<DriverResult<T> & { result: T }> {
  const output = await startDriver<T>(program, options).ended
  const { result } = output
  if (output.code !== 0 || result === undefined) throw new Error(`${program} ended with ${output.code}.\n${output.stdout}\n${output.stderr}`)
  return { ...output, result }
}
