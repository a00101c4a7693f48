import { type Event, type Json, JsonText } from '@heartwood/protocol'
import { readText, writeText } from '../draft.ts'
import { FIELD, LAST_TEXT } from '../fields.ts'
import { REDACTED, type Redactor } from '../redaction.ts'
import { QUERY_NAME } from '../request-fields.ts'
import { pathOnly } from '../route-of-path.ts'
import type { Step } from '../step.ts'

/** Takes out what must not be stored: values of secret names, and whatever the project's patterns match. Runs before anything reaches the disk. */
export const scrub: Step = {
  name: 'scrub',
  run(event, { redactor }) {
    for (const [name, value] of event.attributes) {
      if (redactor.isSecret(name)) event.attributes.set(name, REDACTED)
      else if (value instanceof JsonText) scrubJson(event, redactor, name, value)
    }
    if (redactor.columns.includes(FIELD.path)) takeOutAddress(event)
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

/** A path that is to be taken out came with its query, or in a whole address that was kept beside it. */
function takeOutAddress({ path, attributes }: Event): void {
  if (attributes.has(QUERY_NAME)) attributes.set(QUERY_NAME, REDACTED)
  if (path === '') return
  const start = path.replace(CUT_MARK, '')
  const isOfPath = (address: string): boolean => (start === path ? pathOnly(address) === path : pathOnly(address).startsWith(start))
  for (const [name, value] of attributes) {
    if (typeof value === 'string' && (value.includes('://') || value.includes('?')) && isOfPath(value)) attributes.set(name, REDACTED)
  }
}
const CUT_MARK = /…\[\+\d+\]$/

/**
 * Patterns see a query behind its `?`, and together with its path, as it was sent. Where a match covers the end of the one and the start of the
 * other, both are taken out.
 */
function scrubAddress({ path, attributes }: Event, { clean }: Redactor): { path: string; query: string } | undefined {
  const query = attributes.get(QUERY_NAME)
  if (typeof query !== 'string') return undefined
  const sent = `${path}?${query}`
  const whole = clean(sent)
  const cleanPath = clean(path)
  const cleanQuery = clean(`?${query}`)
  if (whole !== sent && whole !== cleanPath + cleanQuery) return { path: REDACTED, query: REDACTED }
  return { path: cleanPath, query: cleanQuery.startsWith('?') ? cleanQuery.slice(1) : cleanQuery }
}

function scrubTexts(event: Event, redactor: Redactor): void {
  const address = scrubAddress(event, redactor)
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
  if (address !== undefined) {
    event.path = address.path
    event.attributes.set(QUERY_NAME, address.query)
  }
  event.tags = event.tags.map((tag) => redactor.clean(tag))
}
