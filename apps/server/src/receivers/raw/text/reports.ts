import { levelOfWord } from '../../native/decode-levels.ts'
import { parseTimestamp } from '../../stamps/parse-timestamp.ts'
import { scanMail } from '../../stamps/scan.ts'
import { nameTime, readPairs } from './pairs.ts'
import { type LineReader, present, type TextEvent } from './reading.ts'

const AUDIT = /^(?:node=(\S{1,255}) )?type=(\w{1,60}) msg=audit\((\d{9,11}\.\d{3}):(\d{1,12})\): ?/
/** The audit daemon of Linux: `type=SYSCALL msg=audit(1714557600.123:456): arch=c000003e …`. */
export const auditReader: LineReader = {
  name: 'Linux audit',
  first: 'tn',
  read(line) {
    const match = AUDIT.exec(line.slice(0, 420))
    if (!match) return undefined
    const message = line.slice(match[0].length)
    // What user space adds stands in quotes of its own, and enriched logs repeat fields with their names behind a separator.
    const pairs = readPairs(message.replace(/\bmsg='([^']*)'/, '$1').replaceAll('\x1d', ' ')) ?? {}
    const attributes: TextEvent['attributes'] = { ...pairs, type: match[2], serial: Number(match[4]) }
    const level = pairs.res === 'failed' || pairs.success === 'no' ? 'warn' : 'info'
    return {
      time: Math.round(Number(match[3]) * 1e3) * 1e3,
      level,
      message: `${match[2]} ${message}`.trim(),
      product: 'audit',
      host: match[1],
      attributes,
    }
  },
}

const REPORT = /^=([A-Z]{3,12})(?: REPORT)?==== /
const REPORT_LEVELS: { [word: string]: TextEvent['level'] } = { PROGRESS: 'info', CRASH: 'error', SUPERVISOR: 'error', INFO: 'info' }
/** Reports of Erlang/OTP: `=ERROR REPORT==== 1-May-2024::12:00:01 ===`, and what follows up to the next. */
export const erlangReader: LineReader = {
  name: 'Erlang report',
  first: '=',
  read(line, { zone, cursor }) {
    const match = REPORT.exec(line.slice(0, 40))
    if (!match) return undefined
    const stamp = line.slice(match[0].length).replace('::', ' ')
    const time = scanMail(stamp, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const word = match[1] ?? ''
    return { time, level: REPORT_LEVELS[word] ?? levelOfWord(word), message: '', attributes: { report: word.toLowerCase() } }
  },
  absorb(event, line) {
    if (REPORT.test(line)) return false
    event.message = event.message === '' ? line.trim() : `${event.message}\n${line}`
    return true
  },
}

const PAIRED = /^(?:time|ts|level|lvl|t|logger|msg|at)=(?:"|[^\s"])/
const LOGRUS = /^([A-Z]{4,7})\[([^\]]{4,35})\] /
const LOGRUS_LEVELS: { [word: string]: TextEvent['level'] } = {
  TRAC: 'trace',
  DEBU: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERRO: 'error',
  FATA: 'fatal',
  PANI: 'fatal',
}
/** Lines of logfmt among others, and what logrus writes to a terminal: `ERRO[2024-05-01T12:00:08Z] message   key=value`. */
export const logfmtLineReader: LineReader = {
  name: 'logfmt line',
  first: `tlmaTDIWEFP`,
  read(line, { zone }) {
    if (line.charCodeAt(0) > 96) {
      if (!PAIRED.test(line)) return undefined
      const record = readPairs(line)
      if (!record || Object.keys(record).length < 2) return undefined
      nameTime(record)
      return { time: Number.NaN, level: undefined, message: '', attributes: {}, record }
    }
    const match = LOGRUS.exec(line.slice(0, 60))
    const level = match ? LOGRUS_LEVELS[(match[1] ?? '').slice(0, 4)] : undefined
    if (!match || !level) return undefined
    // `INFO[0012]` counts seconds since the start of the program.
    const isUptime = /^\d{4,9}$/.test(match[2] ?? '')
    const time = isUptime ? undefined : parseTimestamp(match[2], { zone })
    if (time === undefined && !isUptime) return undefined
    const rest = line.slice(match[0].length)
    const fields = /\s{2,}(?=[\w.-]{1,60}=)/.exec(rest)
    const message = (fields ? rest.slice(0, fields.index) : rest).trim()
    const attributes = present({ ...(fields ? readPairs(rest.slice(fields.index)) : {}), uptime: isUptime ? Number(match[2]) : undefined })
    return { time: time ?? Number.NaN, level, message, attributes }
  },
}
