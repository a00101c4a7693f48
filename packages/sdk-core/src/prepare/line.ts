import type { ResolvedOptions } from '../options.ts'
import type { Platform } from '../ports.ts'
import { REDACTED } from '../redact/redacted.ts'
import type { Redactor } from '../redact/redactor.ts'
import type { ErrorFields, Json, JsonObject, OutgoingEvent } from '../types.ts'
import { createStacks } from './stacks.ts'

/** What the id of an event is called on the wire. The server gives ids of its own: as `id` it would be an attribute, in the place of one that the program named so. */
const EVENT_ID = 'heartwood.event_id'
/** Once for a batch, in its query. */
export const DEFAULTS = ['service', 'environment', 'release', 'host', 'dataset'] as const
const OWN_TEXTS = ['sessionId', 'userId', 'requestId'] as const
/** They say where an event belongs, and nothing about anybody. */
const IDS = ['traceId', 'spanId', 'flowId'] as const
const GROUPS = ['request', 'detail'] as const

export type Defaults = Pick<ResolvedOptions, (typeof DEFAULTS)[number]>

/** Writes events as JSON and redacts them on the way: an event that is only read needs no copy. */
export interface LineWriter {
  /** `"heartwood.event_id":"…",…`: the members that every event has. */
  head(event: Pick<OutgoingEvent, 'id' | 'kind' | 'timestamp' | 'level' | 'message'>): string
  /** `,"userId":"7"`: the other members but for the attributes. */
  fields(event: Partial<OutgoingEvent>): string
  /** `"a":1,"b":2` */
  members(object: JsonObject): string
  /** Frames of a stack, those that were read before as they were then. */
  readonly frames: Platform['frames']
}

/** What JSON writes otherwise than it stands: quotes, backslashes, controls, surrogates (of which only lone halves change). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

const quote = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`)

export function createLineWriter(redactor: Redactor, defaults: Defaults, framesOf?: Platform['frames'], redactsByLine = false): LineWriter {
  const stacks =
    framesOf &&
    createStacks(framesOf, { frames: (frames) => JSON.stringify(redactor.json(frames)), text: (text) => quote(redactor.text(text)) }, redactsByLine)
  const isSecret = new Set([...DEFAULTS, ...OWN_TEXTS, 'message' as const].filter((name) => redactor.name(name).secret))
  const clean = (name: (typeof DEFAULTS)[number] | (typeof OWN_TEXTS)[number] | 'message', text: string): string =>
    isSecret.has(name) && text !== '' ? REDACTED : redactor.text(text)

  const members = (object: JsonObject): string => {
    let written = ''
    for (const name in object) {
      const verdict = redactor.name(name)
      // Two names may have become one.
      if (verdict.name !== name) return JSON.stringify(redactor.json(object)).slice(1, -1)
      const value = verdict.secret ? REDACTED : (object[name] as Json)
      written += written === '' ? verdict.json : `,${verdict.json}`
      if (typeof value === 'string') written += quote(redactor.text(value))
      else if (typeof value === 'object' && value !== null) written += stacks?.framesJson(value) ?? JSON.stringify(redactor.json(value))
      else if (typeof value === 'number') {
        const number = redactor.json<Json>(value)
        written += typeof number === 'number' ? number : `"${REDACTED}"`
      } else written += value
    }
    return written
  }

  const errorMembers = (error: ErrorFields): string => {
    const { stack, ...others } = error
    const json = stack === undefined || redactor.name('stack').secret ? undefined : stacks?.stackJson(stack)
    if (json === undefined) return members(error as JsonObject)
    const written = members(others as JsonObject)
    return `${written}${written === '' ? '' : ','}"stack":${json}`
  }

  return {
    members,
    frames: stacks?.frames,
    head({ id, kind, timestamp, level, message }) {
      const head = `"${EVENT_ID}":"${id}","timestamp":${timestamp},"level":"${level}","message":${quote(clean('message', message))}`
      return kind === 'log' ? head : `${head},"kind":"${kind}"`
    },
    fields(event) {
      let written = ''
      for (const name of DEFAULTS) {
        const value = event[name]
        if (value !== undefined && value !== defaults[name]) written += `,"${name}":${quote(clean(name, value))}`
      }
      if (event.tags !== undefined) written += `,"tags":[${event.tags.map((tag) => quote(redactor.text(tag))).join(',')}]`
      for (const name of IDS) {
        const value = event[name]
        if (value !== undefined) written += `,"${name}":${quote(value)}`
      }
      for (const name of OWN_TEXTS) {
        const value = event[name]
        if (value !== undefined) written += `,"${name}":${quote(clean(name, value))}`
      }
      if (event.stepIndex !== undefined) written += `,"stepIndex":${event.stepIndex}`
      if (event.error !== undefined) written += `,"error":{${errorMembers(event.error)}}`
      for (const name of GROUPS) {
        const value = event[name]
        if (value !== undefined) written += `,"${name}":{${members(value as JsonObject)}}`
      }
      return written
    },
  }
}

/** An event as JSON under the names of the wire. What says no kind is a log. */
export function toLine({ id, kind, ...event }: OutgoingEvent): string {
  return JSON.stringify({ ...event, ...(kind === 'log' ? {} : { kind }), [EVENT_ID]: id })
}
