import { levelInText, levelOfWord } from '../../native/decode-levels.ts'
import { scanClf, scanCtime, scanIso, scanLocal, scanMail, scanMonthFirst } from '../../stamps/scan.ts'
import { scanBsd } from '../../stamps/year-clock.ts'
import { CAPITALS, DIGITS, type LineReader, type Reading, scanYearless, type TextEvent } from './reading.ts'

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

const scanLongStamp = (line: string, at: number, { zone, cursor }: Reading): number => {
  const code = line.charCodeAt(at)
  if (code >= 48 && code <= 57) {
    for (const scan of [scanIso, scanLocal, scanClf, scanMail]) {
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
    const worker = bracketed ? WORKER.exec(rest) : null
    if (worker) return { time, level: levelOfWord(worker[2] ?? ''), message: rest.slice(worker[0].length), attributes: { pid: Number(worker[1]) } }
    return readAfterStamp(rest, time)
  },
}

/** gunicorn: `[time] [1234] [INFO] …`. */
const WORKER = /^ \[(\d{1,9})\] \[([A-Z]{3,8})\] /

const isWordCode = (code: number): boolean => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

/** `May  1 12:00:00 …` that is no line of syslog. */
export const yearlessReader: LineReader = {
  name: 'yearless',
  general: true,
  first: CAPITALS,
  read(line, reading) {
    const time = scanYearless(line, reading, scanBsd)
    return Number.isNaN(time) ? undefined : readAfterStamp(line.slice(reading.cursor.end), time)
  },
}

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
