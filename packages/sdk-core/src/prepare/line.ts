import type { ResolvedOptions } from '../options.ts'
import type { Platform } from '../ports.ts'
import { createMemo } from '../redact/memo.ts'
import { REDACTED } from '../redact/redacted.ts'
import type { Redactor } from '../redact/redactor.ts'
import type { ErrorFields, Json, JsonObject, OutgoingEvent } from '../types.ts'
import { createStacks } from './stacks.ts'

/** What the id of an event is called on the wire. The server gives ids of its own: as `id` it would be an attribute, in the place of one that the program named so. */
const EVENT_ID = 'heartwood.event_id'
/** Once for a batch, in its query. */
export const DEFAULTS = ['service', 'environment', 'release', 'host', 'dataset'] as const
const TEXTS = [...DEFAULTS, 'sessionId', 'userId', 'requestId', 'message'] as const

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
  const isSecret = new Set(TEXTS.filter((name) => redactor.name(name).secret))
  const clean = (text: string): string => quote(redactor.text(text))
  /** Of messages and of what is said of requests. */
  const cleanAgain = createMemo(clean)
  const textOf = (name: (typeof TEXTS)[number], text: string): string =>
    isSecret.has(name) && text !== '' ? quote(REDACTED) : name === 'message' ? cleanAgain(text) : clean(text)
  const field = (name: (typeof TEXTS)[number], text: string | undefined): string => (text === undefined ? '' : `,"${name}":${textOf(name, text)}`)
  const byDefault = (name: (typeof DEFAULTS)[number], text: string | undefined): string => (text === defaults[name] ? '' : field(name, text))
  /** Says where an event belongs, and nothing about anybody. */
  const id = (name: 'traceId' | 'spanId' | 'flowId', text: string | undefined): string => (text === undefined ? '' : `,"${name}":${quote(text)}`)

  const members = (object: JsonObject, textJson = clean): string => {
    let written = ''
    for (const name in object) {
      const verdict = redactor.name(name)
      // Two names may have become one.
      if (verdict.name !== name) return JSON.stringify(redactor.json(object)).slice(1, -1)
      const value = verdict.secret ? REDACTED : (object[name] as Json)
      written += written === '' ? verdict.json : `,${verdict.json}`
      if (typeof value === 'string') written += verdict.secret ? quote(value) : textJson(value)
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
      const head = `"${EVENT_ID}":"${id}","timestamp":${timestamp},"level":"${level}","message":${textOf('message', message)}`
      return kind === 'log' ? head : `${head},"kind":"${kind}"`
    },
    fields(event) {
      // Each by its own name: a loop over names reads members several times slower.
      let written = byDefault('service', event.service) + byDefault('environment', event.environment) + byDefault('release', event.release)
      written += byDefault('host', event.host) + byDefault('dataset', event.dataset)
      if (event.tags !== undefined) written += `,"tags":[${event.tags.map(clean).join(',')}]`
      written += id('traceId', event.traceId) + id('spanId', event.spanId) + id('flowId', event.flowId)
      written += field('sessionId', event.sessionId) + field('userId', event.userId) + field('requestId', event.requestId)
      if (event.stepIndex !== undefined) written += `,"stepIndex":${event.stepIndex}`
      if (event.error !== undefined) written += `,"error":{${errorMembers(event.error)}}`
      if (event.request !== undefined) written += `,"request":{${members(event.request as JsonObject, cleanAgain)}}`
      if (event.detail !== undefined) written += `,"detail":{${members(event.detail as JsonObject)}}`
      return written
    },
  }
}

/** An event as JSON under the names of the wire. What says no kind is a log. */
export function toLine({ id, kind, ...event }: OutgoingEvent): string {
  return JSON.stringify({ ...event, ...(kind === 'log' ? {} : { kind }), [EVENT_ID]: id })
}
