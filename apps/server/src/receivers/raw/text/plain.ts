import { levelInText, levelOfWord } from '../../native/decode-levels.ts'
import { scanClf, scanCtime, scanIso, scanLocal, scanMail, scanMonthFirst } from '../../stamps/scan.ts'
import { scanCompact, scanEpoch } from '../../stamps/scan-numbers.ts'
import { createDayScanner, scanBsd } from '../../stamps/year-clock.ts'
import { readHeader } from './header.ts'
import { CAPITALS, DIGITS, type LineReader, type Reading, scanYearless, type TextEvent } from './reading.ts'
import { scanTimeOfDay } from './time-of-day.ts'

/** Where a level stands after a time: a whole word, bracketed or not, perhaps with padding and a colon. */
const LEVEL_AFTER = /^[\s\-|:,]*(?:([[(<])\s*([A-Za-z]{3,13})\s*[\])>]|([A-Za-z]{3,13})(?![A-Za-z0-9_]))(:?)[\s\-|:]*/
/** A level at the very start of a line without a time. */
const LEVEL_FIRST = /^(?:([[(<])\s*([A-Za-z]{3,13})\s*[\])>]|([A-Za-z]{3,13})(?![A-Za-z0-9_]))(:?)[\s\-|:]*/
const LOGGED_WORDS =
  /^(?:trace|debug|info|information|notice|warn|warning|error|err|fatal|critical|crit|panic|alert|emerg|emergency|severe|fine|finer|finest|config|verbose|vrb|dbg|inf|wrn|ftl)$/i

const levelFrom = (word: string | undefined) => (word !== undefined && LOGGED_WORDS.test(word) ? levelOfWord(word) : undefined)

/** What stands behind the time of a line: level by the rules of a plain text, the rest is the message. */
export const readAfterStamp = (rest: string, time: number): TextEvent => {
  const match = LEVEL_AFTER.exec(rest)
  const level = levelFrom(match?.[2] ?? match?.[3])
  if (match && level) return { time, level, message: rest.slice(match[0].length), attributes: {} }
  const message = rest.replace(/^[\s\-|:,]+/, '')
  return { time, level: levelInText(message), message, attributes: {} }
}

/** A line without a time. A bare first word gives the level but stays in the text. */
export const readWithoutStamp = (line: string): TextEvent => {
  const match = LEVEL_FIRST.exec(line)
  const level = levelFrom(match?.[2] ?? match?.[3])
  if (match && level) {
    const cut = match[1] !== undefined || match[4] === ':'
    return { time: Number.NaN, level, message: cut ? line.slice(match[0].length) : line, attributes: {} }
  }
  return { time: Number.NaN, level: levelInText(line), message: line, attributes: {} }
}

const DIGIT_SCANNERS = [scanIso, scanLocal, scanClf, scanMail, scanCompact, scanEpoch]

const scanLongStamp = (line: string, at: number, { zone, cursor }: Reading): number => {
  const code = line.charCodeAt(at)
  if (code >= 48 && code <= 57) {
    for (const scan of DIGIT_SCANNERS) {
      const time = scan(line, at, zone, cursor)
      if (!Number.isNaN(time)) return time
    }
    return Number.NaN
  }
  for (const scan of [scanCtime, scanMail, scanMonthFirst]) {
    const time = scan(line, at, zone, cursor)
    if (!Number.isNaN(time)) return time
  }
  return Number.NaN
}

