import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Context, GlobalOptions } from '../context.ts'
import { CliError } from '../errors.ts'

const DEFAULT_URL = 'http://127.0.0.1:4600'

/** What a running server leaves in its data folder (`server.json`). */
export interface RunningServer {
  url: string
  pid: number
  startedAt: string
}

export interface Address {
  url: string
  /** Where the address came from: it was given, a server runs on the data folder, or neither. */
  urlFrom: 'given' | 'data-folder' | 'default'
  /** Empty when there is none to send. */
  token: string
  /** Where the token came from: a key that was given, or the data folder beside which this runs. */
  tokenFrom: 'given' | 'data-folder' | 'none'
  dataFolder: string
  /** A folder that a server has used, so that notes about its imports belong there. */
  besideData: boolean
}

/**
 * Finds the server and the token for it: what was given; else the server that runs on the data folder; else the default address.
 * The local token only ever goes to a loopback address.
 * @param before what was found the last time: a server that was started meanwhile has another token, and perhaps another port; while none runs, the
 *   old place is the one to try.
 */
export function findServer(context: Context, options: GlobalOptions, before?: Address): Address {
  const dataFolder = resolve(context.cwd, options.data)
  const where = findUrl(dataFolder, options.url, before)
  const given = options.token?.trim()
  if (given) return { ...where, token: given, tokenFrom: 'given', dataFolder, besideData: false }
  const local = readText(join(dataFolder, 'local.token')) || (before?.tokenFrom === 'data-folder' ? before.token : '')
  const usable = local !== '' && isLoopback(where.url)
  return { ...where, token: usable ? local : '', tokenFrom: usable ? 'data-folder' : 'none', dataFolder, besideData: usable }
}

function findUrl(dataFolder: string, given: string | undefined, before: Address | undefined): Pick<Address, 'url' | 'urlFrom'> {
  if (given !== undefined) return { url: parseUrl(given), urlFrom: 'given' }
  const local = localUrl(dataFolder)
  if (local !== undefined) return { url: local, urlFrom: 'data-folder' }
  return before === undefined ? { url: DEFAULT_URL, urlFrom: 'default' } : { url: before.url, urlFrom: before.urlFrom }
}

export function readRunningServer(dataFolder: string): RunningServer | undefined {
  try {
    const value: unknown = JSON.parse(readText(join(dataFolder, 'server.json')) ?? '')
    if (typeof value !== 'object' || value === null || !('url' in value) || !('pid' in value)) return undefined
    const { url, pid } = value
    if (typeof url !== 'string' || typeof pid !== 'number') return undefined
    return { url, pid, startedAt: 'startedAt' in value ? String(value.startedAt) : '' }
  } catch {
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname
  return host === 'localhost' || host === '[::1]' || host.endsWith('.localhost') || /^127(\.\d+){3}$/.test(host)
}

function localUrl(dataFolder: string): string | undefined {
  const running = readRunningServer(dataFolder)
  if (!running || !isAlive(running.pid) || !URL.canParse(running.url)) return undefined
  const url = new URL(running.url)
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new CliError('option-invalid', `“${text}” is not an address: --url takes http://HOST:PORT or https://HOST.`)
  }
  return url.href.replace(/\/+$/, '')
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
