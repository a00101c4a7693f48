import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ApiClient, createClient } from '@heartwood/protocol'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const launcher = join(root, 'packages/cli/bin/heartwood.cjs')
/** Put there by tools/services.mjs. */
export const node24 = join(root, '.node-24/node_modules/node/bin/node')

export const owner = { email: 'owner@example.org', password: 'growth rings tell the years' }

export interface RunningServer {
  url: string
  dataFolder: string
  /** The administrator's token that is taken over loopback. */
  token: string
  /** As the local administrator. */
  client: ApiClient
  /** Everything the server printed so far. */
  output(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL. */
  kill(): Promise<void>
  pid: number
}

export interface ServerOptions {
  dataFolder?: string
  env?: NodeJS.ProcessEnv
  /** Node binary, to try another version. */
  node?: string
  /** Without an owner the server waits to be claimed. */
  withOwner?: boolean
}

/** Starts the built server as a person would, on a free port and a folder of its own, and waits until it is ready. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'heartwood-e2e-'))
  const ownerEnv = options.withOwner === false ? {} : { HEARTWOOD_OWNER_EMAIL: owner.email, HEARTWOOD_OWNER_PASSWORD: owner.password }
  const child = spawn(options.node ?? process.execPath, [launcher, 'serve'], {
    env: { ...process.env, HEARTWOOD_DATA: dataFolder, HEARTWOOD_PORT: '0', HEARTWOOD_LOG_LEVEL: 'warn', ...ownerEnv, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const url = await readyUrl(child, (line) => {
    output += `${line}\n`
  }).catch((error: Error) => {
    throw new Error(`${error.message}\n${output}`)
  })
  const token = readFileSync(join(dataFolder, 'local.token'), 'utf8').trim()
  return {
    url,
    dataFolder,
    token,
    client: createClient({ baseUrl: url, headers: { authorization: `Bearer ${token}` } }),
    output: () => output,
    pid: child.pid ?? 0,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL')
    },
  }
}

async function readyUrl(child: ChildProcess, onLine: (line: string) => void): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      onLine(line)
      const url = /Heartwood is ready at (\S+)/.exec(line)?.[1]
      if (url) resolve(url.replace(/\/$/, ''))
    })
    child.once('exit', (code, signal) => reject(new Error(`The server ended before it was ready (${code ?? signal}).`)))
  })
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const [code] = (await exited) as [number | null]
  return code
}
