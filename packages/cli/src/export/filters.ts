/** Fields that have an option of their own, by the option's name. */
export const FILTERS = {
  level: 'level',
  service: 'service',
  environment: 'environment',
  dataset: 'dataset',
  host: 'host',
  userId: 'user',
  sessionId: 'session',
  flowId: 'flow',
  requestId: 'request',
  traceId: 'trace',
} as const

export type FilterOptions = { [Name in keyof typeof FILTERS]?: string }

/** The query with a term for each option; `checkout-*` stays a pattern. */
export function withFilters(q: string, options: FilterOptions): string {
  const terms = (Object.keys(FILTERS) as (keyof typeof FILTERS)[]).flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [`${FILTERS[name]}:${quoted(value)}`]
  })
  if (terms.length === 0) return q
  return [...(q.trim() === '' ? [] : [`(${q})`]), ...terms].join(' ')
}

const quoted = (value: string): string => (/^[\w.*/@-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`)
