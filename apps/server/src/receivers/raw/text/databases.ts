import { levelOfWord } from '../../native/decode-levels.ts'
import { scanIso, scanMail } from '../../stamps/scan.ts'
import { scanBsd, type YearlessScanner } from '../../stamps/year-clock.ts'
import { DIGITS, type LineReader, numberOrText, present, type TextEvent } from './reading.ts'

const SEVERITY = /(DEBUG[1-5]?|INFO|NOTICE|WARNING|ERROR|LOG|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION): {2}/
const PART_OF_ENTRY = new Set(['DETAIL', 'HINT', 'CONTEXT', 'STATEMENT', 'QUERY', 'LOCATION'])
const DURATION = /^duration: (\d+(?:\.\d+)?) ms/

/** What `log_line_prefix` put between the time and the severity: pid, user, database, application, client. */
const readPrefix = (prefix: string): { [name: string]: unknown } => {
  const at = /(?:^|[\s[:])([^\s@=,[\]:()]{1,64})@([^\s@=,[\]:()]{1,64})/.exec(prefix)
  const named: { [name: string]: string } = {}
  if (prefix.includes('=')) for (const [, name = '', value = ''] of prefix.matchAll(/\b(user|db|app|client)=([^,\s\]]{1,100})/g)) named[name] = value
  return present({
    pid: numberOrText(/\[(\d+)(?:-\d+)?\]/.exec(prefix)?.[1] ?? /(?:^|\s)(\d+)(?:\s|$)/.exec(prefix)?.[1]),
    user: at?.[1] ?? named.user,
    database: at?.[2] ?? named.db,
    application: named.app,
    'client.address': named.client ?? /(?:^|[\s:])([\da-f.:]{3,45})\(\d{1,5}\)/.exec(prefix)?.[1]?.replace(/^:/, ''),
  })
}

/** What may stand before the time: `< ` (packages of the project, before 10), or a pid. */
const BEFORE_TIME = /^(?:< ?|\[(\d{1,9})\]:? |(\d{1,9}) (?=\d{4}-))/
/** `%n` is the time as seconds since 1970. */
const EPOCH = /^\d{10}\.\d{3}(?= )/
const PREFIX_TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?|^\d{10}\.\d{3}/
const CONTINUES = '0123456789<['

/**
 * `2024-05-01 12:00:00.123 CEST [1234] user@db ERROR:  …`. DETAIL, HINT, STATEMENT and CONTEXT are lines with a time of their own but belong to the line
 * before them, if it is of the same process.
 */
export const createPostgresReader = (): LineReader => {
  const parse = (line: string): { severity: string; prefix: string; message: string; start: number } | undefined => {
    const head = line.length > 300 ? line.slice(0, 300) : line
    const match = SEVERITY.exec(head)
    if (!match) return undefined
    return { severity: match[1] ?? '', prefix: head.slice(0, match.index), message: line.slice(match.index + match[0].length), start: match.index }
  }
  let part: string | undefined
  return {
    name: 'PostgreSQL',
    first: CONTINUES,
    read(line, { zone, cursor }) {
      const before = BEFORE_TIME.exec(line.slice(0, 20))
      const at = before?.[0].length ?? 0
      const epoch = EPOCH.exec(line.slice(at, at + 20))?.[0]
      const time = epoch === undefined ? scanIso(line, at, zone, cursor) : Math.round(Number(epoch) * 1e3) * 1e3
      if (Number.isNaN(time)) return undefined
      if (epoch !== undefined) cursor.end = at + epoch.length
      const parsed = parse(line)
      if (!parsed || parsed.start < cursor.end) return undefined
      const attributes = readPrefix(`${line.slice(0, at)}${parsed.prefix.slice(cursor.end)}`)
      const level = parsed.severity === 'LOG' ? 'info' : levelOfWord(parsed.severity)
      part = undefined
      const duration = DURATION.exec(parsed.message)?.[1]
      if (duration !== undefined) attributes.durationMs = Number(duration)
      return { time, level, message: parsed.message, product: 'postgresql', attributes }
    },
    absorb({ attributes }, line) {
      if (line.charCodeAt(0) === 9 && part !== undefined) {
        attributes[part] = `${attributes[part]}\n${line.slice(1)}`
        return true
      }
      if (!CONTINUES.includes(line.charAt(0))) return false
      const parsed = parse(line)
      if (!parsed || !PART_OF_ENTRY.has(parsed.severity)) return false
      if (readPrefix(parsed.prefix.replace(PREFIX_TIME, '')).pid !== attributes.pid) return false
      part = parsed.severity.toLowerCase()
      attributes[part] = attributes[part] === undefined ? parsed.message : `${attributes[part]}\n${parsed.message}`
      return true
    },
  }
}

