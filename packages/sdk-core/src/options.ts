import type { Level } from '@heartwood/protocol/model'
import type { BeforeSend } from './types.ts'

/** Built-in patterns of `redact`. */
export const REDACTION_PATTERNS = ['email', 'creditCard', 'ssn', 'bearer'] as const
export type RedactionPattern = (typeof REDACTION_PATTERNS)[number]

/** What is taken out of events before they leave the process. */
export interface RedactOptions {
  /** Built-in patterns by name, or own ones, beside `bearer`: matches become `[redacted]` wherever a text stands. */
  readonly patterns?: readonly (RedactionPattern | RegExp)[] | undefined
  /** Attributes with these names lose their value, in any case, with or without `_` and `-`, beside password, secret, token, apiKey, authorization, cookie … */
  readonly keys?: readonly string[] | undefined
}

/** A part of the SDK that can be left out: a plain object in the list `integrations`. */
export interface Integration<Client> {
  readonly name: string
  /** @returns what takes it back, at `close`. */
  setup(client: Client): (() => void) | undefined
}

/** Options of every platform. A wrong one fails in `init` with a sentence that says what was received. */
export interface CoreOptions {
  /** `HEARTWOOD_ENDPOINT`. Address of the server, without a path. Default `http://127.0.0.1:4600`. */
  readonly endpoint?: string | undefined
  /** `HEARTWOOD_API_KEY`. A key of scope ingest. */
  readonly apiKey?: string | undefined
  /** `HEARTWOOD_SERVICE`. Name of the program. */
  readonly service?: string | undefined
  /** `HEARTWOOD_ENVIRONMENT`; default: `NODE_ENV`. */
  readonly environment?: string | undefined
  /** `HEARTWOOD_RELEASE`. Version of the program. */
  readonly release?: string | undefined
  /** `HEARTWOOD_HOST_NAME`; default: the name of the machine. */
  readonly host?: string | undefined
  /** `HEARTWOOD_DATASET`. Default: that of the server, `default`. */
  readonly dataset?: string | undefined
  /** `HEARTWOOD_MIN_LEVEL`; calls below it do nothing. Default `debug`. */
  readonly minLevel?: Level | undefined
  /** `HEARTWOOD_ENABLED`; `false`: nothing is captured. Default true. */
  readonly enabled?: boolean | undefined
  /** `HEARTWOOD_BATCH_SIZE`. Events of one request. Default 500. */
  readonly batchSize?: number | undefined
  /** `HEARTWOOD_FLUSH_INTERVAL`. Milliseconds that an event waits for others. Default 1,000. */
  readonly flushInterval?: number | undefined
  /** `HEARTWOOD_MAX_BUFFER_BYTES`. Memory for events that were not sent yet; the oldest are dropped and counted. Default 16 MiB. */
  readonly maxBufferBytes?: number | undefined
  /** `HEARTWOOD_MAX_BUFFER_EVENTS`. Default 50,000. */
  readonly maxBufferEvents?: number | undefined
  /** `HEARTWOOD_MAX_RETRIES`. Tries of one batch beyond the first. Default 5. */
  readonly maxRetries?: number | undefined
  /** `HEARTWOOD_TIMEOUT`. Milliseconds for one request. Default 10,000. */
  readonly timeout?: number | undefined
  /** `HEARTWOOD_COMPRESSION`. `auto`: zstd where the platform has it, else Brotli. Default `auto`. */
  readonly compression?: 'auto' | 'gzip' | 'brotli' | 'zstd' | 'none' | undefined
  /** `HEARTWOOD_REDACT` (patterns, or `false`), `HEARTWOOD_REDACT_KEYS`. What is given adds to the defaults; `false` switches all off. */
  readonly redact?: RedactOptions | false | undefined
  /** `HEARTWOOD_SCRUB_URL_PARAMS`. Query parameters whose values are masked in addresses, beside token, key, secret, password, code, signature … */
  readonly scrubUrlParams?: readonly string[] | undefined
  /** `HEARTWOOD_AUTO_TRUNCATE`. Cuts long texts and marks them, instead of dropping what is larger than `maxEventBytes`. Default true. */
  readonly autoTruncate?: boolean | undefined
  /** `HEARTWOOD_MAX_EVENT_BYTES`. Default 262,144. */
  readonly maxEventBytes?: number | undefined
  /** `HEARTWOOD_MAX_BREADCRUMBS`. Kept for each scope and sent with errors. Default 50; 0 keeps none. */
  readonly maxBreadcrumbs?: number | undefined
  /** Sees each event before redaction; what it returns is sent, null drops it. One that throws is counted and the event is sent as it was. */
  readonly beforeSend?: BeforeSend | undefined
  /** Share of events that is kept, from 0 to 1, for all levels or by level. The server's own rates apply on top. Default 1. */
  readonly sampleRate?: number | { readonly [Name in Level]?: number | undefined } | undefined
  /** Milliseconds within which equal errors are one event and a summary. Default 5,000; 0 sends each. */
  readonly dedupeWindow?: number | undefined
  /** Adds file, line and function of each call of the SDK's functions, not of what comes by other loggers; costs about 5 µs a call. Default false. */
  readonly callerInfo?: boolean | undefined
  /** `HEARTWOOD_DEBUG`. Says on stderr what the SDK does. Default false. */
  readonly debug?: boolean | undefined
  /** Told of everything that goes wrong inside the SDK. */
  readonly onError?: ((error: Error) => void) | undefined
}

/** Options after parsing: nothing is absent that has a default. */
export type ResolvedOptions = {
  readonly endpoint: string
  readonly apiKey: string
  readonly service: string
  readonly environment: string
  readonly release: string
  readonly host: string
  readonly dataset: string
  readonly minLevel: Level
  readonly enabled: boolean
  readonly batchSize: number
  readonly flushInterval: number
  readonly maxBufferBytes: number
  readonly maxBufferEvents: number
  readonly maxRetries: number
  readonly timeout: number
  readonly compression: 'auto' | 'gzip' | 'brotli' | 'zstd' | 'none'
  readonly redact: { readonly patterns: readonly (RedactionPattern | RegExp)[]; readonly keys: readonly string[] } | false
  readonly scrubUrlParams: readonly string[]
  readonly autoTruncate: boolean
  readonly maxEventBytes: number
  readonly maxBreadcrumbs: number
  readonly beforeSend: BeforeSend | undefined
  readonly sampleRate: { readonly [Name in Level]: number }
  readonly dedupeWindow: number
  readonly callerInfo: boolean
  readonly debug: boolean
  readonly onError: ((error: Error) => void) | undefined
}
