import type { Level } from '@heartwood/protocol'
import { levelOfLetter, levelOfWord } from '../../native/decode-levels.ts'
import { setField } from '../fields.ts'
import { present, type TextEvent } from './reading.ts'

/**
 * What stands between a time and a message when no known layout fits: words, numbers and brackets around a level. Only what its marks show to be
 * a header is taken out of the message: brackets, `|`, ` - `, tabs. Words between mere spaces stay where they are.
 */

const SEPARATOR = /(?: {0,60}(?:[|–—]|-(?= )|[:,](?= ))|\t)? {0,60}/y
const BOXED = /\[([^\]\n]{0,200})\]|\{([^}\n]{1,200})\}|\(([^)\n]{1,200})\)|<([\w.-]{1,100})>/y
const BARE = /[^\s|[\](){}<>,–—]{1,200}/y
const LOUD = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|ALERT|EMERG|PANIC|VERBOSE|DBG|INF|WRN|FTL|VRB|DPANIC)$/
/** Levels in small letters count only where their marks leave no doubt. */
const QUIET =
  /^(?:trace|debug|info|information|notice|warn|warning|error|err|fatal|critical|crit|alert|emerg|emergency|panic|verbose|Trace|Debug|Info|Information|Warn|Warning|Error|Critical|Fatal|Verbose)$/
