import type { IncomingHttpHeaders } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import { SESSION_COOKIE } from './session-cookie.ts'

/** Longer than any key of ours or of the products whose clients we serve. */
const MAX_KEY_LENGTH = 256

/** The key of a request; `X-API-Key` wins over `Authorization`. A scheme other than Bearer is none of ours (a proxy in front may use it). */
export function readKey(headers: IncomingHttpHeaders): string | undefined {
  const named = headers['x-api-key']
  const key = (typeof named === 'string' ? named : '').trim() || (/^bearer +(\S.*)$/i.exec(headers.authorization ?? '')?.[1] ?? '').trim()
  return key === '' ? undefined : key.slice(0, MAX_KEY_LENGTH + 1)
}

export function readSessionToken(headers: IncomingHttpHeaders): string | undefined {
  const { cookie } = headers
  if (cookie?.includes(SESSION_COOKIE) !== true) return undefined
  const token = fastifyCookie.parse(cookie)[SESSION_COOKIE]
  return token === undefined || token === '' ? undefined : token
}

export const isPlausibleKey = (key: string): boolean => key.length <= MAX_KEY_LENGTH
