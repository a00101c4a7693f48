import { levelOfWord } from '../../native/decode-levels.ts'
import { scanCtime, scanIso, scanMail } from '../../stamps/scan.ts'
import { createZone, type Zone } from '../../stamps/zone.ts'
import { DIGITS, type LineReader, numberOrText, present, type TextEvent } from './reading.ts'
import { readRequestLine } from './request-line.ts'

const NGINX = /^ \[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d+)#(\d+): (?:\*(\d+) )?/
/** The fields that nginx appends: `, client: 203.0.113.9, server: shop.example, request: "GET / HTTP/1.1", host: "shop.example"`. */
const NGINX_FIELD = /, (client|server|request|upstream|host|referrer|subrequest): ("[^"]*"|[^,]*)/g

/** Characters; PHP cuts what it prints long before. */
const LONGEST_PRINT = 32_768
const FASTCGI = 'FastCGI sent in stderr: "'

/** Takes the fields off the end of the message. */
const readNginxTail = (event: TextEvent): void => {
  const { message } = event
  const tail = message.search(/, (?:client|server): /)
  if (tail <= 0) return
  const fields: { [name: string]: string } = {}
  for (const [, name = '', value = ''] of message.slice(tail).matchAll(NGINX_FIELD)) fields[name] = value.replace(/^"(.*)"$/, '$1').trim()
  event.message = message.slice(0, tail)
  Object.assign(
    event.attributes,
    present({
      'client.address': fields.client,
      server: fields.server,
      upstream: fields.upstream,
      'request.host': fields.host,
      referrer: fields.referrer,
    }),
  )
  const request = fields.request === undefined ? {} : readRequestLine(fields.request)
  if (request.method !== undefined) event.request = request
}

/** `2024/05/01 12:00:00 [error] 1234#1234: *5 open() "/x" failed (2: No such file or directory), client: …`. */
export const nginxErrorReader: LineReader = {
  name: 'nginx error log',
  dated: true,
  first: '12',
  read(line, { zone, cursor }) {
    if (line.charCodeAt(4) !== 47) return undefined
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const rest = line.slice(cursor.end)
    const match = NGINX.exec(rest)
    if (!match) return undefined
    const event: TextEvent = {
      time,
      level: levelOfWord(match[1] ?? ''),
      message: rest.slice(match[0].length),
      product: 'nginx',
      attributes: present({ pid: Number(match[2]), connection: numberOrText(match[4]) }),
    }
    readNginxTail(event)
    return event
  },
  absorb(event, line) {
    // What PHP printed stands in the entry with its line breaks; the fields follow behind the last of them.
    if (event.attributes['client.address'] !== undefined || event.message.length > LONGEST_PRINT) return false
    if (!event.message.startsWith(FASTCGI) || /^\d{4}\/\d\d\/\d\d /.test(line)) return false
    event.message = `${event.message}\n${line}`
    if (line.includes(', client: ')) readNginxTail(event)
    return true
  },
}

