/** Scheme, `*.`, host with port; then whatever follows in a copied address. */
const PATTERN = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*\.)?((?:\[[0-9a-f:.]+\]|[^/?#@\\*\s:[\]]+)(?::\d{1,5})?)(?:[/?#].*)?$/

/**
 * What a browser key may name as its pages: `*`; an origin (`https://shop.example:8443`); an origin for all subdomains
 * (`https://*.shop.example`); or a bare domain (`shop.example`), which stands for itself and its subdomains at any scheme and port. A bare word without
 * a dot is a slip rather than a domain: a host of that name is written with its scheme or port.
 * Returns it in its one spelling, or undefined when it is none of these.
 */
export function parseOriginPattern(text: string): string | undefined {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === '*') return '*'
  const [, scheme, wildcard = '', rest = ''] = PATTERN.exec(trimmed) ?? []
  const address = `${scheme ?? 'http'}://${rest}`
  if (rest === '' || !URL.canParse(address)) return undefined
  const { host } = new URL(address)
  if (host === '' || (scheme === undefined && !/[.:]/.test(host) && host !== 'localhost')) return undefined
  return scheme === undefined ? withoutWww(host) : `${scheme}://${wildcard}${host}`
}

/** Whether a page of this origin (a header `Origin`, or any address on it) is among the patterns. `*` also allows what sends no origin. */
export function isOriginAllowed(patterns: readonly string[], origin: string | undefined): boolean {
  if (patterns.includes('*')) return true
  if (origin === undefined || !URL.canParse(origin)) return false
  const page = new URL(origin)
  return patterns.some((pattern) => matches(pattern, page))
}

function matches(pattern: string, page: URL): boolean {
  const [scheme, host] = pattern.includes('://') ? pattern.split('://', 2) : [undefined, pattern]
  if (host === undefined || page.host === '') return false
  if (scheme === undefined) {
    const name = withoutWww(/:\d+$/.test(host) ? page.host : page.hostname)
    return name === host || name.endsWith(`.${host}`)
  }
  if (page.protocol !== `${scheme}:`) return false
  return host.startsWith('*.') ? page.host.endsWith(host.slice(1)) : page.host === host
}

const withoutWww = (host: string): string => host.replace(/^www\./, '')
