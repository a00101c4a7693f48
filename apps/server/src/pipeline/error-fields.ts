import type { Json } from '@heartwood/protocol'
import { LIMITS } from '@heartwood/protocol'
import { type Draft, isEmpty } from './draft.ts'
import { isPlainObject } from './request-fields.ts'
import { jsonText } from './texts.ts'

const TYPE = 'error.type'
const MESSAGE = 'error.message'

/**
 * Reads what loggers send as an error: an object, a text (with its stack or without), or nothing that says anything (`false`, a
 * number), which stays an attribute.
 */
export function readError(draft: Draft, name: string, value: unknown): void {
  if (typeof value === 'string') {
    if (value !== '') readErrorText(draft, value)
  } else if (isPlainObject(value)) {
    readErrorObject(draft, value)
  } else if (!isEmpty(value)) {
    draft.append(draft.names.top(name), value, 1)
  }
}

function readErrorObject(draft: Draft, error: Record<string, unknown>): void {
  const parent = draft.names.top('error')
  for (const key in error) {
    const value = error[key]
    if (value === null || value === undefined) continue
    switch (key) {
      case 'type':
      case 'name':
      case 'class':
      case 'kind':
        if (typeof value !== 'string') draft.append(draft.names.child(parent, key), value, 2)
        // serializers send both: `type` is the class, `name` what the program may have renamed
        else if (key === 'name' && draft.event.attributes.has(TYPE)) setUnlessSame(draft, 'error.name', value, TYPE)
        else setErrorType(draft, value)
        break
      case 'message':
      case 'msg':
        setErrorMessage(draft, typeof value === 'string' ? value : jsonText(value))
        break
      case 'stack':
      case 'stack_trace':
      case 'stacktrace':
      case 'stackTrace':
      case 'trace':
        setStack(draft, value)
        break
      case 'cause':
        setCause(draft, value)
        break
      default:
        draft.append(draft.names.child(parent, key), value, 2)
    }
    draft.hasError = true
  }
}

function setUnlessSame(draft: Draft, name: string, value: string, other: string): void {
  if (draft.event.attributes.get(other) !== value) draft.setText(name, value)
}

export function setErrorType(draft: Draft, value: string): void {
  draft.hasError = true
  draft.setText(TYPE, value)
}

export function setErrorMessage(draft: Draft, value: string): void {
  draft.hasError = true
  draft.setText(MESSAGE, value)
}

/** A stack as text, or as the list of its lines or frames. */
export function setStack(draft: Draft, value: unknown): void {
  const text =
    typeof value === 'string' ? value : Array.isArray(value) ? value.map((line) => (typeof line === 'string' ? line : jsonText(line))).join('\n') : ''
  if (text === '') return
  draft.hasError = true
  if (draft.stack === '') draft.stack = draft.cut('error.stack', text, LIMITS.detail / 2)
}

function setCause(draft: Draft, value: unknown): void {
  const text = jsonText(value)
  if (text.length > LIMITS.detail / 4) draft.cause = draft.cut('error.cause', text, LIMITS.detail / 4)
  else draft.cause = JSON.parse(text) as Json
}

const HEAD = /^(?:Uncaught )?([A-Za-z_$][\w$.]{0,120}(?:Error|Exception|Fault|Failure|Interrupt|Warning|Exit))(?:: |:?$|:?\n)/
const FRAME = /\n[^\S\n]+at |\nCaused by: /

/** Which error a stack is of, where nothing else says so: `java.io.IOException: closed`, or the last line of a traceback. */
export function nameStack(draft: Draft): void {
  if (draft.event.attributes.has(TYPE)) return
  const lines = draft.stack.trimEnd()
  const head = lines.startsWith('Traceback (most recent call last)') ? lines.slice(lines.lastIndexOf('\n') + 1) : (lines.split('\n', 1)[0] ?? '')
  const match = HEAD.exec(`${head}\n`)
  if (match?.[1] === undefined) return
  setErrorType(draft, match[1])
  const message = head.slice(match[0].length).trim()
  if (message !== '' && !draft.event.attributes.has(MESSAGE)) setErrorMessage(draft, message)
}

function readErrorText(draft: Draft, text: string): void {
  const python = text.startsWith('Traceback (most recent call last)')
  if (python || FRAME.test(text)) setStack(draft, text)
  const lines = text.trimEnd()
  const head = python ? lines.slice(lines.lastIndexOf('\n') + 1) : (lines.split('\n', 1)[0] ?? '')
  const type = HEAD.exec(`${head}\n`)?.[1]
  if (type !== undefined) setErrorType(draft, type)
  const isStack = draft.stack !== ''
  const message = isStack ? head : lines
  setErrorMessage(draft, type !== undefined && message.startsWith(`${type}: `) ? message.slice(type.length + 2) : message)
}
