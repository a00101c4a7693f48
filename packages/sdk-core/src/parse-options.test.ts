import { describe, expect, it } from 'vitest'
import { DEFAULT_REDACTED_KEYS } from './option-defaults.ts'
import { OptionError } from './option-error.ts'
import type { CoreOptions } from './options.ts'
import { parseOptions } from './parse-options.ts'

const KEY = 'hw_1234567890abcdefghijklmnop'
const parse = (options: object = {}, environment: Record<string, string> = {}) => {
  const warnings: string[] = []
  // Programs in JavaScript pass anything.
  const resolved = parseOptions({ apiKey: KEY, ...options } as CoreOptions, environment, (message) => warnings.push(message), {
    host: 'machine-1',
    ownOptions: ['spool'],
  })
  return { resolved, warnings }
}
const failure = (options: object, environment: Record<string, string> = {}): OptionError => {
  try {
    parse(options, environment)
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
  throw new Error('It was taken.')
}

describe('options', () => {
  it('have the documented defaults', () => {
    expect(parse({}, { NODE_ENV: 'production' }).resolved).toMatchObject({
      endpoint: 'http://127.0.0.1:4600',
      environment: 'production',
      host: 'machine-1',
      service: '',
      minLevel: 'debug',
      enabled: true,
      batchSize: 500,
      flushInterval: 1_000,
      maxBufferBytes: 16_777_216,
      maxBufferEvents: 50_000,
      maxRetries: 5,
      timeout: 10_000,
      compression: 'auto',
      maxEventBytes: 262_144,
      maxBreadcrumbs: 50,
      sampleRate: { trace: 1, debug: 1, info: 1, warn: 1, error: 1, fatal: 1 },
      dedupeWindow: 5_000,
      callerInfo: false,
      debug: false,
    })
  })

  it('come from the program before the environment, and from the environment before the defaults', () => {
    const environment = {
      HEARTWOOD_ENDPOINT: ' https://logs.example.com/ \n',
      HEARTWOOD_SERVICE: 'from-environment',
      HEARTWOOD_BATCH_SIZE: '100',
      HEARTWOOD_ENABLED: 'NO',
      HEARTWOOD_MIN_LEVEL: 'Warn',
      HEARTWOOD_SAMPLE_RATE: 'debug=0.1, info=.5',
      HEARTWOOD_REDACT: 'email,creditcard',
      HEARTWOOD_REDACT_KEYS: 'iban, pin',
      HEARTWOOD_RELEASE: '',
    }
    expect(parse({ service: 'from-program', batchSize: 50, release: undefined }, environment).resolved).toMatchObject({
      endpoint: 'https://logs.example.com',
      service: 'from-program',
      batchSize: 50,
      enabled: false,
      minLevel: 'warn',
      release: '',
      sampleRate: { trace: 1, debug: 0.1, info: 0.5, warn: 1 },
      redact: { patterns: ['bearer', 'email', 'creditCard'], keys: [...DEFAULT_REDACTED_KEYS, 'iban', 'pin'] },
    })
    expect(parse({}, { HEARTWOOD_REDACT: 'off', HEARTWOOD_SAMPLE_RATE: '0.25' }).resolved).toMatchObject({
      redact: false,
      sampleRate: { debug: 0.25, fatal: 0.25 },
    })
  })

  it.each([
    [{ batchSize: 'many' }, '`batchSize` must be a whole number from 1 to 10000, not "many".'],
    [{ batchSize: 12.5 }, '`batchSize` must be a whole number from 1 to 10000, not 12.5.'],
    [{ batchSize: null }, '`batchSize` must be a whole number from 1 to 10000, not null.'],
    [{ enabled: 'yes' }, '`enabled` must be true or false, not "yes".'],
    [{ minLevel: 'verbose' }, '`minLevel` must be one of "trace", "debug", "info", "warn", "error", "fatal", not "verbose".'],
    [{ service: ['a'] }, '`service` must be a text on one line, not a list.'],
    [{ service: 'a\nb' }, '`service` must be a text on one line, not "a\\nb".'],
    [{ beforeSend: 'drop' }, '`beforeSend` must be a function, not "drop".'],
    [{ sampleRate: 2 }, '`sampleRate` must be a number from 0 to 1, not 2.'],
    [{ sampleRate: { debug: Number.NaN } }, '`sampleRate.debug` must be a number from 0 to 1, not NaN.'],
    [{ sampleRate: { inof: 1 } }, 'There is no option `sampleRate.inof`. Did you mean `sampleRate.info`?'],
    [{ redact: { patterns: ['phone'] } }, '`redact.patterns[0]` must be one of "email", "creditCard", "ssn", "bearer", not "phone".'],
    [{ redact: { patterns: [/x*/g] } }, '`redact.patterns[0]` must be a regular expression that does not match the empty text, not /x*/g.'],
    [{ redact: true }, '`redact` must be false or an object with `patterns` and `keys`, not true.'],
    [{ endpoint: 'logs.example.com:4600' }, '`endpoint` must be an address that begins with http:// or https://, not "logs.example.com:4600".'],
    [{ endpoint: 'http://logs.example.com/ingest' }, '`endpoint` must be an address without a path, not "http://logs.example.com/ingest".'],
    [
      { endpoint: 'http://logs.example.com:99999' },
      '`endpoint` must be an address with a host and, if any, a port, not "http://logs.example.com:99999".',
    ],
    [{ apikey: 'x' }, 'There is no option `apikey`. Did you mean `apiKey`?'],
    [{ flushIntervall: 1 }, 'There is no option `flushIntervall`. Did you mean `flushInterval`?'],
    [{ spol: 'x' }, 'There is no option `spol`. Did you mean `spool`?'],
    [{ dsn: 'x' }, 'There is no option `dsn`. Did you mean `endpoint`?'],
    [{ somethingElse: 'x' }, 'There is no option `somethingElse`.'],
  ])('that are wrong fail with a sentence that names what was received: %j', (options, sentence) => {
    expect(failure(options)).toMatchObject({ code: 'option-invalid', message: sentence })
  })

  it('that are wrong in the environment name the variable', () => {
    expect(failure({}, { HEARTWOOD_FLUSH_INTERVAL: '1s' })).toMatchObject({
      option: 'flushInterval',
      received: '"1s"',
      message: 'The environment variable HEARTWOOD_FLUSH_INTERVAL must be a whole number from 0 to 3600000, not "1s".',
    })
    expect(failure({}, { HEARTWOOD_SAMPLE_RATE: 'debug=lots' }).message).toContain('HEARTWOOD_SAMPLE_RATE')
  })

  it('never show a key or a password whole', () => {
    expect(failure({ apiKey: `${KEY}\n` })).toMatchObject({
      message: '`apiKey` must be a key without spaces and line breaks, not "hw_1…" of 30 characters.',
    })
    for (const endpoint of ['https://me:s3cr/et?@host/', 'https://me:s3cret@host', 'me:s3cret@host', 'https://host/?key=s3cret']) {
      const error = failure({ endpoint })
      expect(`${error.message} ${error.received}`).not.toMatch(/s3cr|et[?@]/)
    }
    expect(failure({ aipkey: 's3cret' }).message).not.toContain('s3cret')
  })

  it('of which one is missing or misspelt in the environment warn', () => {
    expect(parse({ apiKey: '' }).warnings).toEqual(['There is no `apiKey` (HEARTWOOD_API_KEY): the server will refuse what is sent.'])
    expect(parse({ apiKey: '', enabled: false }).warnings).toEqual([])
    expect(parse({}, { HEARTWOOD_APIKEY: 'x', HEARTWOOD_DATA: '/data' }).warnings).toEqual([
      'The environment variable HEARTWOOD_APIKEY is not read. Did you mean HEARTWOOD_API_KEY?',
    ])
  })

  it('may be regular expressions of another realm and addresses of any host', () => {
    const resolved = parse({ endpoint: 'HTTP://[::1]:4600//', redact: { patterns: ['email', /\d{5}/] } }).resolved
    expect(resolved).toMatchObject({ endpoint: 'http://[::1]:4600', redact: { patterns: ['bearer', 'email', /\d{5}/] } })
  })

  it('that name more to redact leave what is redacted anyway', () => {
    expect(parse({ redact: { keys: ['iban', 'password'] } }).resolved.redact).toEqual({
      patterns: ['bearer'],
      keys: [...DEFAULT_REDACTED_KEYS, 'iban'],
    })
    expect(parse({ redact: { patterns: ['bearer', 'ssn'] } }).resolved.redact).toEqual({ patterns: ['bearer', 'ssn'], keys: DEFAULT_REDACTED_KEYS })
    expect(parse({ redact: false }).resolved.redact).toBe(false)
  })

  it('that are given as undefined are absent, wherever they stand', () => {
    const given = { service: undefined, redact: { keys: undefined, patterns: undefined }, sampleRate: { debug: undefined } }
    expect(parse(given, { HEARTWOOD_SERVICE: 'shop' }).resolved).toEqual(parse({}, { HEARTWOOD_SERVICE: 'shop' }).resolved)
  })
})
