/** An option of `init`, `createClient` or `reconfigure`, or an environment variable in its place, cannot be used. The message says which and why. */
export class OptionError extends Error {
  readonly code = 'option-invalid'
  /** Name of the option, such as `batchSize` or `sampleRate.debug`. */
  readonly option: string
  /** What was received, in words; keys and passwords are never whole in it. */
  readonly received: string

  constructor(option: string, received: string, sentence: string) {
    super(sentence)
    this.name = 'OptionError'
    this.option = option
    this.received = received
  }
}

/** Where a value comes from: the program or an environment variable. */
export interface OptionPlace {
  readonly option: string
  /** Absent when it comes from the program. */
  readonly variable?: string
}

/** @param demand such as `a whole number from 1 to 10000` */
export const wrongOption = (place: OptionPlace, demand: string, received: string): OptionError => {
  const subject = place.variable === undefined ? `\`${place.option}\`` : `The environment variable ${place.variable}`
  return new OptionError(place.option, received, `${subject} must be ${demand}, not ${received}.`)
}

const LONGEST_SHOWN = 60

/** Names what was received in a few words. */
export const describeReceived = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return kind === 'Object' ? 'an object' : `an object of type ${kind}`
}

/** For keys: enough to tell which one it was, never enough to use it. */
export const describeSecret = (value: unknown): string => {
  if (typeof value !== 'string') return describeReceived(value)
  if (value === '') return 'an empty text'
  const shown = value.length >= 20 ? `${JSON.stringify(value.slice(0, 4)).slice(0, -1)}…" ` : 'a text '
  return `${shown}of ${value.length} characters`
}

/** For addresses: what stands before `@` and after `?` may be secret. */
export const describeAddress = (value: unknown): string => {
  if (typeof value !== 'string') return describeReceived(value)
  // Everything up to the last `@`: a password may hold `/`, `?` and `@` itself when nobody encoded it.
  const host = value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1…@')
  return describeReceived(host.replace(/([?#]).*$/s, '$1…'))
}

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
export const refuseUnknown = (given: object, known: readonly string[], prefix = ''): void => {
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined || known.includes(option)) continue
    const elsewhere = prefix === '' && Object.hasOwn(ELSEWHERE, option) ? ELSEWHERE[option] : undefined
    const near = elsewhere ?? nearestName(option, known)
    // The value is not shown: under an unknown name it may well be a key.
    const hint = near === undefined ? '' : ` Did you mean \`${prefix}${near}\`?`
    throw new OptionError(`${prefix}${option}`, typeof value, `There is no option \`${prefix}${option.slice(0, 60)}\`.${hint}`)
  }
}

/** The known name that is nearest to an unknown one; undefined when none is near. */
const nearestName = (name: string, known: Iterable<string>): string | undefined => {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const wanted = plain(name).slice(0, 40)
  let best: string | undefined
  // Two letters in the wrong order are two changes.
  let bestDistance = wanted.length <= 3 ? 2 : Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    const other = plain(candidate)
    // One that is a part of the other (`maxAge`, `maxAgeHours`) is near however much is missing.
    const isPart = wanted.length > 3 && (other.startsWith(wanted) || wanted.startsWith(other))
    const distance = isPart ? 1 : editDistance(wanted, other)
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

const editDistance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let left = 1; left <= from.length; left += 1) {
    const next = [left]
    for (let right = 1; right <= to.length; right += 1) {
      const replaced = (row[right - 1] ?? 0) + (from[left - 1] === to[right - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[right] ?? 0) + 1, (next[right - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
