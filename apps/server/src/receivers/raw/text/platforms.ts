import { levelInText, levelOfLetter, levelOfWord } from '../../native/decode-levels.ts'
import { scanCtime, scanIso } from '../../stamps/scan.ts'
import { createDayScanner } from '../../stamps/year-clock.ts'
import { CAPITALS, type LineReader, numberOrText, present, type Reading, scanYearless, type TextEvent } from './reading.ts'
import { readTagged } from './tagged.ts'

const scanLogcat = createDayScanner('-', 0)
/** `-v uid` puts the user before the process: `10037`, `u0_a37`, `system`. */
const THREADTIME = /^ +(?:([a-z]\w{0,30}|\d{1,7}) +(?=\d{1,7} +\d{1,7} ))?(\d{1,7}) +(\d{1,7}) ([VDIWEFA]) (.{0,120}?) *: ?/
const TIME = /^ ([VDIWEFA])\/(.{0,120}?) *\( *(\d{1,7})\): ?/
const BRIEF = /^([VDIWEFA])\/(.{1,120}?) *\( *(\d{1,7})\): ?/
const TAG = /^([VDIWEFA])\/([^\s():]{1,120}) *: /
/** `-v year` and `-v zone` say more of the time. */
const LOGCAT_TIME = /^(?:(\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3,9}(?: [+-]\d{4})?)(?= )/

/** Android's logcat: `03-17 16:13:38.811  1702  2395 D WindowManager: …` (threadtime) and `03-17 16:13:38.811 D/WindowManager( 1702): …` (time). */
export const logcatReader: LineReader = {
  name: 'logcat',
  first: '012',
  read(line, reading) {
    if (line.charCodeAt(2) !== 45 && line.charCodeAt(4) !== 45) return undefined
    const match = LOGCAT_TIME.exec(line.slice(0, 42))
    if (!match) return undefined
    const rest = line.slice(match[0].length)
    const full = THREADTIME.exec(rest)
    const short = full ? null : TIME.exec(rest)
    if (!full && !short) return undefined
    const time = match[1] === undefined ? scanYearless(line, reading, scanLogcat) : scanIso(line, 0, reading.zone, reading.cursor)
    if (full) {
      const attributes = present({ uid: full[1], pid: Number(full[2]), tid: Number(full[3]) })
      return { time, level: levelOfLetter(full[4] ?? ''), message: rest.slice(full[0].length), service: full[5], attributes }
    }
    return {
      time,
      level: levelOfLetter(short?.[1] ?? ''),
      message: rest.slice(short?.[0].length ?? 0),
      service: short?.[2],
      attributes: present({ pid: numberOrText(short?.[3]) }),
    }
  },
}

/** logcat without times: `D/WindowManager( 1702): …` (brief) and `D/WindowManager: …` (tag). */
export const logcatBriefReader: LineReader = {
  name: 'logcat without times',
  first: 'VDIWEFA',
  read(line) {
    if (line.charCodeAt(1) !== 47) return undefined
    const match = BRIEF.exec(line) ?? TAG.exec(line)
    if (!match) return undefined
    return {
      time: Number.NaN,
      level: levelOfLetter(match[1] ?? ''),
      message: line.slice(match[0].length),
      service: match[2],
      attributes: present({ pid: numberOrText(match[3]) }),
    }
  },
}

const CBS = /^, (Info|Warning|Error|Perf|Detail|Fatal) +([A-Za-z]\w{0,30}) +/
/** Windows component servicing: `2016-09-28 04:30:30, Info                  CBS    …`. */
export const windowsCbsReader: LineReader = {
  name: 'Windows CBS',
  dated: true,
  first: '12',
  read(line, { zone, cursor }) {
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const match = CBS.exec(line.slice(cursor.end, cursor.end + 120))
    if (!match) return undefined
    const word = match[1] ?? ''
    const level = word === 'Perf' || word === 'Detail' ? 'debug' : levelOfWord(word)
    return { time, level, message: line.slice(cursor.end + match[0].length), service: match[2], attributes: {} }
  },
}

const HEALTH = /^(\d{4})(\d\d)(\d\d)-(\d{1,2}:\d{1,2}:\d{1,2})(?::(\d{1,3}))?\|([^|]{1,100})\|(\d+)\|/
const pad = (clock: string): string =>
  clock
    .split(':')
    .map((part) => part.padStart(2, '0'))
    .join(':')