/** Every stamp that says its year, at the start of the line or in `[…]`. */
export const stampedReader: LineReader = {
  name: 'stamped',
  general: true,
  first: `${DIGITS}${CAPITALS}[`,
  read(line, reading) {
    const bracketed = line.charCodeAt(0) === 91
    const time = scanLongStamp(line, bracketed ? 1 : 0, reading)
    if (Number.isNaN(time)) return undefined
    let { end } = reading.cursor
    if (bracketed && line.charCodeAt(end) === 93) end++
    else if (isWordCode(line.charCodeAt(end))) return undefined
    const rest = line.slice(end)
    // `[2024-05-01 12:00:00,123: INFO/MainProcess] …`: the bracket goes on behind the time.
    const inside = bracketed && line.charCodeAt(end - 1) !== 93 ? /^[:,\s]*([A-Za-z]{3,8})(?:\/([\w-]{1,80}))?\]\s*/.exec(rest) : null
    if (inside) {
      const attributes = inside[2] === undefined ? {} : { process: inside[2] }
      return { time, level: levelOfWord(inside[1] ?? ''), message: rest.slice(inside[0].length), attributes }
    }
    // Samba: `[2024/05/01 12:00:00.123456,  0] ../server.c:1234(main)`, the message indented on the next line.
    const samba = inside === null && bracketed ? /^, {1,3}(\d{1,2})(?:, [^\]]{1,100})?\] (\S{1,200})$/.exec(rest) : null
    if (samba) return { time, level: samba[1] === '0' ? 'error' : 'info', message: '', attributes: { source: samba[2] } }
    return readHeader(line, end, time) ?? readAfterStamp(rest, time)
  },
}

const isWordCode = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

const scanMonthDay = createDayScanner('-', 0)
const MONTH_DAY = /^\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3}/
/** `May  1 12:00:00 …` and `05-01 12:00:00.123 …` that are lines of no other kind. */
export const yearlessReader: LineReader = {
  name: 'yearless',
  dated: false,
  general: true,
  first: `01${CAPITALS}`,
  read(line, reading) {
    if (line.charCodeAt(0) < 50 && !MONTH_DAY.test(line)) return undefined
    const time = scanYearless(line, reading, line.charCodeAt(0) < 50 ? scanMonthDay : scanBsd)
    if (Number.isNaN(time)) return undefined
    const { end } = reading.cursor
    return readHeader(line, end, time) ?? readAfterStamp(line.slice(end), time)
  },
}

const CLOCK_ALONE = /^(\[)?(?=\d\d:\d\d:\d\d[.,\s\]])/
/** A time without a date: `12:00:00.123 [info] …`, `[12:00:00 INF] …`. Only with a level, for a clock may begin a sentence, too. */
export const clockReader: LineReader = {
  name: 'time without a date',
  dated: false,
  general: true,
  first: `012[`,
  read(line, reading) {
    const match = CLOCK_ALONE.exec(line)
    if (!match) return undefined
    const time = scanTimeOfDay(line, match[0].length, reading)
    if (Number.isNaN(time)) return undefined
    let { end } = reading.cursor
    if (match[1] && line.charCodeAt(end) === 93) end++
    else if (match[1]) {
      const inside = INSIDE.exec(line.slice(end, end + 40))
      return inside ? { time, level: levelFrom(inside[1]), message: line.slice(end + inside[0].length), attributes: {} } : undefined
    }
    const event = readHeader(line, end, time) ?? readAfterStamp(line.slice(end), time)
    return event.level ? event : undefined
  },
}
/** What may follow a time inside its bracket. */
const INSIDE = /^ ([A-Za-z]{3,8})\] ?/

/** The stamps of a Timberlogs text, and no others: ISO, `YYYY-MM-DD HH:MM:SS` and `MM/DD/YYYY HH:MM:SS`, perhaps in `[…]`. */
export const plainReader: LineReader = {
  name: 'plain',
  first: `${DIGITS}[`,
  read(line, reading) {
    const bracketed = line.charCodeAt(0) === 91
    const at = bracketed ? 1 : 0
    const { zone, cursor } = reading
    let time = scanIso(line, at, zone, cursor)
    if (Number.isNaN(time) && line.charCodeAt(at + 2) === 47) time = scanLocal(line, at, zone, cursor)
    if (Number.isNaN(time) || (bracketed && line.charCodeAt(cursor.end) !== 93)) return undefined
    if (!bracketed && isWordCode(line.charCodeAt(cursor.end))) return undefined
    return readAfterStamp(line.slice(cursor.end + at), time)
  },
}