const APACHE = /^ \[(?:([\w-]{0,40}):)?(emerg|alert|crit|error|warn|notice|info|debug|trace\d)\]/
const APACHE_GROUP = /^ \[(pid|client|remote|tid) ((?:\[[\da-f:.]{2,60}\])?[^\]]{0,200})\]/i
/** What the system answered; httpd prints it before the client: `(13)Permission denied: [client 192.0.2.9:55012] AH00035: …`. */
const APACHE_SYSTEM = /^ ?(\(\d{1,5}\)[^:[\]]{1,200}: )(?=\[(?:client|remote) |AH\d{5}: )/
const APACHE_CODE = /^ ?(AH\d{5}): /

/** `[Sun Dec 04 04:47:44 2005] [error] [client 203.0.113.9] …` and the 2.4 form with module, pid and code. */
export const apacheErrorReader: LineReader = {
  name: 'Apache error log',
  first: '[',
  read(line, { zone, cursor }) {
    const time = scanCtime(line, 1, zone, cursor)
    if (Number.isNaN(time) || line.charCodeAt(cursor.end) !== 93) return undefined
    let rest = line.slice(cursor.end + 1)
    const match = APACHE.exec(rest)
    if (!match) return undefined
    rest = rest.slice(match[0].length)
    const fields: { [name: string]: string } = {}
    const takeGroups = (): void => {
      for (let group = APACHE_GROUP.exec(rest); group; group = APACHE_GROUP.exec(rest)) {
        fields[group[1] ?? ''] = group[2] ?? ''
        rest = rest.slice(group[0].length)
      }
    }
    takeGroups()
    const system = APACHE_SYSTEM.exec(rest)
    if (system) {
      rest = ` ${rest.slice(system[0].length)}`
      takeGroups()
    }
    const code = APACHE_CODE.exec(rest)
    const client = fields.client ?? fields.remote
    const port = client === undefined ? null : /^([\d.]+|\[[\da-f:.]+\]|[\da-f:]+):(\d{1,5})$/i.exec(client)
    const level = match[2]?.startsWith('trace') ? 'trace' : levelOfWord(match[2] ?? '')
    return {
      time,
      level,
      message: `${system?.[1] ?? ''}${rest.slice(code?.[0].length ?? 0).trim()}`,
      product: 'apache',
      attributes: present({
        module: match[1],
        pid: numberOrText(fields.pid?.split(':')[0]),
        code: code?.[1],
        'client.address': port?.[1]?.replace(/^\[|\]$/g, '') ?? client,
        'client.port': numberOrText(port?.[2]),
      }),
    }
  },
}

const PHP = /^\] PHP (Fatal error|Parse error|Recoverable fatal error|Warning|Notice|Deprecated|Strict Standards):\s+/
/** The error log of PHP: `[01-May-2024 12:00:00 Europe/Berlin] PHP Warning:  …`. */
export const createPhpReader = (): LineReader => {
  let named: Zone | undefined
  return {
    name: 'PHP error log',
    first: '[',
    read(line, { zone, cursor }) {
      let time = scanMail(line, 1, zone, cursor)
      if (Number.isNaN(time)) return undefined
      const region = /^ ([A-Z][\w/+-]{1,40})(?=\])/.exec(line.slice(cursor.end, cursor.end + 60))
      const rest = line.slice(cursor.end + (region?.[0].length ?? 0))
      const match = PHP.exec(rest)
      if (!match) return undefined
      if (region) {
        const own: Zone = named && named.name === region[1] ? named : createZone(region[1] ?? '')
        named = own
        time = scanMail(line, 1, own, cursor)
      }
      const word = match[1] ?? ''
      const level = word.includes('error') ? 'error' : word === 'Warning' ? 'warn' : 'info'
      return { time, level, message: rest.slice(match[0].length), product: 'php', attributes: { severity: word } }
    },
  }
}

/** W3C extended format of IIS and others: the columns are named by `#Fields:` lines. */
export const createW3cReader = (): LineReader => {
  let fields: string[] = []
  return {
    name: 'W3C extended log',
    first: `${DIGITS}#`,
    read(line, { zone, cursor }) {
      if (line.startsWith('#')) {
        const directive = /^#(Fields|Software|Version|Date|Start-Date|End-Date|Remark):\s*(.*)$/.exec(line)
        if (directive?.[1] === 'Fields') fields = (directive[2] ?? '').trim().split(/\s+/)
        return directive ? null : undefined
      }
      if (fields.length < 3) return undefined
      const values = line.split(line.includes('\t') ? '\t' : ' ')
      if (values.length !== fields.length) return undefined
      const row: { [name: string]: string } = Object.create(null)
      fields.forEach((name, index) => {
        const value = values[index] ?? '-'
        if (value !== '-') row[name.toLowerCase()] = value
      })
      const time = scanIso(`${row.date} ${row.time}`, 0, zone, cursor)
      if (Number.isNaN(time)) return undefined
      return w3cEvent(time, row)
    },
  }
}

const W3C_NAMES: { [name: string]: string } = {
  'c-ip': 'client.address',
  'cs-username': 'user',
  'cs(user-agent)': 'client.user_agent',
  'cs(referer)': 'referrer',
  's-ip': 'server.address',
  's-port': 'server.port',
  'sc-bytes': 'bytes',
  'cs-host': 'request.host',
}
const W3C_USED = new Set(['date', 'time', 'cs-method', 'cs-uri-stem', 'cs-uri-query', 'sc-status', 'time-taken', 's-computername'])

const w3cEvent = (time: number, row: { [name: string]: string }) => {
  const attributes: { [name: string]: unknown } = {}
  for (const [name, value] of Object.entries(row)) {
    if (W3C_USED.has(name)) continue
    const text = name === 'cs(user-agent)' ? value.replaceAll('+', ' ') : value
    attributes[W3C_NAMES[name] ?? name] = name === 'sc-bytes' || name === 's-port' ? numberOrText(text) : text
  }
  const status = Number(row['sc-status'] ?? 0)
  const query = row['cs-uri-query']
  const path = `${row['cs-uri-stem'] ?? ''}${query === undefined ? '' : `?${query}`}`
  const method = row['cs-method'] ?? ''
  return {
    time,
    level: status >= 500 ? ('error' as const) : status >= 400 ? ('warn' as const) : ('info' as const),
    message: `${method} ${path}`.trim(),
    host: row['s-computername'],
    kind: 'request' as const,
    attributes,
    request: {
      method,
      path,
      ...(status > 0 ? { status } : {}),
      ...(row['time-taken'] === undefined ? {} : { durationMs: Number(row['time-taken']) }),
    },
  }
}
