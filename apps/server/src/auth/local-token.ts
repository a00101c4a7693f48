import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList } from 'node:net'
import { join } from 'node:path'
import { HeartwoodError } from '../errors.ts'
import { randomToken } from './secrets.ts'

const FILE = 'local.token'

export interface LocalToken {
  token: string
  /** Removes the file. While this process holds the data folder's lock it is its own. */
  remove(): Promise<void>
}

/**
 * Writes a new administrator's token to `<data>/local.token`, readable by the server's own user alone. Never log it.
 * @throws HeartwoodError `data-folder-unusable`
 */
export async function createLocalToken(dataFolder: string): Promise<LocalToken> {
  const token = `hw_local_${randomToken()}`
  const file = join(dataFolder, FILE)
  // Beside it and renamed: a reader sees the old token or the new one, and never a file with wider rights.
  const draft = `${file}.new`
  try {
    await rm(draft, { force: true })
    await writeFile(draft, `${token}\n`, { mode: 0o600, flag: 'wx' })
    await chmod(draft, 0o600)
    await rename(draft, file)
  } catch (cause) {
    throw new HeartwoodError('data-folder-unusable', `The token for local administration cannot be written to ${file}.`, { cause })
  }
  return { token, remove: () => rm(file, { force: true }) }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Set by proxies: what comes through one comes from somewhere else, even when the proxy runs here. */
const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'x-forwarded-host', 'x-real-ip', 'via'] as const

export interface Peer {
  /** Of the socket itself, whatever headers say. */
  remoteAddress: string | undefined
  headers: IncomingHttpHeaders
}

/** Whether the one who asks is on this machine. */
export function isLocalPeer({ remoteAddress, headers }: Peer): boolean {
  if (remoteAddress === undefined || PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false
  const address = remoteAddress.replace(/^::ffff:/i, '')
  return LOOPBACK.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}
