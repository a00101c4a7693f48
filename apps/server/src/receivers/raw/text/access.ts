import { endOfString } from '../../native/decode-lenient.ts'
import { scanClf, scanIso } from '../../stamps/scan.ts'
import { DIGITS, type LineReader, present, type TextEvent } from './reading.ts'
import { levelOfStatus, readRequestLine } from './request-line.ts'

const STATUS = / (\d{3}) (\d{1,18}|-)/y
/** What people append to the combined format: `rt=0.012`, `request_time=0.012`, or a bare `0.012`, all in seconds. */
const NAMED_SECONDS = /\b(?:rt|request_time|request-time|reqtime|duration)=["']?(\d{1,9}(?:\.\d{1,9})?)/
const BARE_SECONDS = /^\s+"?(\d{1,7}\.\d{1,9})"?(?:\s|$)/

const INSERTED = /^(\S{1,120}) (?=")/
const given = (text: string | undefined): string | undefined => (text === undefined || text === '-' || text === '' ? undefined : text)

/** The quoted text that opens at `at` without its quotes, and where it ends. */
const readQuoted = (line: string, at: number): { text: string; end: number } | undefined => {
  if (line.charCodeAt(at) !== 34) return undefined
  const end = endOfString(line, at)
  const closed = line.charCodeAt(end - 1) === 34 && end - 1 > at
  const text = line.slice(at + 1, closed ? end - 1 : end)
  return { text: text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text, end }
}

/** `203.0.113.9 - alice` or `shop.example:443 203.0.113.9 - alice`: who asked, and for which site. */
const readClient = (line: string, end: number): { address?: string; user?: string; site?: string } | undefined => {
  const words = line.slice(0, end).split(' ')
  // `203.0.113.9, 10.0.0.1 - -`: whom proxies have passed it on for; the first asked.
  if (words[0]?.endsWith(',')) {
    const address = words[0].slice(0, -1)
    while (words.length > 3 && words[0]?.endsWith(',')) words.shift()
    words[0] = address
  }
  if (words.length < 3 || words.some((word) => word === '')) return undefined
  const site = words.length > 3 && (words[2] === '-' || /[.:]/.test(words[1] ?? '')) && /[.:]/.test(words[1] ?? '') ? words.shift() : undefined
  return present({ address: words[0], user: given(words.slice(2).join(' ')), site })
}

/** Common and combined log format of Apache, nginx and whoever copied them, with or without the virtual host in front. */
export const accessReader: LineReader = {
  name: 'access log',
  dated: false,
  first: '',
  read(line, { zone, cursor }) {
    const bracket = line.indexOf(' [')
    if (bracket < 4 || bracket > 400) return undefined
    let time = scanClf(line, bracket + 2, zone, cursor)
    if (Number.isNaN(time)) time = scanIso(line, bracket + 2, zone, cursor)
    if (Number.isNaN(time) || line.charCodeAt(cursor.end) !== 93 || line.charCodeAt(cursor.end + 1) !== 32) return undefined
    // A site or the time that it took may stand before the request.
    const inserted = line.charCodeAt(cursor.end + 2) === 34 ? undefined : INSERTED.exec(line.slice(cursor.end + 2, cursor.end + 130))?.[1]
    const request = readQuoted(line, cursor.end + 2 + (inserted === undefined ? 0 : inserted.length + 1))
    const client = readClient(line, bracket)
    if (!request || !client) return undefined
    STATUS.lastIndex = request.end
    const match = STATUS.exec(line)
    if (!match) return undefined
    let at = STATUS.lastIndex
    const status = Number(match[1])
    const referrer = line.charCodeAt(at) === 32 ? readQuoted(line, at + 1) : undefined
    const agent = referrer && line.charCodeAt(referrer.end) === 32 ? readQuoted(line, referrer.end + 1) : undefined
    at = agent?.end ?? referrer?.end ?? at
    const rest = line.slice(at)
    const isTook = inserted !== undefined && BARE_SECONDS.test(` ${inserted}`)
    const seconds = isTook ? inserted : rest === '' ? undefined : (NAMED_SECONDS.exec(rest)?.[1] ?? BARE_SECONDS.exec(rest)?.[1])
    const extra = /^\s+"(\d{1,3}(?:\.\d{1,3}){3}[^"]{0,200})"/.exec(rest)?.[1]
    const attributes = present({
      // Behind a proxy the address of who asked is the one that it passes on.
      'client.address': extra?.split(',', 1)[0]?.trim() ?? client.address,
      user: client.user,
      site: client.site ?? (isTook ? undefined : inserted),
      bytes: match[2] === '-' ? undefined : Number(match[2]),
      referrer: given(referrer?.text),
      'client.user_agent': given(agent?.text),
    })
    const event: TextEvent = { time, level: levelOfStatus(status), message: request.text, kind: 'request', attributes }
    event.request = { ...readRequestLine(request.text), status }
    if (seconds !== undefined) event.request.durationMs = Math.round(Number(seconds) * 1e6) / 1e3
    return event
  },
}