const MYSQL = /^ (\d+) \[(System|Note|Warning|Error|ERROR)\] (?:\[(MY-\d{6})\] )?(?:\[(\w+)\] )?/
/** `2024-05-01T12:00:00.123456Z 0 [Warning] [MY-010068] [Server] …`. */
export const mysqlErrorReader: LineReader = {
  name: 'MySQL error log',
  dated: true,
  first: '12',
  read(line, { zone, cursor }) {
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const match = MYSQL.exec(line.slice(cursor.end, cursor.end + 200))
    if (!match) return undefined
    return {
      time,
      level: levelOfWord(match[2] ?? ''),
      message: line.slice(cursor.end + match[0].length),
      product: 'mysql',
      attributes: present({ thread: Number(match[1]), code: match[3], subsystem: match[4] }),
    }
  },
}

const SLOW_USER = /^# User@Host: (\S{0,80}?)\[[^\]]*\] @\s+(\S*)\s*\[([^\]]*)\](?:\s+Id:\s+(\d+))?/
const SLOW_NUMBER = /(Query_time|Lock_time|Rows_sent|Rows_examined|Rows_affected): +(\d+(?:\.\d+)?)/g
const SLOW_NAMES: { [name: string]: string } = {
  Lock_time: 'lock_time',
  Rows_sent: 'rows_sent',
  Rows_examined: 'rows_examined',
  Rows_affected: 'rows_affected',
}

const SLOW_TIME = /^# Time: (?:(\d\d)(\d\d)(\d\d) +(\d{1,2}:\d\d:\d\d)|(?=\d{4}-))/
const SET_TIMESTAMP = /^SET timestamp=(\d{9,11})(?:\.(\d{1,6}))?;$/
/** The slow query log: `# Time:` or `# User@Host:` begins an entry, all lines up to the next belong to it, and the statement is its message. */
export const mysqlSlowReader: LineReader = {
  name: 'MySQL slow query log',
  first: '#',
  read(line, { zone, cursor }) {
    const event: TextEvent = { time: Number.NaN, level: 'warn', message: '', product: 'mysql', attributes: {} }
    if (SLOW_USER.test(line)) {
      // Further entries of one second come without a time of their own.
      readSlow(event, line)
      return event
    }
    const match = SLOW_TIME.exec(line.slice(0, 40))
    if (!match) return undefined
    const clock = match[4]?.padStart(8, '0')
    event.time = clock === undefined ? scanIso(line, 8, zone, cursor) : scanIso(`20${match[1]}-${match[2]}-${match[3]} ${clock}`, 0, zone, cursor)
    return Number.isNaN(event.time) ? undefined : event
  },
  absorb(event, line) {
    // The statement ends with a semicolon; after it another entry begins.
    if (line.startsWith('# Time: ') || event.message.endsWith(';')) return false
    readSlow(event, line)
    return true
  },
}

const readSlow = (event: TextEvent, line: string): void => {
  const user = SLOW_USER.exec(line)
  if (user) Object.assign(event.attributes, present({ user: user[1], 'client.address': user[3] || user[2], thread: numberOrText(user[4]) }))
  else if (line.startsWith('# ')) {
    for (const [, name = '', value] of line.matchAll(SLOW_NUMBER)) {
      if (name === 'Query_time') event.attributes.durationMs = Math.round(Number(value) * 1e6) / 1e3
      else event.attributes[SLOW_NAMES[name] ?? name] = Number(value)
    }
  } else {
    const stamp = SET_TIMESTAMP.exec(line)
    if (stamp && Number.isNaN(event.time)) event.time = Number(stamp[1]) * 1e6
    else if (!stamp && !/^use \S+;$/i.test(line)) event.message = event.message === '' ? line : `${event.message}\n${line}`
  }
}

const GENERAL =
  /^(?:\t\t *|[\t ]{1,20})(\d{1,10}) (Connect|Query|Quit|Init DB|Prepare|Execute|Close stmt|Reset stmt|Field List|Statistics|Ping|Change user|Shutdown|Refresh|Kill|Debug|Time|Long Data|Set option|Fetch|Binlog Dump|Create DB|Drop DB|Processlist|Register Slave|Daemon|Error)(?:\t|$)/
