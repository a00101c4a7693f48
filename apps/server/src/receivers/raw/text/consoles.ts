import type { Level } from '@heartwood/protocol'
import { levelOfWord } from '../../native/decode-levels.ts'
import { scanCtime, scanIso } from '../../stamps/scan.ts'
import { readPairs } from './pairs.ts'
import { CAPITALS, DIGITS, type LineReader, present, type TextEvent } from './reading.ts'
import { scanTimeOfDay } from './time-of-day.ts'

const BOXES = /^(?:\[[^\]]{1,60}\]){3,8} /
const BOX_LEVEL = /^(?:trace|debug|info|warning|error|critical|off) *$/
const UPTIME = /^(\d{1,12}(?:[.,]\d{1,9})?)(s|ms|ns)$/
const BOX_SOURCE = /^\[(?:\.\/)?([\w./-]{1,200}\.(?:cc|h|cpp|rs|go):\d{1,6})\] /
const SECONDS: { [unit: string]: number } = { s: 1, ms: 1e-3, ns: 1e-9 }
/**
 * A row of boxes that say when, how loud and what about: JVM unified logging `[2024-05-01T12:00:00.123+0000][0.456s][info][gc,heap] message`, where
 * the time since the start may stand alone, and Envoy `[2024-05-01 12:00:00.123][15][warning][config] [source/x.cc:160] message`.
 */
export const boxesReader: LineReader = {
  name: 'row of boxes',
  first: '[',
  read(line, { zone, cursor }) {
    const row = BOXES.exec(line.slice(0, 400))?.[0]
    if (row === undefined) return undefined
    const boxes = row.slice(1, -2).split('][')
    const at = boxes.findIndex((box) => BOX_LEVEL.test(box))
    const topic = boxes[at + 1]
    if (at < 1 || topic === undefined || boxes.length > at + 2) return undefined
    let time = Number.NaN
    const found: { pid?: number; thread?: number; uptime?: number } = {}
    for (const box of boxes.slice(0, at)) {
      const uptime = UPTIME.exec(box)
      if (uptime) found.uptime = Math.round(Number(uptime[1]?.replace(',', '.')) * (SECONDS[uptime[2] ?? ''] ?? 1) * 1e9) / 1e9
      else if (/^\d{1,10}$/.test(box)) {
        if (found.pid === undefined) found.pid = Number(box)
        else found.thread = Number(box)
      } else {
        time = scanIso(box, 0, zone, cursor)
        if (Number.isNaN(time)) return undefined
      }
    }
    const rest = line.slice(row.length)
    const source = BOX_SOURCE.exec(rest.slice(0, 260))
    const attributes = present({ ...found, logger: topic.trim(), source: source?.[1] })
    return { time, level: levelOfWord(boxes[at]?.trim() ?? ''), message: rest.slice(source?.[0].length ?? 0), attributes }
  },
}

const SHORT = /^ (TRC|DBG|INF|WRN|ERR|FTL|PNC|\?\?\?|TRACE|DEBUG|INFO|WARN|ERROR|FATAL) (?:([\w./-]{1,120}\.go:\d{1,6}):? (?:> )?)?/
const FIELDS = / (?=[A-Za-z_][\w./-]{0,80}=)/g
const SHORT_LEVELS: { [word: string]: Level } = { PNC: 'fatal' }
/** Fields stand behind the message: from the first word that is a pair on, all are. */
const cutFields = (text: string): { message: string; fields: string } => {
  FIELDS.lastIndex = 0
  const match = FIELDS.exec(` ${text}`)
  return match ? { message: text.slice(0, Math.max(match.index - 1, 0)), fields: text.slice(match.index) } : { message: text, fields: '' }
}
/** What zerolog and charm's log write to a terminal: `12:00PM INF message key=value`. */
export const shortLevelReader: LineReader = {
  name: 'zerolog console',
  first: DIGITS,
  read(line, reading) {
    const { zone, cursor } = reading
    const isClock = line.charCodeAt(1) === 58 || line.charCodeAt(2) === 58
    const time = isClock ? scanTimeOfDay(line, 0, reading) : scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const { end } = cursor
    const match = SHORT.exec(line.slice(end, end + 140))
    // Levels of five letters are those of many others; the clock of twelve hours is not.
    const isHalfDay = line.charCodeAt(end - 1) === 77
    if (!match || (!isHalfDay && (match[1]?.length ?? 0) > 3)) return undefined
    const { message, fields } = cutFields(line.slice(end + match[0].length))
    const { error, ...others } = readPairs(fields) ?? {}
    const event: TextEvent = {
      time,
      level: SHORT_LEVELS[match[1] ?? ''] ?? levelOfWord(match[1] ?? ''),
      message,
      attributes: present({ ...others, source: match[2] }),
    }
    if (error !== undefined) event.error = { message: String(error) }
    return event
  },
}

