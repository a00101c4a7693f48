import { describeReceived, type OptionPlace, wrongOption } from './option-error.ts'

/** Checks one option as it stands in the program, and, when it can be written as text, in an environment variable. */
export interface OptionReader<Value> {
  /** @throws OptionError */
  value(value: unknown, place: OptionPlace): Value
  /** Without it the option has no variable. @throws OptionError */
  text?(text: string, place: OptionPlace): Value
}

export const wholeNumber = (min: number, max: number): OptionReader<number> => {
  const demand = `a whole number from ${min} to ${max}`
  const check = (value: unknown, place: OptionPlace, received: unknown): number => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    throw wrongOption(place, demand, describeReceived(received))
  }
  return {
    value: (value, place) => check(value, place, value),
    text: (text, place) => check(/^[+-]?\d+$/.test(text) ? Number(text) : undefined, place, text),
  }
}

/** A number that may have a fraction. */
export const share: Required<OptionReader<number>> = {
  value(value, place) {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value
    throw wrongOption(place, 'a number from 0 to 1', describeReceived(value))
  },
  text(text, place) {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= 0 && value <= 1) return value
    throw wrongOption(place, 'a number from 0 to 1', describeReceived(text))
  },
}

const TRUE_TEXTS = ['true', '1', 'yes', 'on']
const FALSE_TEXTS = ['false', '0', 'no', 'off']

export const isFalseText = (text: string): boolean => FALSE_TEXTS.includes(text.toLowerCase())

export const truth: OptionReader<boolean> = {
  value(value, place) {
    if (typeof value === 'boolean') return value
    throw wrongOption(place, 'true or false', describeReceived(value))
  },
  text(text, place) {
    if (TRUE_TEXTS.includes(text.toLowerCase())) return true
    if (isFalseText(text)) return false
    throw wrongOption(place, 'true or false', describeReceived(text))
  },
}

export const oneOf = <Name extends string>(names: readonly Name[]): Required<OptionReader<Name>> => {
  const demand = `one of ${names.map((name) => `"${name}"`).join(', ')}`
  const find = (value: unknown, place: OptionPlace, same: (name: Name) => boolean): Name => {
    const found = names.find(same)
    if (found !== undefined) return found
    throw wrongOption(place, demand, describeReceived(value))
  }
  return {
    value: (value, place) => find(value, place, (name) => name === value),
    text: (text, place) => find(text, place, (name) => name.toLowerCase() === text.toLowerCase()),
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/

/** A name on one line; may be empty. */
export const lineOfText = (maxLength: number): OptionReader<string> => {
  const read = (value: unknown, place: OptionPlace): string => {
    if (typeof value === 'string' && value.length <= maxLength && !CONTROL.test(value)) return value
    const demand = typeof value === 'string' && value.length > maxLength ? `a text of at most ${maxLength} characters` : 'a text on one line'
    throw wrongOption(place, demand, describeReceived(value))
  }
  return { value: read, text: read }
}

export const listOfNames: Required<OptionReader<readonly string[]>> = {
  value(value, place) {
    if (!Array.isArray(value)) throw wrongOption(place, 'a list of names', describeReceived(value))
    return value.map((name: unknown, index) => {
      if (typeof name === 'string' && name !== '') return name
      throw wrongOption({ ...place, option: `${place.option}[${index}]` }, 'a name', describeReceived(name))
    })
  },
  text: (text) => splitList(text),
}

export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Any function: what it takes and gives is up to TypeScript. */
export const functionOf = <Shape extends (...values: never[]) => unknown>(): OptionReader<Shape> => ({
  value(value, place) {
    // Only its being a function can be seen at run time.
    if (typeof value === 'function') return value as Shape
    throw wrongOption(place, 'a function', describeReceived(value))
  },
})

/** By its brand: a RegExp of another realm (vm, Jest, Next) is no instance of ours. */
export const isRegExp = (value: unknown): value is RegExp => Object.prototype.toString.call(value) === '[object RegExp]'

export const isPlainObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]'

/** What an option is, given by the program or else by its variable; undefined when neither is there. */
export const readOption = <Value>(
  reader: OptionReader<Value>,
  given: unknown,
  option: string,
  variable: string | undefined,
  environment: { readonly [name: string]: string | undefined },
): Value | undefined => {
  if (given !== undefined) return reader.value(given, { option })
  if (variable === undefined || reader.text === undefined) return undefined
  // Values from files and secret stores often end in a line break; an empty one is how a variable is unset in many tools.
  const text = environment[variable]?.trim()
  return text === undefined || text === '' ? undefined : reader.text(text, { option, variable })
}
