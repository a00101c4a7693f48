import { LEVELS, type Level } from '@heartwood/protocol/model'
import { describeAddress, describeReceived, describeSecret, type OptionError, type OptionPlace, refuseUnknown, wrongOption } from './option-error.ts'
import { isFalseText, isPlainObject, isRegExp, listOfNames, type OptionReader, oneOf, share, splitList } from './option-readers.ts'
import { REDACTION_PATTERNS, type RedactionPattern, type RedactOptions } from './options.ts'

export const levels = oneOf(LEVELS)
const patternNames = oneOf(REDACTION_PATTERNS)

export const endpoint: OptionReader<string> = {
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
export const apiKey: OptionReader<string> = {
  value(value, place) {
    if (typeof value === 'string' && /^[\x21-\x7e]{0,512}$/.test(value)) return value
    const demand =
      typeof value === 'string' && /\s/.test(value) ? 'a key without spaces and line breaks' : 'a key: at most 512 letters, digits and signs'
    throw wrongOption(place, demand, describeSecret(value))
  },
  text: (text, place) => apiKey.value(text, place),
}

type Rates = { readonly [Name in Level]: number }
export const ratesFrom = (rate: (level: Level) => number): Rates => ({
  trace: rate('trace'),
  debug: rate('debug'),
  info: rate('info'),
  warn: rate('warn'),
  error: rate('error'),
  fatal: rate('fatal'),
})

export const sampleRate: OptionReader<Rates> = {
  value(value, place) {
    if (!isPlainObject(value)) {
      if (typeof value !== 'number') throw wrongOption(place, 'a number from 0 to 1, or one for each level', describeReceived(value))
      const all = share.value(value, place)
      return ratesFrom(() => all)
    }
    refuseUnknown(value, LEVELS, `${place.option}.`)
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

export const redact: OptionReader<RedactOptions | false> = {
  value(value, place) {
    if (value === false) return false
    if (!isPlainObject(value)) throw wrongOption(place, 'false or an object with `patterns` and `keys`', describeReceived(value))
    const { patterns, keys } = value
    refuseUnknown(value, ['patterns', 'keys'], `${place.option}.`)
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
