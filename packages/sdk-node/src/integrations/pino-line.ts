import { hostname } from 'node:os'
import type { Attributes, Client, EventOptions, Level } from '@heartwood/sdk-core'
import { errorFromParts } from './error-from-parts.ts'
import { type LevelNames, levelOfName, levelOfNumber } from './logger-levels.ts'

export interface PinoLineOptions {
  /** Own levels of the logger, and what they are here: `{ audit: 'warn' }`. Default: by their numbers, 30 to 39 being info. */
  readonly levelNames?: LevelNames | undefined
  /** Default: that of the logger, else `msg`. */
  readonly messageKey?: string | undefined
  /** Default: that of the logger, else `err`. */
  readonly errorKey?: string | undefined
}

/** What pino tells the streams that it writes to of itself. */
export interface PinoConfig {
  readonly levels?: { readonly labels?: { readonly [level: string]: string } }
  readonly messageKey?: string
  readonly errorKey?: string
}

/** @returns undefined where a message of pino is none of its configuration */
export const pinoConfig = (message: unknown): PinoConfig | undefined => {
  const { code, config } = (message ?? {}) as { code?: unknown; config?: PinoConfig }
  return code === 'PINO_CONFIG' && typeof config === 'object' ? config : undefined
}

export type PinoEvent = Parameters<Client['capture']>[0]
type Line = { [name: string]: unknown }

export interface PinoLines {
  configure(config: PinoConfig): void
  /** The level of a line, without reading all of it; undefined where that cannot be said. */
  levelOf(line: string): Level | undefined
  read(line: string): PinoEvent
}

/** Reads what pino writes, after its serializers, its redaction and its formatters had their say. */
export const createPinoLines = (options: PinoLineOptions): PinoLines => {
  let config: PinoConfig = {}
  const machine = hostname()

  const readLevel = (sent: unknown): { readonly level: Level; readonly name: string | number | undefined } => {
    if (typeof sent === 'string') return levelOfName(sent, options.levelNames)
    if (typeof sent !== 'number') return { level: 'info', name: undefined }
    const label = config.levels?.labels?.[sent]
    const level = (label === undefined ? undefined : options.levelNames?.[label]) ?? levelOfNumber(sent)
    if (label !== undefined) return { level, name: label === level ? undefined : label }
    return { level, name: STANDARD.has(sent) ? undefined : sent }
  }

  return {
    configure(sent) {
      config = sent
    },
    levelOf(line) {
      // `{"level":30,` is how pino begins unless it was told otherwise.
      if (!line.startsWith(LEVEL_FIRST)) return undefined
      const level = Number.parseInt(line.slice(LEVEL_FIRST.length, LEVEL_FIRST.length + 10), 10)
      return Number.isNaN(level) ? undefined : readLevel(level).level
    },
    read(text) {
      const line = parse(text)
      if (line === undefined) return { level: 'info', message: text.trimEnd() }
      const messageKey = options.messageKey ?? config.messageKey ?? 'msg'
      const errorKey = options.errorKey ?? config.errorKey ?? 'err'
      const { level: lastLevel, time: lastTime, hostname: host, [messageKey]: message, [errorKey]: error, ...attributes } = line
      const own = pinosOwn(text) ?? { level: lastLevel, time: lastTime }
      if (host !== undefined && host !== machine) attributes.hostname = host
      const { level, name } = readLevel(own.level)
      if (lastLevel !== own.level) attributes.level = lastLevel
      else if (name !== undefined) attributes.level = name
      const timestamp = readTime(own.time)
      if (lastTime !== undefined && (lastTime !== own.time || timestamp === undefined)) attributes.time = lastTime
      const thrown = readError(error)
      if (error !== undefined && thrown === undefined) attributes[errorKey] = error
      const ids = takeIds(attributes)
      return {
        level,
        message: messageText(message, thrown),
        attributes,
        ...ids,
        ...(timestamp === undefined ? {} : { timestamp }),
        ...(thrown === undefined ? {} : { error: thrown }),
      }
    },
  }
}

const LEVEL_FIRST = '{"level":'
const STANDARD = new Set([10, 20, 30, 40, 50, 60])

const parse = (text: string): Line | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A member of a line whose value is a short scalar: no level and no time is longer, and an unbounded one of 20 MB would end the stack. */
const MEMBER = /[{,]"([^"\\]{0,100})":("[^"\\]{0,100}"|[-+.\dA-Za-z]{1,100})/y
/** What pino writes before them: the level, perhaps under several names, and the time. */
const LEADING = 4
const BASE = new Set(['pid', 'hostname', 'name'])

/**
 * Level and time as pino wrote them, at the beginning of its line. A program's own fields of these names come later in the same line, and
 * whoever parses it sees only those. @returns undefined where the line does not begin as those of pino do
 */
