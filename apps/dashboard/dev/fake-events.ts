import type { EventJson, Level } from '@heartwood/protocol'
import { readField, showValue } from '../src/features/logs/model/columns.ts'
import { tokenizeQuery, unquoteTerm } from '../src/features/logs/model/query-tokens.ts'

const SERVICES = ['checkout', 'web', 'api', 'search', 'mailer', 'billing', 'auth']
const HOSTS = Array.from({ length: 24 }, (_, index) => `web-${index + 1}`)
const MESSAGES: [Level, string][] = [
  ['info', 'GET /products/%n 200 in %n ms'],
  ['info', 'order A-%n placed by user %n'],
  ['info', 'session started'],
  ['debug', 'cache miss for product:%n, fetching from origin'],
  ['debug', 'retrying connection to redis-%n (attempt 2 of 5)'],
  ['trace', 'enter computeShipping(cart=%n)'],
  ['warn', 'slow query (%n ms): SELECT * FROM orders WHERE user_id = $1 ORDER BY created_at DESC LIMIT 50'],
  ['warn', 'rate limit of provider nearly reached: %n of 1000'],
  ['error', 'payment failed: card declined for order A-%n'],
  ['error', 'ECONNREFUSED 10.0.4.%n:5432'],
  ['fatal', 'out of memory: killed worker %n'],
]
const WEIGHTS = [40, 12, 10, 14, 6, 5, 6, 3, 3, 1.4, 0.1]

/** A small deterministic source of chance, so that pictures do not change from run to run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
const random = createRandom(7)
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * random() * items.length)] as T
const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
let sequence = 0

export function makeEvent(ms: number): EventJson {
  let at = random() * WEIGHTS.reduce((sum, weight) => sum + weight, 0)
  const index = WEIGHTS.findIndex((weight) => {
    at -= weight
    return at < 0
  })
  const [level, template] = MESSAGES[Math.max(0, index)] ?? ['info', '']
  const message = template.replace(/%n/g, () => String(Math.floor(random() * 900 + 20)))
  const stamp = new Date(ms).toISOString().replace('Z', `${String(Math.floor(random() * 1_000)).padStart(3, '0')}Z`)
  const time = Math.floor(ms).toString(16).padStart(12, '0')
  const isError = level === 'error' || level === 'fatal'
  return {
    id: `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${(sequence++).toString(16).padStart(12, '0')}`,
    kind: 'log',
    timestamp: stamp,
    receivedAt: stamp,
    level,
    message,
    service: pick(SERVICES),
    environment: random() < 0.8 ? 'production' : 'staging',
    release: `2.4.${Math.floor(random() * 4)}`,
    host: pick(HOSTS),
    traceId: hex(32),
    userId: `u-${Math.floor(random() * 500)}`,
    attributes: {
      'order.id': `A-${Math.floor(random() * 9_000)}`,
      attempt: Math.floor(random() * 4) + 1,
      cart: { items: Math.floor(random() * 9), currency: 'EUR', coupon: random() < 0.5 ? null : 'AUTUMN', gift: random() < 0.1 },
      region: pick(['eu-central-1', 'us-east-1', 'ap-south-1']),
      flags: ['new-nav', 'fast-checkout'],
    },
    ...(message.startsWith('GET')
      ? {
          request: {
            method: 'GET',
            route: '/products/:id',
            path: '/products/7',
            status: random() < 0.95 ? 200 : 503,
            durationMs: Math.round(random() * 3_000) / 10,
          },
        }
      : {}),
    ...(isError ? { error: { type: 'PaymentError', message: message.slice(0, 60), stack: STACK } } : {}),
  }
}

const STACK = `PaymentError: card declined
    at charge (/srv/checkout/src/payment.ts:88:11)
    at async placeOrder (/srv/checkout/src/orders.ts:142:18)
    at async handler (/srv/checkout/src/routes/pay.ts:31:5)
    at async Router.handle (/srv/checkout/node_modules/fastify/lib/route.js:402:9)`

export function makeHistory(count: number, spanMs: number, nowMs: number): EventJson[] {
  const times = Array.from({ length: count }, () => {
    const back = random() ** 1.3
    return nowMs - back * spanMs * (0.8 + 0.2 * Math.sin(back * 40))
  })
  return times.sort((a, b) => b - a).map(makeEvent)
}

/** Words, phrases, `field:value` with comparisons, NOT, and groups of alternatives; enough to develop against. */
export function matches(event: EventJson, query: string): boolean {
  const clauses = query.split(/\s+OR\s+(?![^(]*\))/)
  return clauses.some((clause) => matchesAll(event, clause))
}

function matchesAll(event: EventJson, query: string): boolean {
  const tokens = tokenizeQuery(query)
  let negated = false
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (!token) continue
    if (token.kind === 'keyword') {
      if (token.text === 'NOT' || token.text === '-') negated = !negated
      continue
    }
    let ok = true
    if (token.kind === 'field') {
      const actual = showValue(readField(event, unquoteTerm(token.text)))
      at++
      const comparison = tokens[at + 1]?.kind === 'operator' ? tokens[++at]?.text : undefined
      const wanted: string[] = []
      if (tokens[at + 1]?.text === '(') {
        for (at += 2; at < tokens.length && tokens[at]?.text !== ')'; at++)
          if (tokens[at]?.kind !== 'keyword') wanted.push(unquoteTerm(tokens[at]?.text ?? ''))
      } else wanted.push(unquoteTerm(tokens[++at]?.text ?? ''))
      ok = wanted.some((value) => compare(actual, comparison, value))
    } else if (token.kind === 'word' || token.kind === 'phrase') ok = event.message.toLowerCase().includes(unquoteTerm(token.text).toLowerCase())
    if (ok === negated) return false
    negated = false
  }
  return true
}

function compare(actual: string, comparison: string | undefined, value: string): boolean {
  if (comparison === undefined) return value.includes('*') ? new RegExp(`^${value.replaceAll('*', '.*')}$`).test(actual) : actual === value
  if (actual === '') return false
  const difference = Number(actual) - Number(value)
  return comparison === '>' ? difference > 0 : comparison === '>=' ? difference >= 0 : comparison === '<' ? difference < 0 : difference <= 0
}
