import { format, inspect, stripVTControlCharacters } from 'node:util'
import type { Client } from '@heartwood/sdk-core'
import { errorFromParts } from './error-from-parts.ts'
import { type LevelNames, levelOfName } from './logger-levels.ts'

/** What winston hands to a transport: the level as it was before a format coloured it, and what was logged beside the message. */
export const LEVEL = Symbol.for('level')
const SPLAT = Symbol.for('splat')

/** An `info` of winston 3, or the Error that was logged, with `level` written into it. */
export interface WinstonInfo {
  readonly level?: unknown
  readonly message?: unknown
  readonly [name: string | symbol]: unknown
}

type Captured = Parameters<Client['capture']>[0]
type Members = { [name: string]: unknown }

/** @param sharedNames members of the logger's `defaultMeta`, which winston writes into an Error too */
export const readWinstonInfo = (info: WinstonInfo, levels: LevelNames | undefined, sharedNames: readonly string[] = []): Captured => {
  const { level, name } = levelOfName(levelNameOf(info), levels)
  // The text that a format has made for other transports is under a symbol, and left out.
  const {
    level: _level,
    message,
    stack,
    cause,
    timestamp,
    ...members
  } = isError(info) ? ({ message: info.message, ...pick(info, sharedNames) } as Members) : (info as Members)
  const attributes: Members = members
  if (name !== undefined) attributes.level = name
  if (timestamp !== undefined && !isNow(timestamp)) attributes.timestamp = timestamp
  if (isObject(message) && !isError(message)) Object.assign(attributes, message)
  const error = takeError(info, attributes, stack, cause, sharedNames)
  const isUncaught = attributes.exception === true || attributes.rejection === true
  return {
    level: isUncaught ? 'fatal' : level,
    message: messageText(withSplat(message, info[SPLAT]), isUncaught, error),
    ...(isUncaught ? { detail: takeSituation(attributes) } : {}),
    attributes,
    ...(error === undefined ? {} : { error }),
  }
}

export const levelNameOf = (info: WinstonInfo): string => stripVTControlCharacters(String(info[LEVEL] ?? info.level ?? 'info'))

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isError = (value: unknown): value is Error => value instanceof Error

/** `format.timestamp()` says when it was logged, which the event does better. */
const isNow = (timestamp: unknown): boolean => typeof timestamp === 'string' && Math.abs(Date.parse(timestamp) - Date.now()) < 60_000

const messageText = (message: unknown, isUncaught: boolean, error: Error | undefined): string => {
  // winston writes the stack below it.
  if (isUncaught && error !== undefined) return error.message
  if (typeof message === 'string') return stripVTControlCharacters(message)
  if (message === undefined) return error?.message ?? ''
  return isError(message) ? message.message : inspect(message, { breakLength: Number.POSITIVE_INFINITY })
}

/** `error(err)`, `error('text', err)`, `error({ message: err })`, `error('text', { error: err })`, or what `format.errors` has left of one. */
const takeError = (info: WinstonInfo, attributes: Members, stack: unknown, cause: unknown, sharedNames: readonly string[]): Error | undefined => {
  if (isError(info)) return withoutWinstons(info, sharedNames)
  const splat = info[SPLAT]
  const logged = [info.message, ...(Array.isArray(splat) ? (splat as unknown[]) : [])].find(isError)
  if (logged !== undefined) {
    // winston has copied its members among the others.
    for (const name of Object.keys(logged)) delete attributes[name]
    return withoutWinstons(logged, sharedNames)
  }
  for (const name of ['error', 'err', 'exception']) {
    const value = attributes[name]
    if (!isError(value)) continue
    delete attributes[name]
    return withoutWinstons(value, sharedNames)
  }
  if (typeof stack !== 'string') {
    if (stack !== undefined) attributes.stack = stack
    if (cause !== undefined) attributes.cause = cause
    return undefined
  }
  const error = errorFromParts(
    /^[\w$.]+/.exec(stack)?.[0] ?? 'Error',
    typeof info.message === 'string' ? stripVTControlCharacters(info.message) : '',
    stripVTControlCharacters(stack),
  )
  if (cause !== undefined) error.cause = cause
  return error
}

/** winston writes its level and the logger's own members into the Error that it is given: as members of the error they would say nothing of it. */
const withoutWinstons = (error: Error, sharedNames: readonly string[]): Error => {
  if (!(LEVEL in error)) return error
  const members: Members = { ...error }
  for (const name of ['level', ...sharedNames]) delete members[name]
  return Object.assign(Object.create(error) as Error, members)
}

const pick = (info: WinstonInfo, names: readonly string[]): Members => Object.fromEntries(names.map((name) => [name, info[name]]))

/** Without `format.splat()` nobody has put the values into the text. */
const withSplat = (message: unknown, splat: unknown): unknown => {
  if (typeof message !== 'string' || !Array.isArray(splat)) return message
  const places = message.match(/%[scdjifoO]/g)?.length ?? 0
  return places === 0 ? message : format(message, ...splat.slice(0, places))
}

/** What winston adds to an uncaught error: a page of it, to be read but not searched. */
const takeSituation = (attributes: Members): Members => {
  const { process, os, trace: _trace, date: _date } = attributes
  for (const name of ['process', 'os', 'trace', 'date']) delete attributes[name]
  return { process, os }
}
