import type { CapturedError } from '../record.ts'
import type { JsonObject } from '../types.ts'
import { parseFrame } from './parse-stack.ts'

/** What V8 adds to `Error`; other engines have none of it. */
interface V8Error {
  captureStackTrace?(target: object, above?: unknown): void
  stackTraceLimit?: unknown
}
// The library of the language does not know what engines add.
const v8 = Error as unknown as V8Error

/**
 * What `error()` without arguments reports: nothing that was said, but the place that said nothing. Costs about 10 µs.
 *
 * @param above the function that the program called: it and what it calls are left out of the stack
 */
export function createCallSite(above: Callable = createCallSite): CapturedError {
  const holder: { stack?: unknown } = {}
  capture(holder, above, undefined)
  const caller = callerOf(above)
  const where = caller === undefined ? '' : `, at ${caller.function === '' ? shortPlace(caller) : `${caller.function} (${shortPlace(caller)})`}`
  const type = 'Error'
  const message = `reported without an error${where}`
  let stack: string | undefined
  let kept: { stack?: unknown } | undefined = holder
  return {
    type,
    message,
    read() {
      if (kept !== undefined) {
        stack = withHeader(textOf(kept), `${type}: ${message}`)
        kept = undefined
      }
      return { stack, detail: undefined, attributes: undefined }
    },
  }
}

/** Any function. */
export type Callable = (...args: never[]) => unknown

export interface Caller {
  /** `''` at the top level of a module. */
  readonly function: string
  readonly file: string
  readonly line: number
}

/** Who called `above`. About 4 µs; undefined where the engine does not say. Positions are those of the sources when Node maps them. */
export function callerOf(above: Callable): Caller | undefined {
  const holder: { stack?: unknown } = {}
  if (!capture(holder, above, 1)) return undefined
  const stack = textOf(holder)
  const frame = stack === undefined ? undefined : parseFrame(stack.slice(stack.lastIndexOf('\n    at ') + 1))
  return frame === undefined || frame.file === '' ? undefined : { function: frame.function, file: frame.file, line: frame.line }
}

/** By the names that OpenTelemetry has for them. */
export function callerAttributes(above: Callable): JsonObject | undefined {
  const caller = callerOf(above)
  if (caller === undefined) return undefined
  const { file, line } = caller
  const attributes: JsonObject = { 'code.file.path': file, 'code.line.number': line }
  if (caller.function !== '') attributes['code.function.name'] = caller.function
  return attributes
}

/** @param limit how many frames; undefined: as many as the program wants of its errors */
function capture(holder: object, above: unknown, limit: number | undefined): boolean {
  if (v8.captureStackTrace === undefined) return false
  const before = v8.stackTraceLimit
  try {
    if (limit !== undefined) v8.stackTraceLimit = limit
    v8.captureStackTrace(holder, above)
    return true
  } catch {
    // Frozen, as some sandboxes want it.
    return false
  } finally {
    if (limit !== undefined && v8.stackTraceLimit !== before) v8.stackTraceLimit = before
  }
}

/** A program's own `Error.prepareStackTrace` may make anything of a stack. */
function textOf(holder: { stack?: unknown }): string | undefined {
  try {
    return typeof holder.stack === 'string' ? holder.stack : undefined
  } catch {
    return undefined
  }
}

function withHeader(stack: string | undefined, header: string): string | undefined {
  if (stack === undefined) return undefined
  const at = stack.indexOf('\n    at ')
  return at < 0 ? undefined : header + stack.slice(at)
}

/** The last two parts: enough to know the file, and the same on every machine. */
const shortPlace = ({ file, line }: Caller): string => `${file.split(/[\\/]/).slice(-2).join('/')}:${line}`
