import http, { type ClientRequest } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { joinPatch } from '../registry.ts'

/** From 24 on Node tells of each request in time; 22 does since one of its minor versions, so that a request may be heard of twice there. */
const TELLS_BY_ITSELF = Number(process.versions.node.split('.')[0]) >= 24

type Listener = (request: ClientRequest) => void
type MakeRequest = (...args: unknown[]) => ClientRequest
type HttpModule = { request: MakeRequest; get: MakeRequest }

/**
 * Tells of each request of node:http and node:https while its headers can still be set, on versions of Node that have no channel for it.
 * @returns what ends it
 */
export const wrapNodeHttp = (listener: Listener): (() => void) => (TELLS_BY_ITSELF ? () => {} : joinPatch('http.request', listener, install))

const install = (listeners: ReadonlySet<Listener>): (() => boolean) => {
  // Their functions take arguments in many forms; here they are only passed on.
  const modules = [http, https] as unknown as HttpModule[]
  const ends = modules.map((module) => wrapModule(module, listeners))
  // `import { request } from 'node:http'` sees it as well.
  syncBuiltinESMExports()
  return () => {
    const isTakenBack = ends.map((end) => end()).every(Boolean)
    syncBuiltinESMExports()
    return isTakenBack
  }
}

const wrapModule = (module: HttpModule, listeners: ReadonlySet<Listener>): (() => boolean) => {
  const original = { request: module.request, get: module.get }
  const wrapped = {
    request(this: unknown, ...args: unknown[]): ClientRequest {
      const made = original.request.apply(this, args)
      for (const listener of listeners) listener(made)
      return made
    },
    get(this: unknown, ...args: unknown[]): ClientRequest {
      // Node's own ends the request before anything can be set.
      const made = wrapped.request.apply(this, args)
      made.end()
      return made
    },
  }
  Object.assign(module, wrapped)
  return () => {
    // Wrapped again by somebody else, ours stays below and is silent.
    if (module.request !== wrapped.request || module.get !== wrapped.get) return false
    Object.assign(module, original)
    return true
  }
}