const pinosOwn = (text: string): { readonly level: unknown; readonly time: unknown } | undefined => {
  const own: Line = {}
  MEMBER.lastIndex = 0
  for (let count = 0; count < LEADING; count++) {
    const [, name = '', value = ''] = MEMBER.exec(text) ?? []
    if (name === '' || BASE.has(name)) break
    if ((name === 'level' || name === 'time') && !Object.hasOwn(own, name)) own[name] = JSON.parse(value)
  }
  return 'level' in own || 'time' in own ? { level: own.level, time: own.time } : undefined
}

const isObject = (value: unknown): value is Line => typeof value === 'object' && value !== null && !Array.isArray(value)

const messageText = (message: unknown, error: Error | undefined): string => {
  if (typeof message === 'string') return message
  if (message === undefined) return error?.message ?? ''
  return JSON.stringify(message)
}

/** Seconds and milliseconds of times in this century have more digits; a smaller number is a field of the program (`timestamp: false`). */
const LEAST_TIME = 1e9

/** Milliseconds, as pino writes by default, or a text (`pino.stdTimeFunctions.isoTime`); `epochTime` of others in seconds has ten digits. */
const readTime = (time: unknown): number | undefined => {
  if (typeof time === 'number' && time < LEAST_TIME) return undefined
  const ms = typeof time === 'number' ? (time < 1e11 ? time * 1_000 : time) : typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isFinite(ms) ? ms : undefined
}

/** pino's serializer makes `{ type, message, stack, …own members }` of an error, and so on with its causes. */
const readError = (value: unknown): Error | undefined => {
  if (!isObject(value) || typeof value.message !== 'string') return undefined
  const { type, name, message, stack, cause, aggregateErrors, ...members } = value
  const error = errorFromParts(
    firstText(type, name) ?? 'Error',
    String(message),
    typeof stack === 'string' ? stack.replaceAll('\ncaused by: ', '\nCaused by: ') : '',
  )
  Object.assign(error, members)
  if (cause !== undefined) error.cause = readError(cause) ?? cause
  if (Array.isArray(aggregateErrors)) Object.assign(error, { errors: aggregateErrors.map((one: unknown) => readError(one) ?? one) })
  return error
}

const firstText = (...values: unknown[]): string | undefined => values.find((value): value is string => typeof value === 'string' && value !== '')

/** Takes out of a line's members what events have places for. A thread that writes lines has no scope to know it from. */
const takeIds = (line: Line): EventOptions => {
  const take = (...names: string[]): string | undefined => {
    const name = names.find((candidate) => typeof line[candidate] === 'string' || typeof line[candidate] === 'number')
    if (name === undefined) return undefined
    const value = String(line[name])
    delete line[name]
    return value
  }
  const traceId = take('traceId', 'trace_id')
  const spanId = traceId === undefined ? undefined : take('spanId', 'span_id')
  const flow = take('flowId', 'flow_id')
  const step = flow === undefined ? undefined : take('stepIndex', 'step_index')
  const request = takeRequest(line)
  const options: { -readonly [Name in keyof EventOptions]: EventOptions[Name] } = {}
  const requestId = take('requestId', 'reqId', 'request_id', 'req_id') ?? request?.id
  const sessionId = take('sessionId', 'session_id')
  const userId = take('userId', 'user_id')
  if (traceId !== undefined) options.trace = { traceId, ...(spanId === undefined ? {} : { spanId }) }
  if (flow !== undefined) options.flow = { id: flow, ...(step === undefined ? {} : { step: Number(step) }) }
  if (requestId !== undefined) options.requestId = requestId
  if (sessionId !== undefined) options.sessionId = sessionId
  if (userId !== undefined) options.user = { id: userId }
  if (request !== undefined) options.request = request.info
  return options
}

/** What pino-http and Fastify write of a request and its answer. */
const takeRequest = (line: Line): { readonly id: string | undefined; readonly info: Attributes } | undefined => {
  const { req, res, responseTime } = line
  if (!isObject(req) && !(isObject(res) && typeof res.statusCode === 'number')) return undefined
  const { id, method, url, remoteAddress, ...restOfRequest } = isObject(req) ? req : {}
  const { statusCode, ...restOfAnswer } = isObject(res) ? res : {}
  const headers = restOfRequest.headers
  const userAgent = isObject(headers) ? headers['user-agent'] : undefined
  replace(line, 'req', restOfRequest)
  replace(line, 'res', restOfAnswer)
  const info: Line = {}
  if (typeof method === 'string') info.method = method
  if (typeof url === 'string') Object.assign(info, { url, path: url.split(/[?#]/, 1)[0] })
  if (typeof statusCode === 'number') info.status = statusCode
  if (typeof responseTime === 'number') {
    info.durationMs = responseTime
    delete line.responseTime
  }
  if (typeof remoteAddress === 'string') info.ip = remoteAddress
  if (typeof userAgent === 'string') info.userAgent = userAgent
  return { id: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined, info }
}

const replace = (line: Line, name: string, value: Line): void => {
  if (Object.keys(value).length === 0) delete line[name]
  else line[name] = value
}
