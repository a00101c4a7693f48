import { type AttributeValue, type Event, emptyEvent, type Json, JsonText, LIMITS, type UnixMicros, unixMicros } from '@heartwood/protocol'
import { FIELD, nameRank, TEXT_LIMITS, TEXT_NAMES } from './fields.ts'
import type { NameNode, NameTree } from './names.ts'
import { cutText, jsonText } from './texts.ts'

/** An event on its way from a loose record, and what is known about it only until all of its fields were seen. One is used for all. */
export class Draft {
  event: Event = emptyEvent(unixMicros(0))
  readonly names: NameTree
  /** Under which name each text came; valid while the text is not empty. */
  readonly via: string[] = TEXT_NAMES.map(() => '')
  /** True when no text can hold a lone surrogate. */
  wellFormed = false
  /** True when no text can hold U+0000. */
  nulFree = false

  hasStamp = false
  stampVia = ''
  /** What was sent as the time, when it cannot be read. */
  unreadableStamp: string | undefined
  hasLevel = false
  levelVia = ''
  hasError = false
  stack = ''
  cause: Json | undefined
  address = ''
  addressVia = ''
  addressCertain = false
  userAgent = ''
  userAgentVia = ''
  userAgentCertain = false
  /** A top-level `name`, which is a service to bunyan and pino and anything to others. */
  name: unknown
  saysRequest = false
  /** The path as it was sent, with its query; valid while there is a path. */
  sentPath = ''
  truncated: string[] = []
  attributesLeftOut = 0
  /** Whether a whole number was too large for a double: what came is no longer what was sent. */
  inexact = false
  /** Names with dots of their own: they may look like nesting when read back. */
  dotted: NameNode[] = []
  /** Top-level names whose objects are kept as JSON, because their dotted names would collide with those. */
  whole: Set<string> | undefined

  constructor(names: NameTree) {
    this.names = names
  }

  begin(receivedAt: UnixMicros): Event {
    this.event = emptyEvent(receivedAt)
    this.hasStamp = false
    this.stampVia = ''
    this.unreadableStamp = undefined
    this.hasLevel = false
    this.hasError = false
    this.stack = ''
    this.cause = undefined
    this.address = ''
    this.addressCertain = false
    this.userAgent = ''
    this.userAgentCertain = false
    this.name = undefined
    this.saysRequest = false
    if (this.truncated.length > 0) this.truncated = []
    this.attributesLeftOut = 0
    this.inexact = false
    if (this.dotted.length > 0) this.dotted = []
    return this.event
  }

  setAttribute(name: string, value: AttributeValue): void {
    const { attributes } = this.event
    if (attributes.size >= LIMITS.attributes && !attributes.has(name)) this.attributesLeftOut++
    else attributes.set(name, value)
  }

  /** A text of any size as an attribute. */
  setText(name: string, value: string): void {
    let text = value
    if (!this.wellFormed && !text.isWellFormed()) text = text.toWellFormed()
    if (text.length > LIMITS.attributeValue) text = this.#cut(name, text, LIMITS.attributeValue)
    this.setAttribute(name, text)
  }

  /** Any JSON as attributes: objects become dotted names, what these cannot express is kept as JSON. */
  append(node: NameNode, value: unknown, depth: number): void {
    if (node.dottedFrom >= 0) this.dotted.push(node)
    switch (typeof value) {
      case 'string':
        this.setText(node.name, value)
        break
      case 'number':
        if (isInexact(value)) this.inexact = true
        this.setAttribute(node.name, Number.isFinite(value) ? value : String(value))
        break
      case 'boolean':
        this.setAttribute(node.name, value)
        break
      case 'object':
        if (value === null) this.setAttribute(node.name, null)
        else if (Array.isArray(value) || depth >= LIMITS.attributeDepth || (depth === 1 && this.whole?.has(node.name)))
          this.appendJson(node.name, value)
        else this.#appendObject(node, value as Record<string, unknown>, depth)
        break
      case 'bigint':
        this.setAttribute(node.name, String(value))
        break
    }
  }

  appendJson(name: string, value: unknown): void {
    const text = jsonText(value)
    if (LONG_NUMBER.test(text)) this.inexact = true
    if (text.length > LIMITS.attributeValue) this.setText(name, text)
    else this.setAttribute(name, new JsonText(text))
  }

