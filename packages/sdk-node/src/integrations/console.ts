import { format, stripVTControlCharacters } from 'node:util'
import {
  type Attributes,
  type Client,
  callerAttributes,
  describeReceived,
  type Integration,
  isPlainObject,
  type Level,
  wrongOption,
} from '@heartwood/sdk-core'
import { isOwnRequest } from '../own-requests.ts'
import { joinPatch } from '../registry.ts'
import { addMembers } from './logged-members.ts'
import { quietly } from './quietly.ts'

/** `table`, `count`, `timeEnd` and `group` write through `log`. */
const LEVELS = { debug: 'debug', log: 'info', info: 'info', dir: 'info', warn: 'warn', error: 'error', assert: 'error', trace: 'debug' } as const
type ConsoleMethod = keyof typeof LEVELS

const METHODS = Object.keys(LEVELS) as ConsoleMethod[]
const PLACED: readonly ConsoleMethod[] = ['warn', 'error', 'assert', 'trace']

export interface ConsoleOptions {
  /** Methods of the console that are captured. Default: debug, log, info, dir, warn, error, assert, trace. */
  readonly levels?: readonly ConsoleMethod[] | undefined
  /**
   * For which the place in the program is added: `code.file.path`, `code.line.number`, `code.function.name`, and the stack (`detail.stack` of error and
   * assert, `detail.callStack` of the others). About 5 µs a call, 20 with the stack. true: for all; false: for none. Default: the place for warn,
   * error, assert and trace, the stack for the last three.
   */
  readonly stack?: boolean | readonly ConsoleMethod[] | undefined
}

/**
 * What the program writes to its console becomes events too; the console writes what it always wrote. Objects among the arguments are attributes,
 * an Error is the event's error.
 * @throws OptionError
 */
export const consoleCapture = ({ levels, stack }: ConsoleOptions = {}): Integration<Client> => {
  const captured = methodsOf('levels', levels ?? METHODS)
  const placed = methodsOf('stack', stack === true ? METHODS : stack === false ? [] : (stack ?? PLACED))
  return {
    name: 'consoleCapture',
    setup(client) {
      const listener: Listener = quietly((method, values, wrapper) => {
        const level: Level = LEVELS[method]
        if (!captured.has(method) || !client.isLevelEnabled(level)) return
        const said = method === 'assert' ? failedAssertion(values) : method === 'dir' ? values.slice(0, 1) : values
        if (said === undefined) return
        const { message, attributes, error } = read(said)
        const place = placed.has(method) ? placeOf(method, wrapper, { hasError: error !== undefined, isAsked: stack !== undefined }) : undefined
        client.capture({
          level,
          message,
          attributes: { ...place?.attributes, ...attributes },
          ...(error && { error }),
          ...(place?.detail && { detail: place.detail }),
        })
      })
      return joinPatch('console', listener, install)
    },
  }
}

const methodsOf = (option: string, methods: readonly unknown[]): ReadonlySet<ConsoleMethod> => {
  const isMethod = (method: unknown): method is ConsoleMethod => METHODS.some((known) => known === method)
  const given: readonly unknown[] = Array.isArray(methods) ? methods : [methods]
  for (const method of given) {
    if (!isMethod(method)) throw wrongOption({ option }, `a list of ${METHODS.join(', ')}`, describeReceived(method))
  }
  return new Set(given.filter(isMethod))
}

type Wrapper = (...values: unknown[]) => void
type Listener = (method: ConsoleMethod, values: readonly unknown[], wrapper: Wrapper) => void

const install = (listeners: ReadonlySet<Listener>): (() => boolean) => {
  // The one console of the process, whose methods are given other forms in its type.
  const { console } = globalThis as unknown as { console: { [Method in ConsoleMethod]: Wrapper } }
  const originals = new Map<ConsoleMethod, Wrapper>()
  const wrappers = new Map<ConsoleMethod, Wrapper>()
  /** One method of the console calls another: `trace` writes through `error`. */
  let isInside = false
  for (const method of METHODS) {
    const original = console[method]
    // Named as the original: programs print and compare it.
    const { [method]: wrapper } = {
      [method](this: unknown, ...values: unknown[]): void {
        if (isInside) {
          original.apply(this, values)
          return
        }
        isInside = true
        try {
          if (method === 'trace') originals.get('error')?.call(this, traceOf(values, wrapper as Wrapper))
          else original.apply(this, values)
          if (!isOwnRequest()) for (const listener of listeners) listener(method, values, wrapper as Wrapper)
        } finally {
          isInside = false
        }
      },
    } as { [Method in ConsoleMethod]?: Wrapper }
    if (wrapper === undefined) continue
    originals.set(method, original)
    wrappers.set(method, wrapper)
    console[method] = wrapper
  }
  return () => {
    // Wrapped again by somebody else, ours stays below and is silent.
    if ([...wrappers].some(([method, wrapper]) => console[method] !== wrapper)) return false
    for (const [method, original] of originals) console[method] = original
    return true
  }
}

/** As the console makes it; its own would show this file as the place. */
const traceOf = (values: readonly unknown[], above: Wrapper): unknown => {
  const holder: { name: string; message: string; stack?: unknown } = { name: 'Trace', message: format(...values) }
  Error.captureStackTrace(holder, above)
  return holder.stack
}

const failedAssertion = ([holds, ...said]: readonly unknown[]): readonly unknown[] | undefined => {
  if (holds) return undefined
  const [first, ...rest] = said
  if (typeof first === 'string') return [`Assertion failed: ${first}`, ...rest]
  return ['Assertion failed', ...said]
}

interface Read {
  readonly message: string
  readonly attributes: Attributes
  readonly error: Error | undefined
}

const read = (values: readonly unknown[]): Read => {
  const error = values.find((value) => value instanceof Error)
  const attributes: { [name: string]: unknown } = {}
  for (const value of values) if (isPlainObject(value)) addMembers(attributes, value)
  // The stack is in the event's error; a message wants one line.
  const texts = values.map((value) => (value instanceof Error ? said(value, values.length === 1) : value))
  return { message: stripVTControlCharacters(format(...texts)), attributes, error }
}

const said = (error: Error, isAlone: boolean): string => (isAlone && error.message !== '' ? error.message : `${error.name}: ${error.message}`)

const placeOf = (
  method: ConsoleMethod,
  wrapper: Wrapper,
  { hasError, isAsked }: { readonly hasError: boolean; readonly isAsked: boolean },
): { readonly attributes: Attributes | undefined; readonly detail?: Attributes } => {
  const attributes = callerAttributes(wrapper)
  if (method === 'trace' || (isAsked && !hasError && LEVELS[method] !== 'error'))
    return { attributes, detail: { callStack: stackAbove(wrapper, method) } }
  // What has a `stack` belongs to an issue.
  return LEVELS[method] === 'error' && !hasError ? { attributes, detail: { stack: stackAbove(wrapper, method) } } : { attributes }
}

const stackAbove = (above: Wrapper, method: ConsoleMethod): string => {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, above)
  const text = typeof holder.stack === 'string' ? holder.stack : ''
  const start = text.indexOf('\n    at ')
  return `console.${method}${start === -1 ? '' : text.slice(start)}`
}
