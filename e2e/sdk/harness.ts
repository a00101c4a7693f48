import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach } from 'vitest'
import { ensureSdkPeers } from '../../tools/sdk-peers.mjs'
import { type FakeServer, startFakeServer } from './fake-server.ts'

export { type Answer, type FakeServer, type ReceivedEvent, startFakeServer } from './fake-server.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
/** Where the packed SDK and the real libraries are installed, and programs run. */
export const peers = join(root, '.sdk-peers')

/** The Nodes that the suite runs on: this one, and those that tools/services.mjs installs. */
export const NODES = [
  { name: `Node ${process.versions.node.split('.')[0]}`, node: process.execPath },
  ...['22', '24'].map((version) => ({ name: `Node ${version}`, node: join(root, `.node-${version}/node_modules/node/bin/node`) })),
].filter(({ name, node }) => {
  if (existsSync(node)) return true
  console.error(`NOT RUN: the SDK's scenarios on ${name}; \`node tools/services.mjs\` installs it.`)
  if (process.env.CI) throw new Error(`${name} is required here.`)
  return false
})

/**
 * Builds, packs and installs the SDK where its sources changed, and the libraries where their list did.
 * @returns whether tests with real libraries can run. @throws where CI is set: there a skip would hide that nothing was tested.
 */
export function preparePeers(): boolean {
  const reason = ensureSdkPeers()
  if (reason === undefined) return true
  if (process.env.CI) throw new Error(reason)
  console.error(`NOT RUN: scenarios of the Node SDK. ${reason}`)
  return false
}

/** A fake server for each test of the file, closed after it: what stands here is the one of the test that runs. */
export function useFakeServer(): FakeServer {
  let current: FakeServer
  beforeEach(async () => {
    current = await startFakeServer()
  })
  afterEach(() => current.close())
  // Its members are asked for while a test runs.
  return new Proxy({} as FakeServer, { get: (_, name) => Reflect.get(current, name) })
}

/** What a program's `stats()` was at the end. */
export interface ProgramStats {
  captured: number
  sent: number
  spooled: number
  buffered: number
  dropped: { [reason: string]: number }
  retried: number
  replayed: number
}

export interface ProgramResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Of the last line `STATS {json}`; undefined when the program could not print one. */
  stats: ProgramStats | undefined
  /** From its start to its end. */
  durationMs: number
}

export interface ProgramOptions {
  /** Beside PATH, HOME and TMPDIR; nothing else of this process reaches a program. */
  env?: NodeJS.ProcessEnv
  /** Node binary; default: this one. */
  node?: string
  /** Options of Node before the file. */
  nodeOptions?: string[]
  args?: string[]
  /** Default `.sdk-peers/programs`. */
  cwd?: string
  /** Sends a signal when a line of stdout or stderr contains the text. */
  killAfter?: { line: string; signal: NodeJS.Signals }
  /** Milliseconds after which the program is killed and the run fails. Default 60,000. */
  timeout?: number
}

export interface RunningProgram {
  pid: number
  output(): string
  /** The first line of stdout or stderr, printed already or later, that the pattern fits. @throws when the program ends before */
  line(pattern: RegExp): Promise<RegExpExecArray>
  signal(signal: NodeJS.Signals): void
  /** Lines to its stdin. */
  write(line: string): void
  ended: Promise<ProgramResult>
}

/** Runs a program of e2e/sdk/programs beside the installed package until it ends. @param file name below `programs` */
export async function runProgram(file: string, options: ProgramOptions = {}): Promise<ProgramResult> {
  return await startProgram(file, options).ended
}

/** As `runProgram`, for programs that are talked to while they run. */
export function startProgram(file: string, options: ProgramOptions = {}): RunningProgram {
  const { killAfter, timeout = 60_000 } = options
  installPrograms()
  const { PATH, HOME, TMPDIR } = process.env
  const started = performance.now()
  const child = spawn(options.node ?? process.execPath, [...(options.nodeOptions ?? []), join(peers, 'programs', file), ...(options.args ?? [])], {
    cwd: options.cwd ?? join(peers, 'programs'),
    env: { PATH, HOME, TMPDIR, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A program that ended does not read what is written to it.
  child.stdin?.on('error', () => {})
  const text = { stdout: '', stderr: '' }
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  for (const name of ['stdout', 'stderr'] as const)
    createInterface({ input: child[name] as NodeJS.ReadableStream }).on('line', (line) => {
      text[name] += `${line}\n`
      lines.push(line)
      for (const listener of listeners) listener(line)
      if (killAfter && line.includes(killAfter.line)) child.kill(killAfter.signal)
    })
  const output = (): string => `${text.stdout}${text.stderr}`
  const ended = new Promise<ProgramResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${file} did not end within ${timeout} ms.\n${output()}`))
    }, timeout)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, ...text, stats: statsOf(text.stdout), durationMs: performance.now() - started })
    })
  })
  // Whoever waits for a line learns of the failure there.
  ended.catch(() => {})
  return {
    pid: child.pid ?? 0,
    output,
    line: (pattern) => firstLine(child, pattern, lines, listeners, () => `${file} ended without the line ${pattern}.\n${output()}`),
    signal: (signal) => void child.kill(signal),
    write: (line) => void child.stdin?.write(`${line}\n`),
    ended,
  }
}

function firstLine(
  child: ChildProcess,
  pattern: RegExp,
  lines: readonly string[],
  listeners: Set<(line: string) => void>,
  complaint: () => string,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const check = (line: string): void => {
      const match = pattern.exec(line)
      if (!match) return
      listeners.delete(check)
      resolve(match)
    }
    listeners.add(check)
    for (const line of lines) check(line)
    const fail = () => reject(new Error(complaint()))
    if (child.exitCode === null && child.signalCode === null) child.once('close', fail)
    else fail()
  })
}

function statsOf(stdout: string): ProgramStats | undefined {
  const line = stdout.split('\n').findLast((candidate) => candidate.startsWith('STATS '))
  return line === undefined ? undefined : (JSON.parse(line.slice(6)) as ProgramStats)
}

/** All that was dropped. */
export const droppedOf = ({ dropped }: ProgramStats): number => Object.values(dropped).reduce((sum, events) => sum + events, 0)

/** Puts e2e/sdk/programs beside the installed package; `runProgram` does it too. */
export const installPrograms = (): void => copyChanged(join(here, 'programs'), join(peers, 'programs'))

/** Programs stand where the installed package is found by its name; several suites may copy them at a time. */
function copyChanged(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyChanged(source, target)
    else if (!existsSync(target) || !readFileSync(source).equals(readFileSync(target))) {
      const halfway = `${target}.${process.pid}`
      copyFileSync(source, halfway)
      renameSync(halfway, target)
    }
  }
}
