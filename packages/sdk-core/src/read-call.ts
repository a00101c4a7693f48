import { type Callable, createCallSite } from './errors/call-site.ts'
import { captureError } from './errors/capture-error.ts'
import { read } from './errors/look.ts'
import type { CapturedError } from './record.ts'
import type { Attributes, EventOptions, Level } from './types.ts'
import { readMembers } from './values/describe.ts'

/** What a call of a log method says. */
export interface Spoken {
  readonly message: string
  readonly attributes: Attributes | undefined
  readonly error: CapturedError | undefined
}

type Members = { readonly [name: string]: unknown }
type WithAttributes = EventOptions & { readonly attributes?: Attributes }

/**
 * The forms of {@link LogMethod}: a text first, then attributes or an error; or an error first, whatever was thrown; or nothing.
 * @param given how many arguments the caller wrote
 * @param above the function that the program called, if it was the program
 */
export const readCall = (
  level: Level,
  given: number,
  first: unknown,
  second: unknown,
  options: EventOptions | undefined,
  above: Callable | undefined,
): Spoken => {
  if (typeof first === 'string') {
    const further = (options as WithAttributes | undefined)?.attributes
    if (second === undefined || second === null) return spoken(first, further, options?.error)
    if (isError(second)) return spoken(first, further, second)
    const isSerious = level === 'error' || level === 'fatal'
    // What was caught need not be an error.
    if (isSerious && (typeof second !== 'object' || (further !== undefined && hasMessage(second)))) return spoken(first, further, second)
    const said = second as Members
    const attributes: Members = typeof further === 'object' && further !== null ? { ...readMembers(further as Members), ...readMembers(said) } : said
    const { error, err } = attributes
    if (options?.error === undefined && (isError(error) || isError(err))) return withoutError(first, attributes, isError(error) ? 'error' : 'err')
    return spoken(first, attributes, options?.error)
  }
  const isSerious = level === 'error' || level === 'fatal'
  // `error()` inside a catch: nobody said what was caught, but where.
  if (given === 0 && isSerious) return spokenError(createCallSite(above), undefined)
  const attributes = second as Attributes | undefined
  if (isError(first) || isSerious) return spokenError(captureError(first), attributes)
  if (typeof first === 'object' && first !== null)
    return { message: textOf((first as { message?: unknown }).message), attributes: first as Attributes, error: undefined }
  return { message: textOf(first), attributes, error: undefined }
}

/** What `captureException` is given: an error, whatever was thrown. */
export const readThrown: typeof readCall = (_level, _given, thrown, attributes) =>
  spokenError(captureError(thrown), attributes as Attributes | undefined)

const spoken = (message: string, attributes: Attributes | undefined, error: unknown): Spoken => ({
  message,
  attributes,
  error: error === undefined ? undefined : captureError(error),
})

export const spokenError = (error: CapturedError, attributes: Attributes | undefined): Spoken => ({
  message: error.message === '' ? error.type : error.message,
  attributes,
  error,
})

const withoutError = (message: string, attributes: Members, name: 'error' | 'err'): Spoken => {
  const { [name]: error, ...rest } = readMembers(attributes)
  return spoken(message, rest, error)
}

/** What was thrown and is no Error looks like this; attributes of an event beside further ones hardly do. */
const hasMessage = (value: object): boolean => typeof read(value, 'message') === 'string'

/** Also errors of other realms (`vm`, jest), which are no instances of ours. */
const isError = (value: unknown): value is Error =>
  typeof value === 'object' && value !== null && (value instanceof Error || Object.prototype.toString.call(value) === '[object Error]')

const textOf = (value: unknown): string => (value === undefined ? '' : String(value))