/** HealthApp: `20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579`. */
export const healthAppReader: LineReader = {
  name: 'HealthApp',
  dated: false,
  first: '12',
  read(line, { zone, cursor }) {
    const match = HEALTH.exec(line.slice(0, 200))
    if (!match) return undefined
    const stamp = `${match[1]}-${match[2]}-${match[3]} ${pad(match[4] ?? '')}.${(match[5] ?? '0').padStart(3, '0')}`
    const time = scanIso(stamp, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const message = line.slice(match[0].length)
    return { time, level: levelInText(message), message, service: match[6], attributes: { pid: Number(match[7]) } }
  },
}

const scanProxifier = createDayScanner('.', 1)
const PROXIFIER = /^\] (\S{1,100}(?: \*64)?) - /
/** Proxifier: `[10.30 16:49:06] chrome.exe - proxy.example:5070 open through proxy …`. */
export const proxifierReader: LineReader = {
  name: 'Proxifier',
  first: '[',
  read(line, reading) {
    if (line.charCodeAt(3) !== 46 || line.charCodeAt(15) !== 93) return undefined
    const match = PROXIFIER.exec(line.slice(15, 150))
    const time = match ? scanYearless(line, reading, scanProxifier) : Number.NaN
    if (!match || Number.isNaN(time)) return undefined
    const message = line.slice(15 + match[0].length)
    return { time, level: / error /i.test(message) ? 'error' : 'info', message, service: match[1], attributes: {} }
  },
}

