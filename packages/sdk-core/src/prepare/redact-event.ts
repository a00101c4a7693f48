import { REDACTED } from '../redact/redacted.ts'
import type { Redactor } from '../redact/redactor.ts'
import type { Json, JsonObject, OutgoingEvent } from '../types.ts'

/** What says where an event belongs, and nothing about anybody. */
const UNTOUCHED: ReadonlySet<string> = new Set(['id', 'kind', 'timestamp', 'level', 'traceId', 'spanId', 'flowId', 'stepIndex'])
/** A secret name takes out a value, not all that an event holds. */
const GROUPS: ReadonlySet<string> = new Set(['attributes', 'error', 'request', 'detail', 'tags'])

/** The event without what must not leave the program; parts that are clean are those of the event. */
export function redactEvent<Event extends Partial<OutgoingEvent>>(event: Event, redactor: Redactor): Event {
  // An event is plain JSON.
  const given = event as unknown as JsonObject
  const clean: JsonObject = {}
  for (const name of Object.keys(given)) {
    const value = given[name] as Json
    if (UNTOUCHED.has(name)) clean[name] = value
    else if (!GROUPS.has(name) && redactor.name(name).secret && value !== '') clean[name] = REDACTED
    else clean[name] = redactor.json(value)
  }
  return clean as unknown as Event
}
