import { describeReceived } from '../option-error.ts'
import type { HttpAnswer } from '../ports.ts'

/** Codes of the SDK itself; all others are those of the server (docs/reference/errors.md). */
type CallFailure = 'unreachable' | 'timed-out' | 'unreadable-answer' | 'disabled' | 'argument-invalid' | 'closed'

/** A call that did not do what it was asked for. Catch by `code`. */
export class HeartwoodApiError extends Error {
  /** As the server's catalogue has it (`key-forbidden`, `issue-not-found` …), or one of the SDK itself. */
  readonly code: CallFailure | (string & Record<never, never>)
  /** HTTP status; 0 where there was no answer. */
  readonly status: number
  /** What the server says beside its message, such as the fields that are wrong. */
  readonly details: unknown

  constructor(code: string, status: number, message: string, options: { readonly details?: unknown; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.status = status
    this.details = options.details
  }
}

/** A call was given what it cannot use. @param failed what did not happen @param wrong a sentence's end that names what was received */
export const wrongArgument = (failed: string, wrong: string, cause?: unknown): HeartwoodApiError =>
  new HeartwoodApiError('argument-invalid', 0, `${failed}: ${wrong}.`, { cause })

/** @param mayBeEmpty the server says it better @returns what is wrong with it, undefined when nothing is */
export const notText = (name: string, value: unknown, mayBeEmpty = false): string | undefined =>
  typeof value === 'string' && (mayBeEmpty || value !== '') ? undefined : `${name} must be a text, not ${describeReceived(value)}`

/** @returns what is wrong with it, undefined when nothing is */
export const notObject = (holding: string, value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? undefined : `it takes an object with ${holding}, not ${describeReceived(value)}`

type Members = { readonly [name: string]: unknown }

/** The object of a body; undefined when it is none. */
export function objectOf(body: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

/** @param what the sentence's beginning: what did not happen */
export function refusalOf({ status, body }: HttpAnswer, what: string): HeartwoodApiError {
  const answer = objectOf(body)
  const error = answer?.error
  // Doors that we share with clients of other products answer in their words: the code beside the message.
  const said = typeof error === 'object' && error !== null ? (error as Members) : { code: error, message: answer?.message }
  if (typeof said.code !== 'string' || said.code === '') return unreadable(status, what)
  const message = typeof said.message === 'string' && said.message !== '' ? said.message : `The server answered ${status}.`
  return new HeartwoodApiError(said.code, status, `${what}: ${/[.!?]$/.test(message) ? message : `${message}.`}`, { details: said.details })
}

export const unreadable = (status: number, what: string): HeartwoodApiError =>
  new HeartwoodApiError(
    'unreadable-answer',
    status,
    `${what}: the server answered ${status}, and not as Heartwood does. Is \`endpoint\` its address?`,
  )
