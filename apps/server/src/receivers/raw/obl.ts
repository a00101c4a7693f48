import { type DecodeFormat, type EntrySink, isRecord, type LooseRecord } from '../decode.ts'
import { parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { setField } from './fields.ts'

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value))
const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** Real writers leave the type out: what the event carries says what it is. */
const typeOf = (event: LooseRecord): string => {
  if (isPresent(event.type)) return textOf(event.type)
  if (isPresent(event.label)) return 'button'
  if (Array.isArray(event.buttons)) return 'utterance'
  if (isPresent(event.action)) return 'action'
  return isPresent(event.text) ? 'note' : ''
}

const messageOf = (type: string, event: LooseRecord, session: LooseRecord): string => {
  switch (type) {
    case 'button':
      return `Button: ${textOf(event.label)}`
    case 'utterance':
      return `Utterance: ${textOf(event.text)}`
    case 'action':
      return `Action: ${textOf(event.action)}`
    case 'note':
      return `Note: ${textOf(event.text)}`
    default:
      return `Event: ${type || textOf(session.type)}`
  }
}

/** What the message says already. */
const SAID: { [type: string]: string } = { button: 'label', utterance: 'text', action: 'action', note: 'text' }

const toEntry = (root: LooseRecord, session: LooseRecord, event: LooseRecord): LooseRecord => {
  // Our own export: the note is for others to read.
  if (isRecord(event.ext_heartwood)) return event.ext_heartwood
  const type = typeOf(event)
  const attributes: LooseRecord = {}
  for (const [name, value] of Object.entries(event)) {
    if (name === 'id' || name === 'type' || name === 'timestamp' || name === SAID[type] || !isPresent(value)) continue
    setField(attributes, name, value)
  }
  const facts: LooseRecord = {
    event_id: event.id,
    event_type: event.type,
    session_id: session.id,
    session_type: session.type,
    session_started: session.started,
    session_ended: session.ended,
    locale: session.locale ?? root.locale,
    anonymized: root.anonymized,
  }
  for (const [name, value] of Object.entries(facts)) if (isPresent(value) && attributes[name] === undefined) attributes[name] = value
  const entry: LooseRecord = { message: messageOf(type, event, session), attributes }
  const timestamp = event.timestamp ?? session.started
  if (isPresent(timestamp)) entry.timestamp = timestamp
  if (isPresent(root.source)) entry.service = root.source
  const userId = root.user_id ?? session.user_id
  if (isPresent(userId)) entry.userId = userId
  const sessionId = isPresent(session.device_id) ? session.device_id : session.id
  if (isPresent(sessionId)) entry.sessionId = sessionId
  return entry
}

const readLog = (root: LooseRecord, sink: EntrySink): void => {
  for (const session of listOf(root.sessions)) {
    if (!isRecord(session)) {
      sink.reject('not-an-object', 'A session is not an object.')
      continue
    }
    for (const event of listOf(session.events)) {
      if (isRecord(event)) sink.entry(toEntry(root, session, event))
      else sink.reject('not-an-object', 'An event of a session is not an object.')
    }
  }
}

/** Open Board Log: each event of each session is an entry. Files begin with a notice, so the reading starts at the first `{`. */
export const decodeObl: DecodeFormat = (job, sink) => {
  const text = decodeText(job.body)
  if (text.trim() === '') return
  // The notice may hold braces itself.
  const notice = /^\s*\/\*/.test(text) ? text.indexOf('*/') + 2 : 0
  const start = text.indexOf('{', Math.max(notice, 0))
  const root = start < 0 ? undefined : parseJson(text.slice(start))
  if (isRecord(root)) readLog(root, sink)
  else sink.reject('malformed', 'The body is no Open Board Log: it is not one JSON object.')
}