const GENERAL_OLD = /^(\d\d)(\d\d)(\d\d) +(\d{1,2}:\d\d:\d\d)(?=\t)/
const GENERAL_HEAD = /^Time {1,40}Id Command {1,10}Argument$/
/** The general query log: `2024-05-01T12:00:01.123456Z\t    8 Query\tSELECT …`; MariaDB writes `240501 12:00:03`, and only when it has changed. */
export const mysqlGeneralReader: LineReader = {
  name: 'MySQL general log',
  first: `${DIGITS}T`,
  read(line, { zone, cursor }) {
    if (GENERAL_HEAD.test(line)) return null
    const old = line.charCodeAt(6) === 32 ? GENERAL_OLD.exec(line) : null
    const time = scanIso(old ? `20${old[1]}-${old[2]}-${old[3]} ${old[4]?.padStart(8, '0')}` : line, 0, zone, cursor)
    const end = old?.[0].length ?? cursor.end
    const bare = /^\d{1,10} (?=[A-Z])/.test(line)
    if (Number.isNaN(time) && !bare) return undefined
    const match = GENERAL.exec(bare ? `\t\t${line}` : line.slice(end))
    if (!match) return undefined
    const argument = bare ? line.slice(match[0].length - 2) : line.slice(end + match[0].length)
    const attributes = { thread: Number(match[1]), command: match[2] }
    return { time, level: 'info', message: argument === '' ? (match[2] ?? '') : argument, product: 'mysql', attributes }
  },
  absorb(event, line) {
    // A statement goes on over as many lines as it has.
    const goesOn = event.attributes.command === 'Query' || event.attributes.command === 'Prepare' || event.attributes.command === 'Execute'
    return goesOn && !GENERAL.test(line) && !/^\d{4}-\d\d-\d\dT\d\d:|^\d{6} [ \d]\d:|^\S{1,200}, Version: /.test(line) ? line : false
  },
  begins: (line) => GENERAL.test(line),
}

const REDIS = /^(?:\[(\d+)\] |(\d+):([XCSM]) )/
const REDIS_SIGNAL = /^(\d{1,9}):signal-handler \((\d{9,11})\) /
const REDIS_LEVEL = /^ ([.\-*#]) /
const REDIS_LEVELS: { [mark: string]: 'debug' | 'info' | 'warn' } = { '.': 'debug', '-': 'info', '*': 'info', '#': 'warn' }
const REDIS_ROLES: { [letter: string]: string } = { X: 'sentinel', C: 'child', S: 'replica', M: 'primary' }
/** `01 May 12:00:00.123`, as Redis before 4 wrote it. */
const dayFirst: YearlessScanner = (text, at, stamp) => {
  const head = REDIS.exec(text.slice(at, at + 24))
  const match = head && /^(\d\d) ([A-Z][a-z]{2}) (\d\d:\d\d:\d\d(?:\.\d{1,6})?) /.exec(text.slice(at + head[0].length, at + head[0].length + 32))
  if (!head || !match || !scanBsd(`${match[2]} ${match[1]} ${match[3]}`, 0, stamp)) return false
  stamp.end = at + head[0].length + match[0].length - 1
  return true
}

/** `1234:M 01 May 2024 12:00:00.123 * Ready to accept connections`, older versions without a year. */
export const redisReader: LineReader = {
  name: 'Redis',
  dated: false,
  first: '0123456789[',
  read(line, reading) {
    const signal = REDIS_SIGNAL.exec(line.slice(0, 50))
    if (signal) {
      const attributes = { pid: Number(signal[1]) }
      return { time: Number(signal[2]) * 1e6, level: 'warn', message: line.slice(signal[0].length), product: 'redis', attributes }
    }
    const head = REDIS.exec(line.slice(0, 24))
    if (!head) return undefined
    const { zone, cursor, stamp, years } = reading
    let time = scanMail(line, head[0].length, zone, cursor)
    let { end } = cursor
    if (Number.isNaN(time)) {
      if (!dayFirst(line, 0, stamp)) return undefined
      time = years.microsOf(stamp, reading.text, reading.at, dayFirst)
      end = stamp.end
    }
    const mark = REDIS_LEVEL.exec(line.slice(end, end + 3))
    if (!mark) return undefined
    return {
      time,
      level: REDIS_LEVELS[mark[1] ?? ''],
      message: line.slice(end + 3),
      product: 'redis',
      attributes: present({ pid: Number(head[1] ?? head[2]), role: REDIS_ROLES[head[3] ?? ''] }),
    }
  },
}