const LETTER = /^[TDVIWEFC]$/
/** `com.acme.Foo`, `my_crate::store`, `server.cc:404`, `Foo:12`. */
const DOTTED = /^[A-Za-z_$][\w$]{0,80}(?:(?:\.|::|[:/#])[\w$<>]{1,120}){1,20}$/
const SOURCE = /^[\w./\\$-]{1,180}\.\w{1,5}:\d{1,7}$/
const REQUEST_ID = /^[\da-f]{4,32}-[\da-f-]{1,40}$/i
const NAME = /^[A-Za-z_$][\w$.:/#-]{0,150}$/

interface Token {
  text: string
  boxed: boolean
  /** A `|`, dash or tab follows. */
  firm: boolean
  colon: boolean
  end: number
}

/** Whether a separator of fields follows: `|`, a tab, a dash between blanks. */
const isFirm = (text: string, at: number): boolean => {
  let end = at
  while (text.charCodeAt(end) === 32) end++
  const code = text.charCodeAt(end)
  return code === 124 || code === 9 || code === 0x2013 || code === 0x2014 || (code === 45 && text.charCodeAt(end + 1) === 32)
}

const tokenAt = (text: string, at: number): Token | undefined => {
  BOXED.lastIndex = at
  const box = BOXED.exec(text)
  BARE.lastIndex = at
  const bare = box ? null : BARE.exec(text)
  const found = box ?? bare
  if (!found) return undefined
  let word = (box ? (box[1] ?? box[2] ?? box[3] ?? box[4]) : bare?.[0]) ?? ''
  let end = at + found[0].length
  let colon = false
  if (word.endsWith(':') && !box) {
    word = word.slice(0, -1)
    colon = true
  } else if (text.charCodeAt(end) === 58 && (text.charCodeAt(end + 1) === 32 || end + 1 === text.length)) {
    end++
    colon = true
  }
  return { text: word.trim(), boxed: box !== null, firm: isFirm(text, end), colon, end }
}

const levelOf = (token: Token, between: boolean): Level | undefined => {
  const { text } = token
  if (LOUD.test(text)) return levelOfWord(text) ?? (text === 'DPANIC' ? 'fatal' : undefined)
  if ((token.boxed || token.colon || (token.firm && between)) && QUIET.test(text)) return levelOfWord(text)
  // `[Server thread/INFO]:`
  const slash = token.boxed ? text.lastIndexOf('/') : -1
  if (slash > 0 && LOUD.test(text.slice(slash + 1))) return levelOfWord(text.slice(slash + 1))
  return (token.boxed || (token.firm && between)) && LETTER.test(text) ? levelOfLetter(text) : undefined
}

const skip = (text: string, at: number): number => {
  SEPARATOR.lastIndex = at
  return at + (SEPARATOR.exec(text)?.[0].length ?? 0)
}

interface Found {
  logger?: string
  thread?: string
  pid?: number
  source?: string
  [name: string]: unknown
}

const PAIRS = /^[\w.-]{1,60}=[^\s=,\]]{0,100}(?:[ ,]{1,2}[\w.-]{1,60}=[^\s=,\]]{0,100}){0,10}$/

/** Puts a part of the header where it belongs. */
const place = (found: Found, { text, boxed }: Token): void => {
  if (text === '' || text === '-' || text === '(null)' || text === 'null') return
  if (/^\d{1,9}$/.test(text)) found.pid ??= Number(text)
  else if (REQUEST_ID.test(text)) found['request.id'] ??= text
  else if (PAIRS.test(text)) {
    for (const pair of text.split(/[ ,]+/)) {
      const equal = pair.indexOf('=')
      found[pair.slice(0, equal)] ??= pair.slice(equal + 1)
    }
  } else if (SOURCE.test(text)) found.source ??= text
  else if (DOTTED.test(text) && found.logger === undefined) found.logger = text
  else if (boxed && found.thread === undefined) found.thread = text
  else if (found.logger === undefined) found.logger = text
}

/** Behind the level: `[main] com.acme.Foo - `, `Acme.Foo|`, `raft\t`. What is not marked off as a header belongs to the message. */
const readTail = (text: string, from: number, found: Found): number => {
  let at = from
  const pending: Token[] = []
  for (let count = 0; count < 4; count++) {
    const token = tokenAt(text, at)
    if (!token) break
    const isName = !token.boxed && (DOTTED.test(token.text) || SOURCE.test(token.text))
    const isFirmName = NAME.test(token.text) && FIRM_CLOSE.test(text.slice(token.end, token.end + 64))
    if (!token.boxed && ((isName && (token.colon || token.firm)) || isFirmName)) {
      for (const part of [...pending, token]) place(found, part)
      pending.length = 0
      at = skip(text, token.end)
      from = at
      if (isName && !isFirmName) break
    } else if (token.boxed || /^\d{1,9}$/.test(token.text)) {
      pending.push(token)
      at = skip(text, token.end)
      if (token.boxed && token.firm) {
        for (const part of pending) place(found, part)
        return at
      }
    } else break
  }
  return from
}

/** `|` and tabs mark fields of their own; a dash may also be one of a sentence. */
const FIRM_CLOSE = /^ {0,60}[|\t]/

/**
 * Reads what follows a time.
 * @returns undefined when there is no level among the first parts, or nothing marks them as a header.
 */
export const readHeader = (text: string, start: number, time: number): TextEvent | undefined => {
  const behind = text.charCodeAt(start)
  // `|` and tabs mark fields: there a level may also stand in small letters.
  let marked = behind === 58 || isFirm(text, start)
  let at = skip(text, behind === 58 ? start + 1 : start)
  const found: Found = {}
  const before: Token[] = []
  for (let count = 0; count < 6; count++) {
    const token = tokenAt(text, at)
    if (!token) return undefined
    const level = levelOf(token, marked)
    if (level) {
      for (const part of before) place(found, part)
      const body = readTail(text, skip(text, token.end), found)
      return finish(time, level, text.slice(body), found)
    }
    if (!token.boxed && !isMarked(text, token)) return undefined
    marked ||= token.firm
    before.push(token)
    at = skip(text, token.end)
  }
  return undefined
}

/** Whether a word before the level can only be a part of the header. */
const isMarked = (text: string, token: Token): boolean => {
  if (/^\d{1,9}$/.test(token.text) || /^\w{1,20}=\S/.test(token.text)) return true
  // `5f3c…-1a2b` between tabs is the id of a request.
  if (token.firm && REQUEST_ID.test(token.text)) return true
  if (!NAME.test(token.text)) return false
  // `util.py[DEBUG]`, `fail2ban.server [812]: INFO`.
  return token.firm || token.colon || tokenAt(text, skip(text, token.end))?.boxed === true
}

/** zap's console appends its fields as JSON behind a tab. */
const readFields = (message: string, found: Found): string => {
  const tab = message.endsWith('}') ? message.indexOf('\t{') : -1
  if (tab < 0) return message
  try {
    const fields: unknown = JSON.parse(message.slice(tab + 1))
    if (typeof fields !== 'object' || fields === null) return message
    for (const [name, value] of Object.entries(fields)) if (!Object.hasOwn(found, name) || found[name] === undefined) setField(found, name, value)
    return message.slice(0, tab)
  } catch {
    return message
  }
}

const finish = (time: number, level: Level, rest: string, found: Found): TextEvent => {
  const message = readFields(rest, found)
  return { time, level, message, attributes: present(found) }
}
