import { type Event, type Json, JsonText } from '@heartwood/protocol'
import { readText, writeText } from '../draft.ts'
import { LAST_TEXT } from '../fields.ts'
import { REDACTED, type Redactor } from '../redaction.ts'
import type { Step } from '../step.ts'

/** Takes out what must not be stored: values of secret names, and whatever the project's patterns match. Runs before anything reaches the disk. */
export const scrub: Step = {
  name: 'scrub',
  run(event, { redactor }) {
    for (const [name, value] of event.attributes) {
      if (redactor.isSecret(name)) event.attributes.set(name, REDACTED)
      else if (value instanceof JsonText) scrubJson(event, redactor, name, value)
    }
    for (const field of redactor.columns) if (readText(event, field) !== '') writeText(event, field, REDACTED)
    if (event.detail !== undefined) event.detail = redactor.cleanJson(event.detail) as { [key: string]: Json }
    if (redactor.hasPatterns) scrubTexts(event, redactor)
    return event
  },
}

function scrubJson(event: Event, redactor: Redactor, name: string, value: JsonText): void {
  const { text } = value
  if (!redactor.hasPatterns && !text.includes('{')) return
  const parsed = JSON.parse(text) as Json
  const cleaned = redactor.cleanJson(parsed)
  if (cleaned !== parsed) event.attributes.set(name, new JsonText(JSON.stringify(cleaned)))
}

function scrubTexts(event: Event, redactor: Redactor): void {
  for (let field = 0; field <= LAST_TEXT; field++) {
    const text = readText(event, field)
    if (text === '') continue
    const cleaned = redactor.clean(text)
    if (cleaned !== text) writeText(event, field, cleaned)
  }
  for (const [name, value] of event.attributes) {
    if (typeof value !== 'string') continue
    const cleaned = redactor.clean(value)
    if (cleaned !== value) event.attributes.set(name, cleaned)
  }
  event.tags = event.tags.map((tag) => redactor.clean(tag))
}
