import { Writable } from 'node:stream'
import { type Client, internalsOf } from '@heartwood/sdk-core'
import { isOwnRequest } from '../own-requests.ts'
import { getClient } from '../registry.ts'
import type { LevelNames } from './logger-levels.ts'
import { LEVEL, levelNameOf, readWinstonInfo, type WinstonInfo } from './winston-info.ts'

export type { LevelNames } from './logger-levels.ts'
export type { WinstonTransport }

/** A format of winston, for this transport alone. */
export interface WinstonFormat {
  options?: object
  // Methods take what fits either way: winston's own type of an info stays winston's.
  transform(info: WinstonFormatInfo, options?: unknown): WinstonFormatInfo | boolean
}

/** As winston's `TransformableInfo`. */
export interface WinstonFormatInfo {
  level: string
  message: unknown
  [name: string | symbol]: unknown
}

export interface WinstonTransportOptions {
  /** Default: the one that `init` made, at the time of each message. */
  readonly client?: Client | undefined
  /** The least level by winston's names. Default: that of the logger. */
  readonly level?: string | undefined
  /** Own levels of the logger, and what they are here: `{ audit: 'warn' }`. Those of npm, syslog and cli are known. */
  readonly levelNames?: LevelNames | undefined
  readonly format?: WinstonFormat | undefined
  readonly silent?: boolean | undefined
  /** Also what winston itself catches; `init` captures uncaught errors without it. Default false. */
  readonly handleExceptions?: boolean | undefined
  readonly handleRejections?: boolean | undefined
}

/** The logger that a transport was added to. */
interface WinstonLogger {
  readonly level?: string | undefined
  readonly levels?: { readonly [name: string]: number } | undefined
  readonly defaultMeta?: object | null | undefined
}

/**
 * A transport for winston 3, which is not imported.
 *
 *     const logger = winston.createLogger({ transports: [winstonTransport(), new winston.transports.Console()] })
 *
 * `logger.end()` sends what is left: `finish` comes when it was sent, at most `exitTimeout` later (2,000 ms unless given).
 */
export const winstonTransport = (options: WinstonTransportOptions = {}): WinstonTransport => new WinstonTransport(options)

/** What winston wants of a transport: an object stream with `log`, which learns its levels from the logger that is piped into it. */
class WinstonTransport extends Writable {
  level?: string | undefined
  format?: WinstonFormat | undefined
  silent?: boolean | undefined
  handleExceptions?: boolean | undefined
  handleRejections?: boolean | undefined
  readonly #client: Client | undefined
  readonly #levelNames: LevelNames | undefined
  #logger: WinstonLogger | undefined

  constructor({ client, level, levelNames, format, silent, handleExceptions, handleRejections }: WinstonTransportOptions = {}) {
    super({ objectMode: true })
    if (level !== undefined) this.level = level
    if (format !== undefined) this.format = format
    if (silent !== undefined) this.silent = silent
    if (handleExceptions !== undefined) this.handleExceptions = handleExceptions
    if (handleRejections !== undefined) this.handleRejections = handleRejections
    this.#client = client
    this.#levelNames = levelNames
    this.on('pipe', (logger: unknown) => {
      this.#logger = logger as WinstonLogger
    })
    this.on('unpipe', (logger: unknown) => {
      if (this.#logger === logger) this.#logger = undefined
    })
  }

  /** winston calls it also by itself, for exceptions. */
  log(info: WinstonInfo, next: () => void): void {
    const client = this.#client ?? getClient()
    if (client !== undefined && !isOwnRequest()) {
      client.capture(readWinstonInfo(info, this.#levelNames, Object.keys(this.#logger?.defaultMeta ?? {})))
    }
    next()
  }

  override _write(info: WinstonInfo, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.#accepts(info)) {
      done()
      return
    }
    const formatted = this.format === undefined ? info : this.#formatted(this.format, info)
    if (formatted === undefined) done()
    else this.log(formatted, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    const client = this.#client ?? getClient()
    if (client === undefined) done()
    else void client.flush(internalsOf(client)?.exitTimeout?.()).then(() => done())
  }

  #accepts(info: WinstonInfo): boolean {
    if (this.silent || (info.exception === true && !this.handleExceptions)) return false
    const least = this.level ?? this.#logger?.level
    const ranks = this.#logger?.levels
    const [own, wanted] = [ranks?.[levelNameOf(info)], least === undefined ? undefined : ranks?.[least]]
    // Lower is graver. A level that the logger does not know has no rank to be refused by.
    return own === undefined || wanted === undefined || own <= wanted
  }

  #formatted(format: WinstonFormat, info: WinstonInfo): WinstonInfo | undefined {
    // Other transports get the same object.
    const copy = { ...info, level: String(info.level ?? info[LEVEL]), message: info.message }
    const made = format.transform(copy, format.options)
    return typeof made === 'object' ? made : undefined
  }
}
