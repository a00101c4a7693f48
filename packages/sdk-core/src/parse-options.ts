import { LEVELS, type Level, LIMITS } from '@heartwood/protocol/model'
import { describeAddress, describeReceived, describeSecret, nearestName, OptionError, type OptionPlace, wrongOption } from './option-error.ts'
import {
  functionOf,
  isFalseText,
  isPlainObject,
  isRegExp,
  lineOfText,
  listOfNames,
  type OptionReader,
  oneOf,
  readOption,
  share,
  splitList,
  truth,
  wholeNumber,
} from './option-readers.ts'
import { type CoreOptions, REDACTION_PATTERNS, type RedactionPattern, type RedactOptions, type ResolvedOptions } from './options.ts'
import type { BeforeSend } from './types.ts'

export { OptionError } from './option-error.ts'

export type Environment = { readonly [name: string]: string | undefined }

/** What only the platform knows. */
export interface PlatformDefaults {
  /** Name of the machine. */
  readonly host?: string
  /** Options that the platform reads by itself: not unknown, and suggested for misspelt ones. */
  readonly ownOptions?: readonly string[]
}

/** Names whose values are redacted when `redact.keys` is not given. Case, `_` and `-` do not matter. */
export const DEFAULT_REDACTED_KEYS: readonly string[] = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'apiKey',
  'privateKey',
  'authorization',
  'proxyAuthorization',
  'cookie',
  'setCookie',
  'xApiKey',
  'xAuthToken',
  'xCsrfToken',
  'credentials',
  'cvv',
  'cvc',
]

/** Query parameters that are masked in addresses when `scrubUrlParams` is not given. */
export const DEFAULT_SCRUBBED_PARAMS: readonly string[] = [
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'auth',
  'key',
  'api_key',
  'apikey',
  'secret',
  'client_secret',
  'password',
  'passwd',
  'pwd',
  'code',
  'sig',
  'signature',
  'session',
  'jwt',
]

const DEFAULT_REDACTED_PATTERNS: readonly RedactionPattern[] = ['bearer']
const LONGEST_WAIT_MS = 3_600_000

const endpoint: OptionReader<string> = {
  value(value, place) {
    const wrong = (demand: string): OptionError => wrongOption(place, demand, describeAddress(value))
    if (typeof value !== 'string') throw wrong('the address of the server')
    const [, scheme, rest] = /^(https?):\/\/(.*)$/is.exec(value) ?? []
    if (scheme === undefined || rest === undefined) throw wrong('an address that begins with http:// or https://')
    if (rest.includes('@')) throw wrong('an address without user and password (the key goes into `apiKey`)')
    if (/[?#]/.test(rest)) throw wrong('an address without a query')
    const [, host, port, path] = /^(\[[0-9a-f:.]+\]|[^\s:/\\[\]]+)(?::(\d{1,5}))?(\/.*)?$/is.exec(rest) ?? []
    if (host === undefined || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)))
      throw wrong('an address with a host and, if any, a port')
    if (path !== undefined && /[^/]/.test(path)) throw wrong('an address without a path')
    return `${scheme.toLowerCase()}://${host}${port === undefined ? '' : `:${port}`}`
  },
  text: (text, place) => endpoint.value(text, place),
}

/** It travels in a header, where anything but visible ASCII would be refused with every request. */
const apiKey: OptionReader<string> = {
  value(value, place) {
    if (typeof value === 'string' && /^[\x21-\x7e]{0,512}$/.test(value)) return value
    const demand =
      typeof value === 'string' && /\s/.test(value) ? 'a key without spaces and line breaks' : 'a key: at most 512 letters, digits and signs'
    throw wrongOption(place, demand, describeSecret(value))
  },
  text: (text, place) => apiKey.value(text, place),
}

type Rates = { readonly [Name in Level]: number }
const ratesFrom = (rate: (level: Level) => number): Rates => ({
  trace: rate('trace'),
  debug: rate('debug'),
  info: rate('info'),
  warn: rate('warn'),
  error: rate('error'),
  fatal: rate('fatal'),
})

