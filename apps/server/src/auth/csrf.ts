/** What of a request tells where it comes from. */
export interface RequestSource {
  method: string
  /** As the client named this server: `Host`, or what a trusted proxy passed on. */
  host: string
  headers: {
    origin?: string | undefined
    'sec-fetch-site'?: string | string[] | undefined
    'content-type'?: string | undefined
    'content-length'?: string | undefined
    'transfer-encoding'?: string | undefined
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
export const isSafeMethod = (method: string): boolean => SAFE_METHODS.has(method)

export type Origination = 'same-origin' | 'cross-origin' | 'unknown'

/** Whether a page of ours sent this. `unknown`: not a browser, or one that says nothing. */
export function originationOf(source: RequestSource, publicUrl: string | undefined): Origination {
  const site = source.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' ? 'same-origin' : 'cross-origin'
  const { origin } = source.headers
  if (origin === undefined) return 'unknown'
  if (!URL.canParse(origin)) return 'cross-origin'
  const { host } = new URL(origin)
  const own = host === source.host || (publicUrl !== undefined && host === new URL(publicUrl).host)
  return own ? 'same-origin' : 'cross-origin'
}

/** A form of another site can send cookies but neither JSON nor our origin. */
export const isJson = (source: RequestSource): boolean => /^application\/json\s*(;|$)/i.test(source.headers['content-type'] ?? '')
export const hasBody = (source: RequestSource): boolean =>
  source.headers['transfer-encoding'] !== undefined || (source.headers['content-length'] ?? '0') !== '0'
