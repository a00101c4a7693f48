import { type Client, internalsOf } from '@heartwood/sdk-core'
import { isOwnRequest } from '../own-requests.ts'
import { getClient } from '../registry.ts'
import { createPinoLines, type PinoEvent, type PinoLineOptions, pinoConfig } from './pino-line.ts'

export type { LevelNames } from './logger-levels.ts'
export type { PinoLineOptions } from './pino-line.ts'

export interface PinoStreamOptions extends PinoLineOptions {
  /** Default: the one that `init` made, at the time of each line. */
  readonly client?: Client | undefined
}

/** What pino takes as a destination, alone or in `pino.multistream`. */
export interface PinoStream {
  /** By which pino tells a stream, given alone, from options. */
  readonly writable: true
  write(line: string): void
  /** How pino tells its streams of its own levels and keys. */
  emit(event: string, ...values: unknown[]): boolean
  /** For `logger.flush(callback)`. */
  flush(callback?: (error?: Error) => void): void
}

/**
 * Lines of a pino in this thread become events: with the scope, trace and request of the code that logged.
 *
 *     const logger = pino(pinoStream())
 *     const both = pino({}, pino.multistream([pinoStream(), process.stdout]))
 */
export const pinoStream = (options: PinoStreamOptions = {}): PinoStream => {
  const lines = createPinoLines(options)
  return {
    writable: true,
    write(line) {
      const client = options.client ?? getClient()
      if (client === undefined || isOwnRequest()) return
      const level = lines.levelOf(line)
      if (level !== undefined && !client.isLevelEnabled(level)) return
      client.capture(withoutScope(lines.read(line), client.scope()))
    },
    emit(event, message) {
      const config = event === 'message' ? pinoConfig(message) : undefined
      if (config !== undefined) lines.configure(config)
      return config !== undefined
    },
    flush(callback) {
      const client = options.client ?? getClient()
      if (client === undefined) callback?.()
      else void client.flush().then(() => callback?.())
    },
  }
}

/** The scope knows more of what {@link pinoMixin} wrote: the rest of the user, and the step of the flow. */
const withoutScope = (event: PinoEvent, scope: ReturnType<Client['scope']>): PinoEvent => {
  const { user, flow, ...rest } = event
  if (user === undefined && flow === undefined) return event
  return {
    ...rest,
    ...(user === undefined || user.id === scope.userId ? {} : { user }),
    ...(flow === undefined || flow.id === scope.flow?.id ? {} : { flow }),
  }
}

/**
 * For loggers that write through the transport: its thread knows no scope, so each line must say which trace, request, user and flow it belongs to.
 *
 *     pino({ mixin: pinoMixin(), transport: { target: '@heartwood/node/pino-transport', options: { apiKey } } })
 */
export const pinoMixin =
  ({ client: given }: { readonly client?: Client } = {}): (() => { [name: string]: string }) =>
  () => {
    const fields: { [name: string]: string } = {}
    const client = given ?? getClient()
    if (client === undefined) return fields
    const { requestId, sessionId, userId, flow } = client.scope().data
    const trace = internalsOf(client)?.currentTrace()
    if (trace !== undefined) {
      fields.traceId = trace.traceId
      if (trace.spanId !== undefined) fields.spanId = trace.spanId
    }
    if (requestId !== undefined) fields.requestId = requestId
    if (sessionId !== undefined) fields.sessionId = sessionId
    if (userId !== undefined) fields.userId = userId
    if (flow !== undefined) fields.flowId = flow.id
    return fields
  }
