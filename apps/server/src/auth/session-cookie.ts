import { fastifyCookie } from '@fastify/cookie'

export const SESSION_COOKIE = 'heartwood_session'

interface CookieRequest {
  /** As far as trusted proxies tell. */
  protocol: string
}

const attributes = (request: CookieRequest, publicUrl: string | undefined) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: request.protocol === 'https' || publicUrl?.startsWith('https:') === true,
})

export const sessionCookie = (token: string, maxAgeSeconds: number, request: CookieRequest, publicUrl: string | undefined): string =>
  fastifyCookie.serialize(SESSION_COOKIE, token, { ...attributes(request, publicUrl), maxAge: maxAgeSeconds })

export const clearedSessionCookie = (request: CookieRequest, publicUrl: string | undefined): string =>
  fastifyCookie.serialize(SESSION_COOKIE, '', { ...attributes(request, publicUrl), maxAge: 0 })
