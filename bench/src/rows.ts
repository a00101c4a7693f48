import { closeSync, existsSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Rows that a search looks for; each stands in the data a known number of times. */
export const PLANTED = {
  rareWord: { text: 'quorvexil', rows: 5 },
  substring: { text: 'orvexi', rows: 5 },
  traceId: { text: '4bf92f3577b34da6a3ce929d0e0e4736', rows: 12 },
} as const

export const USER = 'u_040000'

export interface RowOptions {
  rows: number
  rowsPerFile?: number
  seed?: number
  /** First stamp (epoch ms) and the span over which the rows are spread evenly. */
  startMs: number
  spanMs: number
  /** `ascii`, or every message with letters beyond it. */
  script?: 'ascii' | 'unicode'
  /** Stamps in random order within the span instead of rising. */
  shuffled?: boolean
}

/** Deterministic numbers (mulberry32): same seed, same rows. */
function createRandom(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (below: number) => Math.floor(next() * below)
  const pick = <Item>(items: readonly Item[]): Item => items[int(items.length)] as Item
  const hex = (digits: number) => {
    let text = ''
    while (text.length < digits) text += int(0x10000).toString(16).padStart(4, '0')
    return text.slice(0, digits)
  }
  return { next, int, pick, hex }
}

const SERVICES = [
  'gateway',
  'checkout',
  'cart',
  'catalog',
  'search',
  'payments',
  'billing',
  'auth',
  'accounts',
  'mailer',
  'inventory',
  'shipping',
  'media',
  'reports',
  'fraud',
]
const NOUNS = ['order', 'invoice', 'session', 'product', 'shipment', 'profile', 'thumbnail', 'coupon', 'webhook', 'address']
const ROUTES = [
  '/api/v1/orders/:id',
  '/api/v1/carts/:id/items',
  '/api/v1/products/:id',
  '/api/v1/search',
  '/api/v2/users/:id',
  '/api/v1/payments/:id/capture',
  '/webhooks/:id',
  '/healthz',
]
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0',
  'okhttp/4.12.0 (Android 15; Pixel 9)',
  'axios/1.7.9 (node 22.11; linux)',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1) Safari/605.1',
]
const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'ap-southeast-2']
const FORMS: Record<string, readonly string[]> = {
  debug: ['cache lookup for NOUN key HEX took INTus', 'parsed NOUN payload of INT bytes in INTus'],
  info: [
    'NOUN request completed in INTms',
    'created NOUN HEX for user USER',
    'published NOUN event offset INT partition INT',
    'finished NOUN job HEX with INT items in INTms',
    'charged NOUN INT EUR on card ending INT',
    'user USER signed in through NOUN',
  ],
  warn: ['slow NOUN query took INTms returning INT rows', 'upstream NOUN responded INT after INTms, retrying'],
  error: [
    'upstream NOUN timed out after INTms',
    'failed to save NOUN HEX: deadlock detected',
    'payment for NOUN declined with code INT for user USER',
  ],
  fatal: ['NOUN process out of memory at INT MB'],
}
const STATUS: Record<string, readonly number[]> = {
  debug: [200, 204],
  info: [200, 201, 204, 302],
  warn: [400, 404, 409, 429],
  error: [500, 502, 503],
  fatal: [500],
}

/** Writes NDJSON files of about 670 bytes a row unless they are there already; gives their paths. */
export function ensureRows(folder: string, options: RowOptions): string[] {
  const perFile = options.rowsPerFile ?? Math.ceil(options.rows / 10)
  const count = Math.ceil(options.rows / perFile)
  const paths = Array.from({ length: count }, (_, i) => join(folder, `rows-${String(i).padStart(3, '0')}.ndjson`))
  if (existsSync(join(folder, 'complete')) && readdirSync(folder).length === count + 1) return paths
  mkdirSync(folder, { recursive: true })
  const lines = generate(options)
  for (const path of paths) {
    const file = openSync(path, 'w')
    let buffer = ''
    for (let i = 0; i < perFile; i++) {
      const { value, done } = lines.next()
      if (done) break
      buffer += value
      if (buffer.length > 4_000_000) {
        writeSync(file, buffer)
        buffer = ''
      }
    }
    writeSync(file, buffer)
    closeSync(file)
  }
  closeSync(openSync(join(folder, 'complete'), 'w'))
  return paths
}

function* generate(options: RowOptions): Generator<string, undefined> {
  const random = createRandom(options.seed ?? 42)
  const { int, pick, hex, next } = random
  const traces = Array.from({ length: 64 }, () => ({ trace: hex(32), user: '', tenant: '', ip: '', agent: '', region: '' }))
  const renew = (trace: (typeof traces)[number]) => {
    trace.trace = hex(32)
    trace.user = `u_${String(Math.floor(100_000 * next() * next())).padStart(6, '0')}`
    trace.tenant = `tenant-${String(int(500)).padStart(3, '0')}`
    trace.ip = `10.${int(256)}.${int(256)}.${int(256)}`
    trace.agent = pick(AGENTS)
    trace.region = pick(REGIONS)
  }
  traces.forEach(renew)
  const rare = new Set(Array.from({ length: PLANTED.rareWord.rows }, (_, i) => Math.floor(((i + 0.5) * options.rows) / PLANTED.rareWord.rows)))
  const plantedTrace = Math.floor(options.rows / 2)
  for (let i = 0; i < options.rows; i++) {
    const at = options.startMs + (options.shuffled ? next() * options.spanMs : (options.spanMs * i) / options.rows)
    const share = next()
    const level = share < 0.1 ? 'debug' : share < 0.88 ? 'info' : share < 0.96 ? 'warn' : share < 0.998 ? 'error' : 'fatal'
    const trace = traces[int(64)] as (typeof traces)[number]
    if (int(5) === 0) renew(trace)
    const text = pick(FORMS[level] as readonly string[])
      .replace('NOUN', pick(NOUNS))
      .replace(/INT/g, () => String(int(100_000)))
      .replace('HEX', () => hex(12))
      .replace('USER', trace.user)
    const message = `${text}${rare.has(i) ? ` ${PLANTED.rareWord.text} seen` : ''}${options.script === 'unicode' ? ' — größer als erwartet, 在線 ☂' : ''}`
    const traceId = i >= plantedTrace && i < plantedTrace + PLANTED.traceId.rows ? PLANTED.traceId.text : trace.trace
    const route = pick(ROUTES)
    const service = pick(SERVICES)
    const stamp = `${new Date(at).toISOString().slice(0, -1)}${String(int(1000)).padStart(3, '0')}Z`
    yield `{"timestamp":"${stamp}","level":"${level}","service":"${service}","host":"ip-10-0-00-${int(50)}","environment":"production","release":"${service}@1.${int(2) + 3}.0","message":${JSON.stringify(message)},"trace_id":"${traceId}","span_id":"${hex(16)}","request_id":"req_${hex(16)}","user_id":"${trace.user}","http":{"method":"${int(3) === 0 ? 'POST' : 'GET'}","route":"${route}","path":"${route.replace(':id', String(int(1_000_000)))}","status":${pick(STATUS[level] as readonly number[])},"duration_ms":${(3000 * next() ** 3).toFixed(2)},"bytes":${int(60_000)}},"extra":{"tenant":"${trace.tenant}","region":"${trace.region}","client_ip":"${trace.ip}","user_agent":"${trace.agent}","cache":{"hit":${int(4) !== 0},"key":"${service}:${hex(8)}"}}}\n`
  }
  return undefined
}
