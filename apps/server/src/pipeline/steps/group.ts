import { type AttributeValue, type Event, JsonText } from '@heartwood/protocol'
import { issueIdOf } from '../grouping/fingerprint.ts'
import type { Step } from '../step.ts'

/** How many occurrences an event stands for; absent: one. Whoever counts errors counts this. */
export const OCCURRENCES = 'heartwood.occurrences'

/** Where Lognitor's client says how many equal errors it held back; the log that says so stands for those. */
const HELD_BACK = 'metadata.dedupCount'
const HELD_BACK_SUMMARY = 'Deduplicated error summary'
/** A hash that a client computed over line numbers splits its groups at every edit; any other text is a caller's own choice. */
const CLIENT_HASH = /^[0-9a-f]{64}$/i

/** Gives errors the issue that they belong to. Runs after redaction, so that no secret becomes part of a group. */
export const group: Step = {
  name: 'group',
  run(event) {
    if (isError(event)) setIssue(event)
    return event
  },
}

function isError(event: Event): boolean {
  const { level, kind, detail, attributes } = event
  // A request that failed is one of many rows; its error, if there is one, is an event of its own.
  if ((level === 'error' || level === 'fatal') && kind === 'log') return true
  return typeof detail?.stack === 'string' || attributes.has('error.type')
}

function setIssue(event: Event): void {
  const { attributes, detail } = event
  const text = (name: string): string => asText(attributes.get(name))
  const count = attributes.get(HELD_BACK)
  if (typeof count === 'number' && Number.isSafeInteger(count) && count > 0) {
    attributes.set(OCCURRENCES, count)
    // It says nothing of the error but its hash; it is counted with the group that has errors of this hash.
    if (event.message === HELD_BACK_SUMMARY && !attributes.has('error.type')) return
  }
  event.issueId = issueIdOf({
    type: text('error.type'),
    errorMessage: text('error.message'),
    message: event.message,
    stack: typeof detail?.stack === 'string' ? detail.stack : '',
    file: text('error.filename'),
    chosen: chosenBy(attributes.get('fingerprint')),
  })
}

const asText = (value: AttributeValue | undefined): string => (typeof value === 'string' ? value : '')

function chosenBy(value: AttributeValue | undefined): string {
  if (typeof value === 'string') return CLIENT_HASH.test(value) ? '' : value
  return value instanceof JsonText && value.text.startsWith('[') ? value.text : typeof value === 'number' ? String(value) : ''
}
