import type { Json, JsonObject, OutgoingEvent } from '../types.ts'
import { cutText } from '../values/cut-text.ts'
import { isObject } from './build-event.ts'
import { toLine } from './line.ts'

/** Where the server, too, says what was cut. */
const MARK = 'heartwood.truncated'
const MARK_LENGTH = 200
const REST = '…'

/**
 * The line of the event with its longest parts cut until it fits, and with their names in the attribute `heartwood.truncated`; undefined when it
 * cannot be made to fit.
 */
export function truncateEvent(event: OutgoingEvent, maxBytes: number): string | undefined {
  for (
    let text = Math.floor(maxBytes / 4), members = Math.floor(maxBytes / 64);
    text >= 16;
    text = Math.floor(text / 4), members = Math.max(4, members >> 2)
  ) {
    const cut = shrinkEvent(event, text, members)
    const line = toLine(cut)
    if (fits(line, maxBytes)) return line
  }
  const { id, kind, timestamp, level, message } = event
  const bare: OutgoingEvent = {
    id,
    kind,
    timestamp,
    level,
    message: cutText(message, Math.floor(maxBytes / 16)),
    attributes: { [MARK]: 'everything but message' },
  }
  const line = toLine(bare)
  return fits(line, maxBytes) ? line : undefined
}

/** Whether the text takes at most so many bytes in UTF-8. */
export function fits(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return true
  if (text.length > maxBytes) return false
  let bytes = text.length
  for (let at = 0; at < text.length && bytes <= maxBytes; at++) {
    const code = text.charCodeAt(at)
    // Each half of a surrogate pair takes two of the pair's four bytes.
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return bytes <= maxBytes
}

function shrinkEvent(event: OutgoingEvent, text: number, members: number): OutgoingEvent {
  const names: string[] = []
  const shrink = (value: Json, name: string): Json => {
    if (typeof value === 'string') {
      if (value.length <= text) return value
      names.push(name)
      return cutText(value, text)
    }
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const items = value.slice(0, members).map((item) => shrink(item, name))
      if (items.length === value.length) return items
      names.push(name)
      return [...items, `${REST}[+${value.length - items.length}]`]
    }
    const entries = Object.entries(value)
    const kept = entries
      .slice(0, members)
      .map(([key, member]): [string, Json] => [cutText(key, text), shrink(member, name === '' ? key : `${name}.${key}`)])
    if (kept.length < entries.length) {
      names.push(name)
      kept.push([REST, `[+${entries.length - kept.length}]`])
    }
    return Object.fromEntries(kept)
  }

  const cut: JsonObject = {}
  for (const [name, value] of Object.entries(event) as [string, Json][]) {
    // Breadcrumbs and frames: the last are the nearest to what happened; the ids of an event are short or not ours to cut.
    if (name === 'id' || name === 'tags') cut[name] = Array.isArray(value) ? value.slice(0, members).map((tag) => cutText(String(tag), text)) : value
    else cut[name] = shrink(name === 'detail' && isObject(value) ? withLatest(value, members) : value, name === 'attributes' ? '' : name)
  }
  const attributes = isObject(cut.attributes) ? cut.attributes : {}
  cut.attributes = { ...attributes, [MARK]: cutText([...new Set(names)].join(', '), MARK_LENGTH) }
  return cut as unknown as OutgoingEvent
}

function withLatest(detail: JsonObject, members: number): JsonObject {
  const { breadcrumbs } = detail
  return Array.isArray(breadcrumbs) && breadcrumbs.length > members ? { ...detail, breadcrumbs: breadcrumbs.slice(-members) } : detail
}