const sampleRate: OptionReader<Rates> = {
  value(value, place) {
    if (!isPlainObject(value)) {
      if (typeof value !== 'number') throw wrongOption(place, 'a number from 0 to 1, or one for each level', describeReceived(value))
      const all = share.value(value, place)
      return ratesFrom(() => all)
    }
    for (const name of Object.keys(value)) levels.value(name, { ...place, option: `${place.option} (a level)` })
    return ratesFrom((level) => (value[level] === undefined ? 1 : share.value(value[level], { ...place, option: `${place.option}.${level}` })))
  },
  text(text, place) {
    if (!text.includes('=')) {
      const all = share.text(text, place)
      return ratesFrom(() => all)
    }
    const given = new Map<Level, number>()
    for (const part of splitList(text)) {
      const [name = '', rate] = part.split('=', 2).map((side) => side.trim())
      if (rate === undefined) throw wrongOption(place, 'a number, or levels with numbers such as "debug=0.1,info=0.5"', describeReceived(text))
      given.set(levels.text(name, place), share.text(rate, place))
    }
    return ratesFrom((level) => given.get(level) ?? 1)
  },
}

const levels = oneOf(LEVELS)
const patternNames = oneOf(REDACTION_PATTERNS)

const ownPattern = (value: unknown, place: OptionPlace): RedactionPattern | RegExp => {
  if (!isRegExp(value)) {
    if (typeof value === 'string') return patternNames.value(value, place)
    throw wrongOption(place, 'the name of a built-in pattern or a regular expression', describeReceived(value))
  }
  if (new RegExp(value.source, value.flags.replaceAll(/[gy]/g, '')).test('')) {
    throw wrongOption(place, 'a regular expression that does not match the empty text', String(value).slice(0, 80))
  }
  return value
}

const redact: OptionReader<RedactOptions | false> = {
  value(value, place) {
    if (value === false) return false
    if (!isPlainObject(value)) throw wrongOption(place, 'false or an object with `patterns` and `keys`', describeReceived(value))
    const { patterns, keys, ...unknown } = value
    refuseUnknown(unknown, ['patterns', 'keys'], `${place.option}.`)
    if (patterns !== undefined && !Array.isArray(patterns)) {
      throw wrongOption({ ...place, option: `${place.option}.patterns` }, 'a list of patterns', describeReceived(patterns))
    }
    return {
      ...(patterns && {
        patterns: patterns.map((pattern: unknown, index) => ownPattern(pattern, { ...place, option: `redact.patterns[${index}]` })),
      }),
      ...(keys !== undefined && { keys: listOfNames.value(keys, { ...place, option: `${place.option}.keys` }) }),
    }
  },
  text: (text, place) => (isFalseText(text) ? false : { patterns: splitList(text).map((name) => patternNames.text(name, place)) }),
}

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
  compression: { reader: oneOf(['auto', 'gzip', 'zstd', 'none']), variable: 'HEARTWOOD_COMPRESSION' },
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

/** Names of other products' options, for the sentence about an unknown one. */
const ELSEWHERE: { readonly [name: string]: string } = {
  url: 'endpoint',
  baseUrl: 'endpoint',
  dsn: 'endpoint',
  key: 'apiKey',
  token: 'apiKey',
  env: 'environment',
  version: 'release',
  level: 'minLevel',
  logLevel: 'minLevel',
  source: 'service',
  appName: 'service',
}

/** @throws OptionError that names the nearest known one */
export const refuseUnknown = (unknown: object, known: readonly string[], prefix = ''): void => {
  for (const [option, value] of Object.entries(unknown)) {
    if (value === undefined || known.includes(option)) continue
    const elsewhere = prefix === '' && Object.hasOwn(ELSEWHERE, option) ? ELSEWHERE[option] : undefined
    const near = elsewhere ?? nearestName(option, known)
    // The value is not shown: under an unknown name it may well be a key.
    const hint = near === undefined ? '' : ` Did you mean \`${prefix}${near}\`?`
    throw new OptionError(`${prefix}${option}`, typeof value, `There is no option \`${prefix}${option.slice(0, 60)}\`.${hint}`)
  }
}

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
    environment: read('environment', name) ?? (environment['NODE_ENV'] ?? '').trim().slice(0, LIMITS.name),
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
        : { patterns: redaction?.patterns ?? DEFAULT_REDACTED_PATTERNS, keys: redaction?.keys ?? redactedKeys ?? DEFAULT_REDACTED_KEYS },
    scrubUrlParams: read('scrubUrlParams', listOfNames) ?? DEFAULT_SCRUBBED_PARAMS,
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
