import { LIMITS } from '@heartwood/protocol/model'
import { DEFAULT_REDACTED_KEYS, DEFAULT_REDACTED_PATTERNS, DEFAULT_SCRUBBED_PARAMS } from './option-defaults.ts'
import { describeReceived, refuseUnknown, wrongOption } from './option-error.ts'
import { functionOf, isPlainObject, lineOfText, listOfNames, type OptionReader, oneOf, readOption, truth, wholeNumber } from './option-readers.ts'
import { apiKey, endpoint, levels, ratesFrom, redact, sampleRate } from './option-values.ts'
import type { CoreOptions, ResolvedOptions } from './options.ts'
import type { BeforeSend } from './types.ts'

export type Environment = { readonly [name: string]: string | undefined }

/** What only the platform knows. */
export interface PlatformDefaults {
  /** Name of the machine. */
  readonly host?: string
  /** Options that the platform reads by itself: not unknown, and suggested for misspelt ones. */
  readonly ownOptions?: readonly string[]
}

const LONGEST_WAIT_MS = 3_600_000

const name = lineOfText(LIMITS.name)

/** Every option: how it is read, and its variable. */
const OPTIONS = {
  endpoint: { reader: endpoint, variable: 'HEARTWOOD_ENDPOINT' },
  apiKey: { reader: apiKey, variable: 'HEARTWOOD_API_KEY' },
  service: { reader: name, variable: 'HEARTWOOD_SERVICE' },
  environment: { reader: name, variable: 'HEARTWOOD_ENVIRONMENT' },
  release: { reader: name, variable: 'HEARTWOOD_RELEASE' },
  host: { reader: name, variable: 'HEARTWOOD_HOST_NAME' },
  dataset: { reader: name, variable: 'HEARTWOOD_DATASET' },
  minLevel: { reader: levels, variable: 'HEARTWOOD_MIN_LEVEL' },
  enabled: { reader: truth, variable: 'HEARTWOOD_ENABLED' },
  batchSize: { reader: wholeNumber(1, 10_000), variable: 'HEARTWOOD_BATCH_SIZE' },
  flushInterval: { reader: wholeNumber(0, LONGEST_WAIT_MS), variable: 'HEARTWOOD_FLUSH_INTERVAL' },
  maxBufferBytes: { reader: wholeNumber(65_536, 2 ** 32), variable: 'HEARTWOOD_MAX_BUFFER_BYTES' },
  maxBufferEvents: { reader: wholeNumber(1, 10_000_000), variable: 'HEARTWOOD_MAX_BUFFER_EVENTS' },
  maxRetries: { reader: wholeNumber(0, 100), variable: 'HEARTWOOD_MAX_RETRIES' },
  timeout: { reader: wholeNumber(1, LONGEST_WAIT_MS), variable: 'HEARTWOOD_TIMEOUT' },
  compression: { reader: oneOf<ResolvedOptions['compression']>(['auto', 'gzip', 'brotli', 'zstd', 'none']), variable: 'HEARTWOOD_COMPRESSION' },
  redact: { reader: redact, variable: 'HEARTWOOD_REDACT' },
  scrubUrlParams: { reader: listOfNames, variable: 'HEARTWOOD_SCRUB_URL_PARAMS' },
  autoTruncate: { reader: truth, variable: 'HEARTWOOD_AUTO_TRUNCATE' },
  maxEventBytes: { reader: wholeNumber(1_024, 8 * 2 ** 20), variable: 'HEARTWOOD_MAX_EVENT_BYTES' },
  maxBreadcrumbs: { reader: wholeNumber(0, 1_000), variable: 'HEARTWOOD_MAX_BREADCRUMBS' },
  beforeSend: { reader: functionOf<BeforeSend>(), variable: undefined },
  sampleRate: { reader: sampleRate, variable: 'HEARTWOOD_SAMPLE_RATE' },
  dedupeWindow: { reader: wholeNumber(0, LONGEST_WAIT_MS), variable: 'HEARTWOOD_DEDUPE_WINDOW' },
  callerInfo: { reader: truth, variable: 'HEARTWOOD_CALLER_INFO' },
  debug: { reader: truth, variable: 'HEARTWOOD_DEBUG' },
  onError: { reader: functionOf<(error: Error) => void>(), variable: undefined },
} satisfies { readonly [Name in keyof CoreOptions]-?: { readonly reader: OptionReader<unknown>; readonly variable: string | undefined } }

/** Whoever names one thing more to redact does not mean that passwords may go out. */
const together = <Value>(always: readonly Value[], given: readonly Value[] = []): readonly Value[] => [...new Set([...always, ...given])]