const NPM = /^(\d{1,6}) (silly|verbose|info|http|timing|notice|warn|error|silent) (\S[\s\S]*)$/
const NPM_START = /^0 (?:info|verbose|silly|warn) /
const NPM_LEVELS: { [word: string]: Level } = {
  silly: 'trace',
  verbose: 'debug',
  timing: 'debug',
  http: 'info',
  notice: 'info',
  warn: 'warn',
  error: 'error',
}
/** The debug log of npm, each line with its number: `0 verbose cli …`, `12 silly …`. Lines of one number are one entry. */
export const createNpmReader = (): LineReader => {
  let begun = false
  let number = ''
  return {
    name: 'npm',
    dated: false,
    first: DIGITS,
    read(line) {
      if (!begun && !NPM_START.test(line)) return undefined
      const match = NPM.exec(line)
      if (!match) return undefined
      begun = true
      number = match[1] ?? ''
      return { time: Number.NaN, level: NPM_LEVELS[match[2] ?? ''] ?? 'info', message: match[3] ?? '', product: 'npm', attributes: {} }
    },
    absorb(_event, line) {
      const match = line.startsWith(`${number} `) ? NPM.exec(line) : null
      return match?.[3]?.replace(/^stack (?=\s*at )/, '') ?? false
    },
  }
}

const PUMA = /^\[(\d{1,7})\] (?:([*!-]) {1,3}|(?==== puma |Puma |\+ ))/
const PUMA_TIME = /^=== puma (?:startup|shutdown): (.{19,30}) ===$/
/** Puma with several workers, each line behind the number of its process: `[1] * Listening on …`, `[1] ! Terminating …`. */
export const pumaReader: LineReader = {
  name: 'Puma',
  first: '[',
  read(line, { zone, cursor }) {
    const match = PUMA.exec(line.slice(0, 40))
    if (!match) return undefined
    const message = line.slice(match[0].length)
    const stamp = PUMA_TIME.exec(message)?.[1]
    const level = match[2] === '!' ? 'warn' : 'info'
    return {
      time: stamp === undefined ? Number.NaN : scanIso(stamp, 0, zone, cursor),
      level,
      message,
      product: 'puma',
      attributes: { pid: Number(match[1]) },
    }
  },
}

const BOOT = /^\[(?: {2}OK {2}|FAILED|DEPEND| INFO | WARN | SKIP | TIME |ERROR!)\] /
const BOOT_LEVELS: { [word: string]: Level } = { FAILED: 'error', DEPEND: 'warn', WARN: 'warn', TIME: 'warn', 'ERROR!': 'error' }
const BOOT_START = /^ {0,9}(?:Starting|Stopping|Mounting|Unmounting|Reloading|Activating swap|Reached target) [^\n]{1,300}\.\.\.$/
const BOOT_HEAD = /^-{12} (?=[A-Z][a-z]{2} [A-Z][a-z]{2} )/
/** What systemd shows while the machine starts (`boot.log`): `[  OK  ] Started …`, `[FAILED] Failed to start …`. */
export const createBootReader = (): LineReader => {
  let begun = false
  const said = (message: string, level: Level = 'info', time = Number.NaN): TextEvent => {
    begun = true
    return { time, level, message, product: 'systemd', attributes: {} }
  }
  return {
    name: 'boot.log',
    first: `[-${CAPITALS}`,
    read(line, { zone, cursor }) {
      const match = BOOT.exec(line)
      if (match) return said(line.slice(match[0].length), BOOT_LEVELS[match[0].slice(1, 7).trim()])
      if (begun && BOOT_START.test(line)) return said(line)
      const head = BOOT_HEAD.exec(line)
      const time = head ? scanCtime(line, head[0].length, zone, cursor) : Number.NaN
      return Number.isNaN(time) ? undefined : said(line, 'info', time)
    },
    // `         Starting Shop service...` stands indented.
    begins: (line) => line.startsWith('         ') && BOOT_START.test(line),
  }
}
