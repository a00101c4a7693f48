import type { Level } from '@heartwood/protocol'
import { levelOfLetter, levelOfWord } from '../../native/decode-levels.ts'
import { scanClf, scanIso, scanLocal } from '../../stamps/scan.ts'
import { createDayScanner, type YearlessScanner } from '../../stamps/year-clock.ts'
import { readPairs } from './pairs.ts'
import { DIGITS, type LineReader, numberOrText, present, scanYearless, type TextEvent } from './reading.ts'
import { levelOfStatus } from './request-line.ts'

const PYTHON = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL)(?::([\w.-]{1,200}):| {1,8}([a-z_]\w{0,60}(?:\.\w{1,60}){0,12}): )/
/** Python's default, `ERROR:root:message`, and the form that people choose: `ERROR shop.db: message`. */
export const pythonReader: LineReader = {
  name: 'Python default',
  first: 'DIWEC',
  read(line) {
    const match = PYTHON.exec(line.slice(0, 220))
    if (!match) return undefined
    return {
      time: Number.NaN,
      level: levelOfWord(match[1] ?? ''),
      message: line.slice(match[0].length),
      attributes: { logger: match[2] ?? match[3] },
    }
  },
}

const scanKlog = createDayScanner('', 1)
const KLOG = /^([IWEF])(?:(\d{4})(\d\d)(\d\d)|\d{4}) (\d\d:\d\d:\d\d\.\d{1,9}) +(\d+) ([\w./-]{1,200}:\d{1,6})\] ?/
/** What klog makes of `InfoS` and its like: `"message" key="value"`. */
const KLOG_MESSAGE = /^"((?:[^"\\]|\\.){0,2000})"(?: (?=[\w.-]{1,60}=)|$)/
/** klog and glog: `E0501 12:00:00.123456    1234 file.go:12] message`, and with the year as newer versions of glog write it. */
export const klogReader: LineReader = {
  name: 'klog',
  first: 'IWEF',
  read(line, reading) {
    const match = KLOG.exec(line.slice(0, 280))
    if (!match) return undefined
    const { zone, cursor } = reading
    const stamp = match[2] === undefined ? undefined : `${match[2]}-${match[3]}-${match[4]} ${match[5]}`
    const time = stamp === undefined ? scanYearless(line, reading, scanKlog) : scanIso(stamp, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const rest = line.slice(match[0].length)
    const said = rest.charCodeAt(0) === 34 ? KLOG_MESSAGE.exec(rest) : null
    const { err, ...fields } = (said && readPairs(rest.slice(said[0].length))) ?? {}
    const attributes = present({ pid: Number(match[6]), source: match[7], ...fields })
    const event: TextEvent = { time, level: levelOfLetter(match[1] ?? ''), message: said?.[1]?.replaceAll('\\"', '"') ?? rest, attributes }
    if (err !== undefined) event.error = { message: String(err) }
    return event
  },
}

const RUBY = /^([DIWEFAU]), \[([^\]\s]{19,40})(?: #(\d+))?\] +(DEBUG|INFO|WARN|ERROR|FATAL|ANY|UNKNOWN) -- ([^:]{0,200}): ?/
/** Ruby's Logger: `E, [2024-05-01T12:00:00.123456 #1234] ERROR -- name: message`. */
export const rubyReader: LineReader = {
  name: 'Ruby Logger',
  first: 'DIWEFAU',
  read(line, { zone, cursor }) {
    const match = line.charCodeAt(1) === 44 ? RUBY.exec(line.slice(0, 400)) : null
    const time = match ? scanIso(match[2] ?? '', 0, zone, cursor) : Number.NaN
    if (!match || Number.isNaN(time)) return undefined
    return {
      time,
      level: levelOfWord(match[4] ?? ''),
      message: line.slice(match[0].length),
      service: match[5]?.trim(),
      attributes: present({ pid: numberOrText(match[3]) }),
    }
  },
}

const RAILS_START = /^Started ([A-Z]{3,10}) "([^"]*)" for (\S{1,60}) at (.{19,30})$/
const RAILS_END = /^Completed (\d{3}) [\w ']{1,60} in (\d+(?:\.\d+)?)ms/
/** Rails in development: `Started GET "/" for 127.0.0.1 at 2024-05-01 12:00:00 +0000` … `Completed 200 OK in 12ms`. */
export const railsReader: LineReader = {
  name: 'Rails',
  first: 'SC',
  read(line, { zone, cursor }) {
    const start = RAILS_START.exec(line)
    if (start) {
      const time = scanIso(start[4] ?? '', 0, zone, cursor)
      if (Number.isNaN(time)) return undefined
      const request = { method: start[1] ?? '', path: start[2] ?? '' }
      return { time, level: 'info', message: line, kind: 'request', attributes: present({ 'client.address': start[3] }), request }
    }
    const end = RAILS_END.exec(line)
    if (!end) return undefined
    const status = Number(end[1])
    const request = { status, durationMs: Number(end[2]) }
    return { time: Number.NaN, level: levelOfStatus(status), message: line, attributes: {}, request }
  },
}

const DOTNET = /^(trce|dbug|info|warn|fail|crit): ([\w.`+]{1,300})\[(\d{1,9})\]\s*$/
const DOTNET_LEVELS: { [word: string]: Level } = { trce: 'trace', dbug: 'debug', info: 'info', warn: 'warn', fail: 'error', crit: 'fatal' }
/** The console logger of .NET: `info: Microsoft.Hosting.Lifetime[14]`, the message indented on the next line. */
export const dotnetReader: LineReader = {
  name: '.NET console',
  first: 'tdiwfc',
  read(line) {
    const match = line.length > 400 ? null : DOTNET.exec(line)
    if (!match) return undefined
    const attributes = { logger: match[2], 'event.id': Number(match[3]) }
    return { time: Number.NaN, level: DOTNET_LEVELS[match[1] ?? ''], message: '', attributes }
  },
  absorb(event, line) {
    if (event.message !== '' || !line.startsWith('      ')) return false
    event.message = line.slice(6)
    return true
  },
}

const NEST = /^\[Nest\] (\d{1,9}) {1,4}- (?=\d)/
const NEST_REST = /^ {1,8}(LOG|ERROR|WARN|DEBUG|VERBOSE|FATAL) (?:\[([^\]]{1,200})\] )?/
/** NestJS: `[Nest] 1234  - 05/01/2024, 12:00:00 AM     LOG [NestFactory] Starting …`. */
export const nestReader: LineReader = {
  name: 'NestJS',
  first: '[',
  read(line, { zone, cursor }) {
    const match = NEST.exec(line.slice(0, 30))
    const time = match ? scanLocal(line, match[0].length, zone, cursor) : Number.NaN
    const rest = Number.isNaN(time) ? null : NEST_REST.exec(line.slice(cursor.end, cursor.end + 300))
    if (!match || !rest) return undefined
    const message = line.slice(cursor.end + rest[0].length)
    return { time, level: levelOfWord(rest[1] ?? ''), message, attributes: present({ pid: Number(match[1]), logger: rest[2] }) }
  },
}

const scanChromium: YearlessScanner = (text, at, stamp) => {
  const match = CHROMIUM.exec(text.slice(at, at + 60))
  if (!match) return false
  const [all, , month, day, hour, minute, second, fraction = '0'] = match
  stamp.month = Number(month)
  stamp.day = Number(day)
  stamp.clock = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1e6 + Number(fraction.padEnd(6, '0'))
  stamp.end = at + all.length
  return stamp.month >= 1 && stamp.month <= 12 && stamp.day >= 1 && stamp.day <= 31
}
const CHROMIUM = /^\[(?:(\d{1,9})(?::\d{1,9})?:)?(\d\d)(\d\d)\/(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?:/
const CHROMIUM_REST = /^(INFO|WARNING|ERROR|FATAL|VERBOSE\d{0,2}):([^\]:(]{1,200}(?:[(:]\d{1,7}\)?)?)\] ?/
/** Chromium, Electron and their like: `[1234:5678:0501/120000.123456:ERROR:gpu_process_host.cc(967)] message`. */
export const chromiumReader: LineReader = {
  name: 'Chromium',
  first: '[',
  read(line, reading) {
    const match = CHROMIUM.exec(line.slice(0, 60))
    const rest = match ? CHROMIUM_REST.exec(line.slice(match[0].length, match[0].length + 260)) : null
    const time = rest ? scanYearless(line, reading, scanChromium) : Number.NaN
    if (!match || !rest || Number.isNaN(time)) return undefined
    const level = levelOfWord((rest[1] ?? '').replace(/\d+$/, ''))
    return {
      time,
      level,
      message: line.slice(match[0].length + rest[0].length),
      attributes: present({ pid: numberOrText(match[1]), source: rest[2] }),
    }
  },
}

const CUPS = /^([XACEWNIDd]) (?=\[\d\d\/[A-Z][a-z]{2}\/\d{4}:)/
/** CUPS: `E [01/May/2024:12:00:00 +0200] message`. */
export const cupsReader: LineReader = {
  name: 'CUPS',
  first: 'XACEWNIDd',
  read(line, { zone, cursor }) {
    const match = CUPS.exec(line.slice(0, 20))
    const time = match ? scanClf(line, 3, zone, cursor) : Number.NaN
    if (!match || Number.isNaN(time)) return undefined
    const letter = match[1] ?? ''
    const level = letter === 'X' ? 'fatal' : levelOfLetter(letter.toUpperCase())
    return { time, level, message: line.slice(cursor.end + 2), product: 'cups', attributes: {} }
  },
}

const GO = /^ (?:([\w./-]{1,200}\.go:\d{1,6}): )?/
/** Go's standard logger: `2024/05/01 12:00:00 main.go:12: message`; slog's default writes a level first. */
export const goReader: LineReader = {
  name: 'Go log',
  dated: true,
  general: true,
  first: '12',
  read(line, { zone, cursor }) {
    if (line.charCodeAt(4) !== 47 || line.charCodeAt(10) !== 32) return undefined
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const rest = line.slice(cursor.end)
    const match = GO.exec(rest)
    if (!match) return undefined
    const message = rest.slice(match[0].length)
    const word = /^\[?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|ERR|FATAL|PANIC)\]?(?::\s?|\s)/.exec(message)
    return {
      time,
      level: word ? levelOfWord(word[1] ?? '') : /^(?:http: )?panic/.test(message) ? 'error' : undefined,
      message: word ? message.slice(word[0].length) : message,
      attributes: present({ source: match[1] }),
    }
  },
}

const HDFS = /^(\d\d)(\d\d)(\d\d) (\d\d)(\d\d)(\d\d) (\d{1,7}) (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) ([\w.$]{1,200}): /
const SPARK = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,]\d{3})? (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) (?:\[[^\]]{1,100}\] )?([\w.$]{1,200}): /
const MYSQL_OLD = /^(\d\d)(\d\d)(\d\d) +(\d{1,2}):(\d\d):(\d\d) +(?:(\d+ )?\[(Note|Warning|ERROR)\] |(mysqld[^ ]*|InnoDB): )?/

/** Stamps with two digits for the year: HDFS `081109 203615 148 INFO …`, Spark `17/06/09 20:10:40 INFO …`, MySQL before 5.7 `240501 12:00:00 [ERROR] …`. */
export const shortYearReader: LineReader = {
  name: 'year of two digits',
  dated: false,
  first: DIGITS,
  read(line, { zone, cursor }) {
    const head = line.slice(0, 300)
    const hdfs = HDFS.exec(head)
    const match = hdfs ?? SPARK.exec(head) ?? MYSQL_OLD.exec(head)
    if (!match) return undefined
    const [year = '', month, day, hour = '', minute, second] = match.slice(1, 7)
    const century = Number(year) < 70 ? '20' : '19'
    const time = scanIso(`${century}${year}-${month}-${day} ${hour.padStart(2, '0')}:${minute}:${second}`, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const message = line.slice(match[0].length)
    if (hdfs) return { time, level: levelOfWord(match[8] ?? ''), message, attributes: { pid: Number(match[7]), logger: match[9] } }
    if (head.charCodeAt(2) === 47) return { time, level: levelOfWord(match[7] ?? ''), message, attributes: { logger: match[8] } }
    return { time, level: levelOfWord(match[8] ?? '') ?? 'info', message, product: 'mysql', attributes: {} }
  },
}