const warnOfMisspeltVariables = (environment: Environment, warn: (message: string) => void): void => {
  const known: string[] = Object.values(OPTIONS).flatMap(({ variable }) => variable ?? [])
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith('HEARTWOOD_') || known.includes(variable)) continue
    // Servers and the command line have variables of their own: only one that differs in nothing but case and underscores is meant for us.
    const meant = known.find((candidate) => candidate.replaceAll('_', '') === variable.toUpperCase().replaceAll('_', ''))
    if (meant !== undefined) warn(`The environment variable ${variable} is not read. Did you mean ${meant}?`)
  }
}

/**
 * Options of the program, then those of the environment, then defaults.
 * @param warn told of what is allowed and hardly meant
 * @throws OptionError with a sentence that names what was received
 */
export const parseOptions = (
  options: CoreOptions | undefined,
  environment: Environment,
  warn: (message: string) => void,
  platform: PlatformDefaults = {},
): ResolvedOptions => {
  const given: unknown = options ?? {}
  if (!isPlainObject(given)) throw wrongOption({ option: 'options' }, 'an object', describeReceived(given))
  refuseUnknown(given, [...Object.keys(OPTIONS), ...(platform.ownOptions ?? [])])
  const read = <Value>(option: keyof typeof OPTIONS & string, reader: OptionReader<Value>): Value | undefined =>
    readOption(reader, given[option], option, OPTIONS[option].variable, environment)

  const redaction = read('redact', OPTIONS.redact.reader)
  const redactedKeys = readOption(listOfNames, undefined, 'redact.keys', 'HEARTWOOD_REDACT_KEYS', environment)
  const maxBufferBytes = read('maxBufferBytes', OPTIONS.maxBufferBytes.reader) ?? 16 * 2 ** 20
  const maxBufferEvents = read('maxBufferEvents', OPTIONS.maxBufferEvents.reader) ?? 50_000
  const resolved: ResolvedOptions = {
    endpoint: read('endpoint', endpoint) ?? 'http://127.0.0.1:4600',
    apiKey: read('apiKey', apiKey) ?? '',
    service: read('service', name) ?? '',
    environment: read('environment', name) ?? (environment.NODE_ENV ?? '').trim().slice(0, LIMITS.name),
    release: read('release', name) ?? '',
    host: read('host', name) ?? (platform.host ?? '').slice(0, LIMITS.name),
    dataset: read('dataset', name) ?? '',
    minLevel: read('minLevel', levels) ?? 'debug',
    enabled: read('enabled', truth) ?? true,
    // A full buffer is sent at once: waiting for more than it holds would mean dropping.
    batchSize: Math.min(read('batchSize', OPTIONS.batchSize.reader) ?? 500, maxBufferEvents),
    flushInterval: read('flushInterval', OPTIONS.flushInterval.reader) ?? 1_000,
    maxBufferBytes,
    maxBufferEvents,
    maxRetries: read('maxRetries', OPTIONS.maxRetries.reader) ?? 5,
    timeout: read('timeout', OPTIONS.timeout.reader) ?? 10_000,
    compression: read('compression', OPTIONS.compression.reader) ?? 'auto',
    redact:
      redaction === false
        ? false
        : {
            patterns: together(DEFAULT_REDACTED_PATTERNS, redaction?.patterns),
            keys: together(DEFAULT_REDACTED_KEYS, redaction?.keys ?? redactedKeys),
          },
    scrubUrlParams: together(DEFAULT_SCRUBBED_PARAMS, read('scrubUrlParams', listOfNames)),
    autoTruncate: read('autoTruncate', truth) ?? true,
    maxEventBytes: read('maxEventBytes', OPTIONS.maxEventBytes.reader) ?? 262_144,
    maxBreadcrumbs: read('maxBreadcrumbs', OPTIONS.maxBreadcrumbs.reader) ?? 50,
    beforeSend: read('beforeSend', OPTIONS.beforeSend.reader),
    sampleRate: read('sampleRate', sampleRate) ?? ratesFrom(() => 1),
    dedupeWindow: read('dedupeWindow', OPTIONS.dedupeWindow.reader) ?? 5_000,
    callerInfo: read('callerInfo', truth) ?? false,
    debug: read('debug', truth) ?? false,
    onError: read('onError', OPTIONS.onError.reader),
  }
  warnOfMisspeltVariables(environment, warn)
  if (resolved.enabled && resolved.apiKey === '') warn('There is no `apiKey` (HEARTWOOD_API_KEY): the server will refuse what is sent.')
  return resolved
}
