import type { RedactionPattern } from './options.ts'

/** Names whose values are redacted unless `redact` is false. Case, `_` and `-` do not matter. */
export const DEFAULT_REDACTED_KEYS: readonly string[] = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'apiKey',
  'privateKey',
  'authorization',
  'proxyAuthorization',
  'cookie',
  'setCookie',
  'xApiKey',
  'xAuthToken',
  'xCsrfToken',
  'credentials',
  'cvv',
  'cvc',
]

/** Query parameters that are masked in addresses, whatever else `scrubUrlParams` names. */
export const DEFAULT_SCRUBBED_PARAMS: readonly string[] = [
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'auth',
  'key',
  'api_key',
  'apikey',
  'secret',
  'client_secret',
  'password',
  'passwd',
  'pwd',
  'code',
  'sig',
  'signature',
  'session',
  'jwt',
]

/** Redacted unless `redact` is false. */
export const DEFAULT_REDACTED_PATTERNS: readonly RedactionPattern[] = ['bearer']
