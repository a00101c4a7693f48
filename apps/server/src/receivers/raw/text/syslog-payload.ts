import type { Level } from '@heartwood/protocol'
import { levelInText, levelOfSeverity, levelOfWord } from '../../native/decode-levels.ts'
import { readJson } from './envelopes.ts'
import { readHaproxy } from './haproxy.ts'
import { readPairs } from './pairs.ts'
import type { TextEvent } from './reading.ts'

/** `error: Received disconnect`, `warning: hostname …`: many programs begin their message so. The word stays where it is. */
const LEADING = /^(debug\d?|info|notice|warning|warn|error|err|crit|critical|fatal|alert|emerg|panic):/i
/** NetworkManager: `<warn>  [1714557609.1234] dhcp4 (eth0): request timed out`. */
const ANGLED = /^<(trace|debug|info|warn|error)> {1,4}(?:\[\d{9,11}\.\d{1,6}\] )?/
const UPTIME = /^\[ *(\d{1,10}\.\d{6})\] /
/** klog inside: `E0501 10:00:13.123456     702 kubelet.go:2347] message`. */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d+ ([\w./-]{1,200}:\d{1,6})\] /
const KLOG_LEVELS: { [letter: string]: Level } = { I: 'info', W: 'warn', E: 'error', F: 'fatal' }
/** Cisco: `%LINK-3-UPDOWN: Interface Gi0/1, changed state to up`, as the tag or behind a count and a clock of its own. */
const CISCO_TAG = /^%([A-Z][A-Z0-9_]{1,30})(?:-[A-Z0-9_]{1,20})?-([0-7])-([A-Z0-9_]{1,40})$/
const CISCO =
  /^(?:[*.]?[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [A-Z]{2,5})?: )?%([A-Z][A-Z0-9_]{1,30})(?:-[A-Z0-9_]{1,20})?-([0-7])-([A-Z0-9_]{1,40}): ?/
const PAIRED = /^(?:time|ts|t|level|lvl|logger|msg|caller)=(?:"|[^\s"])/

const readCisco = (event: TextEvent): void => {
  const tag = event.service?.startsWith('%') ? CISCO_TAG.exec(event.service) : null
  const match = tag ?? CISCO.exec(event.message)
  if (!match) return
  if (!tag) event.message = event.message.slice(match[0].length)
  event.service = match[1]
  event.level ??= levelOfSeverity(Number(match[2]))
  event.attributes.code = match[3]
}

/** A program that logs JSON or logfmt to syslog: what it says wins over the header, but for the time. */
const readRecord = (event: TextEvent, record: { [name: string]: unknown }): void => {
  const { time: _time, ts: _ts, t: _t, '@timestamp': _stamp, timestamp: _timestamp, ...rest } = record
  event.record = {
    service: event.service,
    host: event.host,
    ...rest,
    attributes: { ...event.attributes, ...(rest.attributes as object | undefined) },
  }
  if (event.level && rest.level === undefined && rest.severity === undefined && rest.lvl === undefined) event.record.level = event.level
}

/** What the programs behind the tag say more: levels, requests of HAProxy, and whole records. */
export const readPayload = (event: TextEvent): TextEvent => {
  const { message } = event
  const code = message.charCodeAt(0)
  if (event.service === 'haproxy') readHaproxy(event)
  // It pads the user's name, so that columns stand below each other.
  else if (event.service === 'sudo') event.message = message.trimStart()
  else if (code === 123) {
    const inner = message.endsWith('}') ? readJson(message) : undefined
    if (inner) readRecord(event, inner)
  } else if (code > 96 && PAIRED.test(message)) {
    const record = readPairs(message)
    if (record && Object.keys(record).length > 1 && (record.level ?? record.lvl ?? record.msg) !== undefined) readRecord(event, record)
  } else if (code === 60) {
    const match = ANGLED.exec(message)
    if (match) {
      event.level = levelOfWord(match[1] ?? '')
      event.message = message.slice(match[0].length)
    }
  } else if (code === 91) {
    const match = event.service === 'kernel' ? UPTIME.exec(message) : null
    if (match) {
      event.message = message.slice(match[0].length)
      event.attributes.uptime = Number(match[1])
    }
  } else if (KLOG_LEVELS[message.charAt(0)]) {
    const match = KLOG.exec(message)
    if (match) {
      event.level ??= KLOG_LEVELS[match[1] ?? '']
      event.attributes.source = match[2]
      event.message = message.slice(match[0].length)
    }
  }
  if (code === 37 || code === 42 || event.service?.charCodeAt(0) === 37 || message.charCodeAt(0) === 46) readCisco(event)
  const word = event.level === undefined && (code | 32) >= 97 ? LEADING.exec(event.message.slice(0, 12))?.[1] : undefined
  event.level ??= word === undefined ? levelInText(event.message) : levelOfWord(word)
  return event
}
