import { type ChildProcess, spawn } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Context, OutputStream } from '../context.ts'
import { run } from '../run.ts'

export interface Ended {
  exit: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  stdin?: string | Buffer
  /** A terminal of so many columns instead of a pipe. */
  columns?: number
  signal?: AbortSignal
}

/** Runs a command line in this process, with streams of its own. */
export async function runHere(argv: string[], options: RunOptions = {}): Promise<Ended> {
  const stdin = new PassThrough()
  stdin.end(options.stdin ?? '')
  const stdout: OutputStream & PassThrough = new PassThrough({ highWaterMark: 64 * 1024 * 1024 })
  const stderr: OutputStream & PassThrough = new PassThrough({ highWaterMark: 64 * 1024 * 1024 })
  if (options.columns !== undefined) {
    for (const stream of [stdout, stderr] as OutputStream[]) Object.assign(stream, { isTTY: true, columns: options.columns })
  }
  const context: Context = {
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    stdin,
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
  }
  const exit = await run(argv, context, '0.1.0')
  stdout.end()
  stderr.end()
  return { exit, stdout: await text(stdout), stderr: await text(stderr) }
}

export interface Started {
  child: ChildProcess
  ended: Promise<{ exit: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

/** Runs a command line in a process of its own, from source. */
export function start(argv: string[], options: { env?: NodeJS.ProcessEnv; cwd: string }): Started {
  const launcher = fileURLToPath(new URL('../../bin/heartwood.cjs', import.meta.url))
  const tsx = import.meta.resolve('tsx')
  const flags = ['--import', tsx, '--conditions=@heartwood/source']
  const env = { PATH: process.env.PATH, HOME: options.cwd, HEARTWOOD_SOURCE: '1', UV_THREADPOOL_SIZE: '16', ...options.env }
  const child = spawn(process.execPath, [...flags, launcher, ...argv], { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = Promise.all([
    new Promise<[number | null, NodeJS.Signals | null]>((resolve) => child.on('close', (exit, signal) => resolve([exit, signal]))),
    text(child.stdout),
    text(child.stderr),
  ]).then(([[exit, signal], stdout, stderr]) => ({ exit, signal, stdout, stderr }))
  return { child, ended }
}