const KERNEL = /^\[ *(\d{1,10}\.\d{6})\] ?(?:\[ *[TC]\d{1,10}\] )?(?:\[([^\]]{1,40})\] )?/
const HOSTED = /^[\w.-]{1,100} [^\s:[\]]{1,100}\[\d{1,10}\]: /
const XORG = /^\[ *(\d{1,10}\.\d{3})\] (?:\((II|WW|EE|NI|--|\*\*|==|\+\+|!!|\?\?|DB)\) )?/
const DECODED =
  /^(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local\d) *:(emerg|alert|crit|err|warn|notice|info|debug) *: (?=\[)/
/** `dmesg -x` says in words who and how bad: `kern  :err   : [   99.000001] message`. */
export const decodedKernelReader: LineReader = {
  name: 'dmesg with levels',
  first: 'kumdaslncf',
  read(line, reading) {
    const match = DECODED.exec(line.slice(0, 24))
    if (!match) return undefined
    const rest = line.slice(match[0].length)
    const event = kernelReader.read(rest, reading) ?? readDated(rest, reading)
    return event && { ...event, level: levelOfWord(match[2] ?? ''), attributes: { ...event.attributes, facility: match[1] } }
  },
}

/** `dmesg -T`. */
const readDated = (text: string, { zone, cursor }: Reading): TextEvent | undefined => {
  const time = scanCtime(text, 1, zone, cursor)
  if (Number.isNaN(time) || text.charCodeAt(cursor.end) !== 93) return undefined
  return { time, level: undefined, message: text.slice(cursor.end + 1).trimStart(), product: 'kernel', attributes: {} }
}

/** `[    0.000000] Linux version …`: seconds since the start of the machine, which say nothing about the date. Also of journald and the X server. */
export const kernelReader: LineReader = {
  name: 'kernel',
  first: '[',
  read(line) {
    const head = line.slice(0, 80)
    const match = KERNEL.exec(head)
    if (match) {
      const message = line.slice(match[0].length)
      const uptime = Number(match[1])
      // `journalctl -o short-monotonic` says who; the kernel itself never names a host.
      const hosted = HOSTED.test(message) ? readTagged(message, Number.NaN) : undefined
      if (hosted) return { ...hosted, level: levelInText(hosted.message), attributes: { ...hosted.attributes, uptime } }
      return { time: Number.NaN, level: levelInText(message), message, product: 'kernel', attributes: { uptime } }
    }
    const server = XORG.exec(head)
    if (!server) return undefined
    const level = server[2] === 'EE' ? 'error' : server[2] === 'WW' ? 'warn' : 'info'
    return { time: Number.NaN, level, message: line.slice(server[0].length), product: 'xorg', attributes: { uptime: Number(server[1]) } }
  },
}

const DPKG = /^ (startup|install|upgrade|configure|trigproc|remove|purge|disappear|status|conffile)(?: (.*))?$/
const DPKG_PACKAGE = /(?:^| )([a-z0-9][a-z0-9+.-]{1,100}:(?:[a-z0-9-]{2,20}))(?: (\S{1,100}))?(?: (\S{1,100}))?$/
/** `2024-05-01 12:00:00 status installed libc6:amd64 2.36-9`. */
export const dpkgReader: LineReader = {
  name: 'dpkg',
  dated: true,
  first: '12',
  read(line, { zone, cursor }) {
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const rest = line.slice(cursor.end)
    const match = DPKG.exec(rest)
    if (!match) return undefined
    const target = DPKG_PACKAGE.exec(match[2] ?? '')
    const version = target?.[3] !== undefined && target[3] !== '<none>' ? target[3] : target?.[2]
    const attributes = present({ action: match[1], package: target?.[1], version: version === '<none>' ? undefined : version })
    return { time, level: 'info', message: rest.slice(1), product: 'dpkg', attributes }
  },
}

const APT_FIELD = /^(Commandline|Requested-By|Install|Upgrade|Downgrade|Remove|Purge|Reinstall|Error|Disappeared|End-Date): (.*)$/
/** History of apt: one entry from `Start-Date:` to `End-Date:`. */
export const aptHistoryReader: LineReader = {
  name: 'apt history',
  first: 'S',
  read(line, { zone, cursor }) {
    if (!line.startsWith('Start-Date: ')) return undefined
    const time = scanIso(line, 12, zone, cursor)
    return Number.isNaN(time) ? undefined : { time, level: 'info', message: '', product: 'apt', attributes: {} }
  },
  absorb(event, line) {
    const match = APT_FIELD.exec(line)
    if (!match) return false
    const [, name = '', value = ''] = match
    if (name === 'Commandline' || event.message === '') event.message = name === 'Commandline' ? value : `${name}: ${value}`
    if (name === 'Error') event.level = 'error'
    if (name !== 'Commandline') event.attributes[name.toLowerCase()] = value
    return true
  },
}

/** The terminal log of apt says when each run began and ended, and nothing between. */
export const aptTerminalReader: LineReader = {
  name: 'apt terminal log',
  first: 'L',
  read(line, { zone, cursor }) {
    const match = /^Log (?:started|ended): /.exec(line)
    const time = match ? scanIso(line, match[0].length, zone, cursor) : Number.NaN
    return Number.isNaN(time) ? undefined : { time, level: 'info', message: line, product: 'apt', attributes: {} }
  },
}

const JUL_HEAD = /^([A-Z][a-z]{2,8} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d(?:[ \u202f][AP]M)?) ([\w.$]{3,200})(?: ([\w$<>]{1,200}))?$/
const JUL_LEVEL = /^(SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): ?/
/** java.util.logging: `May 01, 2024 1:00:00 PM com.acme.Foo bar`, and on the next line `SEVERE: message`. */
export const createJulReader = (parse: (text: string) => number | undefined): LineReader => ({
  name: 'java.util.logging',
  first: CAPITALS,
  read(line) {
    const match = line.length > 500 ? null : JUL_HEAD.exec(line)
    const time = match ? parse(match[1] ?? '') : undefined
    if (!match || time === undefined || levelOfWord(match[2] ?? '')) return undefined
    return { time, level: undefined, message: '', attributes: present({ logger: match[2], method: match[3] }) }
  },
  absorb(event, line) {
    const match = event.level === undefined && event.message === '' ? JUL_LEVEL.exec(line) : null
    if (!match) return false
    event.level = levelOfWord(match[1] ?? '')
    event.message = line.slice(match[0].length)
    return true
  },
})

const NAMED = /^([A-Za-z][\w./-]{0,99}) (?=\d{4}-\d\d-\d\d[ T])/
/** A word before an ISO time: `update-alternatives 2024-05-01 12:00:00: …`, `nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 …`. */
export const createNamedReader = (readers: readonly LineReader[]): LineReader => ({
  name: 'name before the time',
  first: `${CAPITALS}${CAPITALS.toLowerCase()}`,
  read(line, reading) {
    const match = NAMED.exec(line.slice(0, 130)) ?? /^([A-Za-z][\w./-]{0,80}[\d_:-]{0,30}) (?=\d{4}-\d\d-\d\d[ T])/.exec(line.slice(0, 130))
    if (!match || levelOfWord(match[1] ?? '')) return undefined
    const rest = line.slice(match[0].length)
    for (const reader of readers) {
      const event = reader.read(rest, reading)
      if (!event) continue
      event.service ??= (match[1] ?? '').replace(/\.log(?:[._-].*)?$/, '')
      return event
    }
    return undefined
  },
})
