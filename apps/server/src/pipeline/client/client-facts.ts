import { createHmac } from 'node:crypto'
import { type Agent, parseAgent } from './agent.ts'
import type { Geo, Place } from './geo.ts'
import { memoizeNewest } from './lru.ts'

/** What can be said of a client without keeping who it is. */
export interface ClientFacts {
  /** Where an address is, as far as the bundled or the operator's file knows. */
  locate(address: string): Place
  /** Stands for an address: the same for the same address under one salt, and no way back. */
  hash(address: string): string
  agent(userAgent: string): Agent
}

export interface ClientFactsOptions {
  geo: Geo
  /** Secret of this installation, at least 16 bytes. A new one makes all hashes new. */
  salt: Uint8Array
}

export function createClientFacts({ geo, salt }: ClientFactsOptions): ClientFacts {
  return {
    locate: memoizeNewest(10_000, (address) => geo.locate(address)),
    hash: memoizeNewest(10_000, (address) => createHmac('sha256', salt).update(address).digest('hex').slice(0, 32)),
    agent: memoizeNewest(2_000, parseAgent),
  }
}

/** The address alone of `203.0.113.7:443`, `[2001:db8::1]:443`, `::ffff:203.0.113.7` and `fe80::1%eth0`. */
export function cleanAddress(text: string): string {
  let address = text.trim().slice(0, 100)
  const bracketed = /^\[([^\]]+)\]/.exec(address)
  if (bracketed?.[1] !== undefined) address = bracketed[1]
  else if (/^[\d.]+:\d+$/.test(address)) address = address.slice(0, address.indexOf(':'))
  const zone = address.indexOf('%')
  if (zone > 0) address = address.slice(0, zone)
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
}
