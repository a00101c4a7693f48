import type { Attributes, Client, Level } from '@heartwood/sdk-core'
import { getClient } from '../registry.ts'
import { markReported, wasReported } from '../reported.ts'
import { errorFromParts } from './error-from-parts.ts'
import { addMembers } from './logged-members.ts'
import { quietly } from './quietly.ts'

/** What Nest asks of a logger; its `LoggerService` fits, and a `heartwoodNestLogger()` fits where Nest wants one. */
export interface NestLogger {
  log(message: unknown, ...params: unknown[]): void
  fatal(message: unknown, ...params: unknown[]): void
  error(message: unknown, ...params: unknown[]): void
  warn(message: unknown, ...params: unknown[]): void
  debug(message: unknown, ...params: unknown[]): void
  verbose(message: unknown, ...params: unknown[]): void
}

/** A logger of Nest's that gets each call as well, such as `new ConsoleLogger()`. */
export type NestLoggerBeside = Pick<NestLogger, 'log' | 'error' | 'warn'> & Partial<NestLogger>

export interface NestLoggerOptions {
  /** Default: the one that `init` made, at the time of each call. */
  readonly client?: Client | undefined
  /** Gets each call as well: without it nothing is printed. */
  readonly also?: NestLoggerBeside | undefined
}

type Method = keyof NestLogger
const LEVELS: { readonly [Name in Method]: Level } = { fatal: 'fatal', error: 'error', warn: 'warn', log: 'info', debug: 'debug', verbose: 'trace' }

/**
 * Nest's own messages and those of its `Logger` become events; the context becomes the attribute `context`.
 *
 *     const app = await NestFactory.create(AppModule, { logger: heartwoodNestLogger({ also: new ConsoleLogger() }) })
 */
export const heartwoodNestLogger = ({ client, also }: NestLoggerOptions = {}): NestLogger => {
  const methodOf =
    (method: Method) =>
    (message: unknown, ...params: unknown[]): void => {
      also?.[method]?.(message, ...params)
      const target = client ?? getClient()
      if (target?.isLevelEnabled(LEVELS[method])) writeQuietly(target, LEVELS[method], message, params)
    }
  return {
    fatal: methodOf('fatal'),
    error: methodOf('error'),
    warn: methodOf('warn'),
    log: methodOf('log'),
    debug: methodOf('debug'),
    verbose: methodOf('verbose'),
  }
}

const writeQuietly = quietly((client: Client, level: Level, message: unknown, params: readonly unknown[]): void => {
  const isSerious = level === 'error' || level === 'fatal'
  const { context, stack, rest } = read(params, isSerious)
  const error = [message, ...rest].find((value) => value instanceof Error)
  // Nest's default answer to an exception also logs it: one that setupNest has captured is not told twice.
  if (message instanceof Error && wasReported(message)) return
  const { text, attributes } = said(message, rest)
  const all = context === undefined ? attributes : { ...attributes, context }
  // What is logged and thrown on is one error, and told here.
  if (isSerious) markReported(error)
  const thrown = error ?? (stack === undefined ? undefined : errorFromParts(stack.slice(0, stack.search(/[:\n]/)), text, stack))
  client.capture({ level, message: text, attributes: all, ...(thrown === undefined ? {} : { error: thrown }) })
})

interface Read {
  readonly context: string | undefined
  readonly stack: string | undefined
  readonly rest: readonly unknown[]
}

const STACK = /\n[^\S\n]+at .+:\d+:\d+/

/** Nest puts the context last, and a stack before it: `error(message, stack, context)`. */
const read = (params: readonly unknown[], mayHaveStack: boolean): Read => {
  const rest = [...params]
  let context: string | undefined
  let stack: string | undefined
  const last = rest.at(-1)
  if (typeof last === 'string' && !(mayHaveStack && STACK.test(last))) {
    context = last
    rest.pop()
  }
  const before = rest.at(-1)
  if (mayHaveStack && typeof before === 'string' && STACK.test(before)) {
    stack = before
    rest.pop()
  }
  return { context, stack, rest: rest.filter((value) => value !== undefined) }
}

/** Objects among what was logged are attributes; texts and all else are the message, in their order. */
const said = (message: unknown, rest: readonly unknown[]): { text: string; attributes: Attributes } => {
  const texts: string[] = []
  const attributes: { [name: string]: unknown } = {}
  for (const value of [message, ...rest]) {
    if (value instanceof Error) {
      texts.push(value.message || value.name)
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const members: { [name: string]: unknown } = {}
      addMembers(members, value)
      const { message: own, ...others } = members
      if (typeof own === 'string') texts.push(own)
      Object.assign(attributes, others)
    } else {
      texts.push(textOf(value))
    }
  }
  return { text: texts.join(' '), attributes }
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.map(textOf).join(', ') : String(value))
