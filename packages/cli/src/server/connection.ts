import { type ApiClient, ApiError, createClient, toApiError } from '@heartwood/protocol'
import type { Context, GlobalOptions } from '../context.ts'
import { CliError, type ErrorCode } from '../errors.ts'
import { type Address, findServer } from './address.ts'
import { toAgo } from './ago.ts'
import { createFetch, type FetchInit } from './fetch-until-silent.ts'

export interface Connection {
  readonly address: Address
  /** Its requests end with the command. */
  client: ApiClient
  /**
   * A request outside the typed client (bytes in, event streams out); path begins with `/`. Any status comes back.
   * After a server was started again it finds its new token and port by itself.
   */
  request(path: string, init?: FetchInit): Promise<Response>
}

export function connect(context: Context, options: GlobalOptions): Connection {
  let address = findServer(context, options)
  const fetch = createFetch()
  const send = ({ url, token }: Address, path: string, init: FetchInit): Promise<Response> => {
    const headers: Record<string, string> = { 'user-agent': 'heartwood-cli', ...toHeaders(init.headers) }
    if (token !== '') headers.authorization = `Bearer ${token}`
    return fetch(url + path, { ...init, headers })
  }
  /** True when there is something new to try; another request may have found it meanwhile. */
  const look = (used: Address): boolean => {
    address = findServer(context, options, address)
    return address.url !== used.url || address.token !== used.token
  }
  const request = async (path: string, init: FetchInit = {}): Promise<Response> => {
    const used = address
    try {
      const response = await send(used, path, init)
      if (response.status !== 401 || !look(used)) return response
      await response.body?.cancel()
    } catch (error) {
      if (!isConnectionLost(error) || !look(used)) throw error
    }
    return send(address, path, init)
  }
  return {
    get address() {
      return address
    },
    client: createClient({
      baseUrl: '',
      fetch: (path, init) => request(path, { ...init, signal: init.signal ? AbortSignal.any([context.signal, init.signal]) : context.signal }),
    }),
    request,
  }
}

/** Reads the error out of an answer that is not a success. */
export async function readApiError(response: Response): Promise<ApiError> {
  const text = await response.text()
  try {
    return toApiError(response.status, JSON.parse(text))
  } catch {
    return toApiError(response.status, undefined)
  }
}

/** True when nothing answered, or the connection broke: the request may or may not have arrived. */
export const isConnectionLost = (error: unknown): boolean =>
  (error instanceof TypeError && error.cause instanceof Error) || (error instanceof Error && error.name === 'TimeoutError')

/** A connection's or API's failure as one of ours; anything else comes back as it is. */
export function toCliError(error: unknown, address: Address): unknown {
  if (error instanceof ApiError) return fromApiError(error, address)
  if (!isConnectionLost(error)) return error
  return new CliError('server-unreachable', `No Heartwood server answers at ${address.url} (${describeCause(error)})${describeChoice(address)}.`, {
    cause: error,
  })
}

const BY_CODE: Record<string, ErrorCode> = {
  'project-not-found': 'project-not-found',
  'query-invalid': 'query-invalid',
  'validation-failed': 'option-invalid',
  'unreadable-answer': 'not-heartwood',
}

function fromApiError(error: ApiError, address: Address): CliError {
  const known = BY_CODE[error.code]
  if (known === 'not-heartwood')
    return new CliError(known, `${address.url} does not answer as Heartwood does (status ${error.status}).`, { cause: error })
  if (error.code === 'time-invalid') return new CliError('option-invalid', error.message, { cause: error, fix: explainTime(error.details) })
  if (known) return new CliError(known, error.message, { cause: error })
  if (error.status === 401 && address.tokenFrom === 'none') {
    return new CliError(
      'token-missing',
      `${address.url} asks for a key, and there is none: no --token, and no token of a server in ${address.dataFolder}.`,
      {
        cause: error,
      },
    )
  }
  if (error.status === 401 && address.tokenFrom === 'data-folder') {
    return new CliError('not-allowed', `The server at ${address.url} does not take the token in ${address.dataFolder}.`, {
      cause: error,
      fix: 'That folder belongs to another server: set --data to the data folder of this one, or give a key with --token.',
    })
  }
  if (error.status === 401 || error.status === 403) return new CliError('not-allowed', error.message, { cause: error })
  if (error.status < 500) return new CliError('request-refused', `${error.message} (${error.code})`, { cause: error })
  return new CliError('server-failed', `${error.message} (${error.code}, status ${error.status})`, { cause: error })
}

/** What to write instead of a time that cannot be read. */
const explainTime = (details: unknown): string => {
  const value = typeof details === 'object' && details !== null && 'value' in details ? String(details.value).trim() : ''
  if (toAgo(value) !== value) return `Write ${toAgo(value)} for that long before now.`
  return 'Write a time before now such as -15m or -7d, RFC 3339 such as 2026-11-21T09:30:00Z, or epoch milliseconds.'
}

/** Why this address was tried. */
function describeChoice({ urlFrom, dataFolder }: Address): string {
  if (urlFrom === 'given') return ''
  if (urlFrom === 'data-folder') return `, the address that the server on ${dataFolder} left there`
  return `, the default address; no server runs on the data folder ${dataFolder}`
}

/** fetch hides the reason in `cause`; its code is what a person can look up. */
export function describeCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (error instanceof Error && error.name === 'TimeoutError') return 'it timed out'
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return 'the connection was lost'
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    ENOTFOUND: 'no such host',
    EAI_AGAIN: 'the name cannot be resolved now',
    ETIMEDOUT: 'it timed out',
    UND_ERR_SOCKET: 'the connection broke',
    UND_ERR_CONNECT_TIMEOUT: 'it timed out',
  }
  return reasons[String(cause.code)] ?? String(cause.code)
}

const toHeaders = (headers: RequestInit['headers']): Record<string, string> => Object.fromEntries(new Headers(headers ?? {}))