const SQUID = /^(\d{10}\.\d{3}) +(\d{1,9}) (\S{1,100}) ([A-Z_]{2,60})\/(\d{3}) (\d{1,18}) ([A-Z_]{2,20}) (\S+) (\S{1,200}) (\S{1,300})/
/** Squid: `1714521600.123    100 192.0.2.1 TCP_MISS/200 1234 GET http://shop.example/ - HIER_DIRECT/198.51.100.2 text/html`. */
export const squidReader: LineReader = {
  name: 'Squid',
  dated: false,
  first: DIGITS,
  read(line) {
    const match = line.charCodeAt(10) === 46 ? SQUID.exec(line) : null
    if (!match) return undefined
    const status = Number(match[5])
    return {
      time: Math.round(Number(match[1]) * 1e3) * 1e3,
      level: levelOfStatus(status),
      message: `${match[7]} ${match[8]}`,
      product: 'squid',
      kind: 'request',
      attributes: present({ 'client.address': match[3], result: match[4], bytes: Number(match[6]), user: given(match[9]), upstream: match[10] }),
      request: { method: match[7] ?? '', path: match[8] ?? '', ...(status > 0 ? { status } : {}), durationMs: Number(match[2]) },
    }
  },
}

/** Application load balancers of AWS: `https 2024-05-01T12:00:00.123456Z app/name/id client:port target:port 0.0 0.1 0.0 200 200 34 366 "GET …" "agent" …`. */
const ALB =
  /^(https?|h2|grpcs|wss?) (\S{20,40}) (\S{1,200}) (\S{1,60}):(\d+) (\S{1,60}) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (\d{3}|-) (\d{3}|-) (-?\d+) (-?\d+) "(\S+) (\S+) [^"]*" "([^"]*)"/

export const loadBalancerReader: LineReader = {
  name: 'AWS load balancer',
  first: 'hgw',
  read(line) {
    const match = ALB.exec(line)
    const time = match ? Date.parse(match[2] ?? '') * 1_000 : Number.NaN
    if (!match || Number.isNaN(time)) return undefined
    const status = Number(match[10])
    const seconds = [match[7], match[8], match[9]].map(Number).reduce((sum, part) => sum + Math.max(part, 0), 0)
    let path = match[15] ?? ''
    const slash = path.indexOf('/', path.indexOf('//') + 2)
    if (path.includes('://')) path = slash < 0 ? '/' : path.slice(slash)
    return {
      time,
      level: levelOfStatus(status),
      message: `${match[14]} ${match[15]}`,
      kind: 'request',
      attributes: present({
        'client.address': match[4],
        target: given(match[6]),
        balancer: match[3],
        bytes: Number(match[13]),
        'client.user_agent': given(match[16]),
      }),
      request: { method: match[14] ?? '', path, ...(status > 0 ? { status } : {}), durationMs: Math.round(seconds * 1e6) / 1e3 },
    }
  },
}