  #appendObject(node: NameNode, object: Record<string, unknown>, depth: number): void {
    let empty = true
    for (const key in object) {
      empty = false
      if (this.event.attributes.size >= LIMITS.attributes) this.attributesLeftOut++
      else this.append(this.names.child(node, key), object[key], depth + 1)
    }
    if (empty) this.setAttribute(node.name, new JsonText('{}'))
    else if (this.event.objects.size < LIMITS.attributes) this.event.objects.add(node.name)
  }

  /** Puts a text where it belongs; of two names for one field the better one wins and the other becomes an attribute. */
  setField(field: number, name: string, value: unknown): void {
    let text: string
    if (typeof value === 'string') text = value
    else if (typeof value === 'number') {
      if (isInexact(value)) this.inexact = true
      text = String(value)
    } else if (typeof value === 'boolean' || typeof value === 'bigint') text = String(value)
    else if (field === FIELD.message && !isEmpty(value)) text = jsonText(value)
    else {
      if (!isEmpty(value)) this.append(this.names.top(name), value, 1)
      return
    }
    if (text === '') return
    if (!this.wellFormed && !text.isWellFormed()) text = text.toWellFormed()
    const current = readText(this.event, field)
    if (current !== '') {
      const former = this.via[field] ?? ''
      if (former === name) return
      if (nameRank(name) >= nameRank(former)) {
        this.append(this.names.top(name), value, 1)
        return
      }
      this.setText(former, current)
    }
    this.via[field] = name
    const limit = TEXT_LIMITS[field] ?? LIMITS.name
    writeText(this.event, field, text.length > limit ? this.#cut(TEXT_NAMES[field] ?? name, text, limit) : text)
  }

  /** Objects in which a dot of a sender's own name would be read back as nesting, and those that hold them; undefined when there are none. */
  collisions(): Set<string> | undefined {
    const { objects } = this.event
    if (this.dotted.length === 0 || objects.size === 0) return undefined
    let found: Set<string> | undefined
    for (const { name, dottedFrom } of this.dotted) {
      for (let dot = name.indexOf('.', dottedFrom); dot !== -1; dot = name.indexOf('.', dot + 1)) {
        const object = name.slice(0, dot)
        if (!objects.has(object)) continue
        found ??= new Set()
        for (let end = object.indexOf('.'); end !== -1; end = object.indexOf('.', end + 1)) found.add(object.slice(0, end))
        found.add(object)
      }
    }
    return found
  }

  cut(name: string, text: string, limit: number): string {
    const wellFormed = this.wellFormed ? text : text.toWellFormed()
    return wellFormed.length > limit ? this.#cut(name, wellFormed, limit) : wellFormed
  }

  #cut(name: string, text: string, limit: number): string {
    if (this.truncated.length < 50 && !this.truncated.includes(name)) this.truncated.push(name)
    return cutText(text, limit)
  }
}

const LONG_NUMBER = /\d{16}/
const isInexact = (value: number): boolean => (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) && Number.isFinite(value)

/** What counts as absent in a field of its own: null, `[]` and `{}`. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (typeof value !== 'object') return typeof value === 'function' || typeof value === 'symbol'
  if (Array.isArray(value)) return value.length === 0
  for (const _key in value) return false
  return true
}

export function readText(event: Event, field: number): string {
  switch (field) {
    case FIELD.message:
      return event.message
    case FIELD.service:
      return event.service
    case FIELD.environment:
      return event.environment
    case FIELD.release:
      return event.release
    case FIELD.host:
      return event.host
    case FIELD.dataset:
      return event.dataset
    case FIELD.traceId:
      return event.traceId
    case FIELD.spanId:
      return event.spanId
    case FIELD.sessionId:
      return event.sessionId
    case FIELD.userId:
      return event.userId
    case FIELD.requestId:
      return event.requestId
    case FIELD.flowId:
      return event.flowId
    case FIELD.method:
      return event.method
    case FIELD.route:
      return event.route
    default:
      return event.path
  }
}

export function writeText(event: Event, field: number, text: string): void {
  switch (field) {
    case FIELD.message:
      event.message = text
      break
    case FIELD.service:
      event.service = text
      break
    case FIELD.environment:
      event.environment = text
      break
    case FIELD.release:
      event.release = text
      break
    case FIELD.host:
      event.host = text
      break
    case FIELD.dataset:
      event.dataset = text
      break
    case FIELD.traceId:
      event.traceId = text
      break
    case FIELD.spanId:
      event.spanId = text
      break
    case FIELD.sessionId:
      event.sessionId = text
      break
    case FIELD.userId:
      event.userId = text
      break
    case FIELD.requestId:
      event.requestId = text
      break
    case FIELD.flowId:
      event.flowId = text
      break
    case FIELD.method:
      event.method = text
      break
    case FIELD.route:
      event.route = text
      break
    default:
      event.path = text
  }
}
