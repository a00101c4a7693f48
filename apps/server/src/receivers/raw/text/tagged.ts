import { present, type TextEvent } from './reading.ts'

/** `host tag[pid]: message` and what is left of it when parts are missing. */
const TAGGED = /^([^\s:[\]]{1,200})(?:\[([^\]\s]{0,64})\])?: ?/
const TAGGED_BY_PID = /^([^\s:[\]]{1,200})\[([^\]\s]{0,64})\] /
/** `Microsoft Word[14463]:` of macOS; only the number behind it shows where the name ends. */
const TAGGED_WORDS = /^([A-Z][^\s:[\]]{0,60}(?: [A-Z0-9(][^\s:[\]]{0,60}){1,4})\[(\d{1,10})\]: ?/
const HOST = /^([A-Za-z0-9_.:-]{1,255}) +/

/** `syslogd 1.4.1: restart.` */
const TAGGED_VERSION = /^([a-z][\w.-]{1,60}) (\d{1,4}(?:\.[\w-]{1,20}){1,5}): ?/
/** Six colons at most, and two at least, are an address and no tag. */
const ADDRESS = /^(?:[\da-f]{0,4}:){2,7}[\da-f.]{0,15} +/i
/** What launchd puts behind its tag: `com.apple.xpc.launchd[1] (com.apple.xpc.launchd.domain.user.501): `. */
const DOMAIN = /^\(([\w.-]{1,200})\): /
const VERSION = /^\d+\.\d/
const GLUED_MODULE = /^(\S{1,100})\(([\w.-]{1,64})\)$/

/** PROCID and what stands in brackets behind a tag: mostly the number of the process, `pid` as everywhere; else (`web.1`) what it was named. */
export const processOf = (text: string | undefined): { pid?: number; procId?: string } =>
  text === undefined || text === '' ? {} : /^\d{1,10}$/.test(text) ? { pid: Number(text) } : { procId: text }

/** What follows the time of RFC 3164. */
export const readTagged = (rest: string, time: number): TextEvent => {
  const colon = rest.indexOf(':')
  const isAddress = colon >= 0 && colon < 5 && ADDRESS.test(rest)
  // A host has neither a colon nor brackets before the blank behind it.
  const blank = rest.indexOf(' ')
  const bracket = rest.indexOf('[')
  const isHost = blank > 0 && blank < colon && !(bracket >= 0 && bracket < blank)
  let tag = isAddress || isHost ? null : (TAGGED.exec(rest) ?? TAGGED_BY_PID.exec(rest))
  let host: string | undefined
  let at = 0
  if (!tag) {
    const match = HOST.exec(rest)
    let after = match ? rest.slice(match[0].length) : ''
    if (after.startsWith('-- ') && TAGGED.test(after.slice(3))) after = after.slice(3)
    tag = match ? (TAGGED.exec(after) ?? TAGGED_BY_PID.exec(after) ?? TAGGED_WORDS.exec(after) ?? TAGGED_VERSION.exec(after)) : null
    if (!match) return { time, level: undefined, message: rest, attributes: {} }
    host = match[1]
    at = rest.length - after.length
    if (!tag) {
      // `last message repeated 2 times` and lines of devices that name only themselves.
      return { time, level: undefined, message: after === '' ? rest : after, host: after === '' ? undefined : host, attributes: {} }
    }
  }
  let message = rest.slice(at + tag[0].length)
  const domain = message.charCodeAt(0) === 40 ? DOMAIN.exec(message) : null
  if (domain) message = message.slice(domain[0].length)
  // `sshd(pam_unix)[812]:` is sshd.
  const glued = tag[1]?.endsWith(')') ? GLUED_MODULE.exec(tag[1]) : null
  const attributes: TextEvent['attributes'] = {}
  const module = glued?.[2] ?? domain?.[1]
  if (tag[2]?.includes('.') && VERSION.test(tag[2])) attributes.version = tag[2]
  else Object.assign(attributes, processOf(tag[2]))
  if (module) attributes.module = module
  return { time, level: undefined, message, host, service: glued?.[1] ?? tag[1], attributes }
}

/** A message with no time that can be read: a tag is still one, a host cannot be told from a word. */
export const readTagOnly = (text: string): TextEvent => {
  const tag = TAGGED.exec(text)
  if (!tag?.[1] || !/[A-Za-z]/.test(tag[1])) return { time: Number.NaN, level: undefined, message: text, attributes: {} }
  return { time: Number.NaN, level: undefined, message: text.slice(tag[0].length), service: tag[1], attributes: present(processOf(tag[2])) }
}
