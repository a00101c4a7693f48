import { hostname } from 'node:os'
import { resolve } from 'node:path'
import {
  type Client,
  type CoreOptions,
  describeReceived,
  type Environment,
  type Integration,
  isFalseText,
  isPlainObject,
  isRegExp,
  lineOfText,
  type OptionPlace,
  type OptionReader,
  parseOptions,
  type ResolvedOptions,
  readOption,
  refuseUnknown,
  splitList,
  wholeNumber,
  wrongOption,
} from '@heartwood/sdk-core'

/** Where batches wait that the server did not take. */
export interface SpoolOptions {
  /** Where batches wait that could not be sent. Several processes may share it. Made when it is missing, for its owner only. */
  readonly directory: string
  /** Bytes of all files in it; the oldest go first. Default 64 MiB. */
  readonly maxBytes?: number | undefined
  /** Hours that a batch waits at most. Default 72. */
  readonly maxAgeHours?: number | undefined
}

/** Options of `init` and `createClient`. What they say wins over the environment, whose variables stand beside each. */
export interface NodeOptions extends CoreOptions {
  /** `HEARTWOOD_SPOOL`. Folder for what could not be sent; it is sent when the server is back, or at the next start. Default false: no such folder. */
  readonly spool?: string | false | SpoolOptions | undefined
  /** Instead of those that are on by default (`init`: uncaught errors, outgoing requests; `createClient`: none), or what makes a list of them. */
  readonly integrations?: readonly Integration<Client>[] | ((defaults: readonly Integration<Client>[]) => readonly Integration<Client>[]) | undefined
  /**
   * `HEARTWOOD_PROPAGATE_TO`. Services that get trace and flow headers: hosts (`api.example.com`, `.example.com` with all below it), beginnings
   * of addresses (`https://api.example.com/v1`), or expressions that match the address. Default: all.
   */
  readonly propagateTo?: readonly (string | RegExp)[] | undefined
  /** `HEARTWOOD_EXIT_TIMEOUT`. Milliseconds by which the end of the process may be delayed to send what is left. Default 2,000. */
  readonly exitTimeout?: number | undefined
}

interface ResolvedSpool {
  readonly directory: string
  readonly maxBytes: number
  readonly maxAgeHours: number
}

export interface ResolvedNodeOptions {
  readonly core: ResolvedOptions
  readonly spool: ResolvedSpool | undefined
  /** undefined: those that are on by default. */
  readonly integrations: NodeOptions['integrations'] | undefined
  /** undefined: all. */
  readonly propagateTo: readonly (string | RegExp)[] | undefined
  readonly exitTimeout: number
}

const MIB = 2 ** 20
const longPath = lineOfText(4_096)
const spoolBytes = wholeNumber(64 * 1024, 1024 * 1024 * MIB)
const spoolHours = wholeNumber(1, 24 * 365)

const spoolAt = (directory: string, maxBytes = 64 * MIB, maxAgeHours = 72): ResolvedSpool => ({
  // A program may change its working directory later.
  directory: resolve(directory),
  maxBytes,
  maxAgeHours,
})

const spool: OptionReader<ResolvedSpool | false> = {
  value(value, place) {
    if (value === false) return false
    if (typeof value === 'string') {
      if (value.trim() === '') throw wrongOption(place, 'false, the path of a folder or an object with `directory`', describeReceived(value))
      return spoolAt(longPath.value(value, place))
    }
    if (!isPlainObject(value)) throw wrongOption(place, 'false, the path of a folder or an object with `directory`', describeReceived(value))
    refuseUnknown(value, ['directory', 'maxBytes', 'maxAgeHours'], `${place.option}.`)
    const part = (name: string): OptionPlace => ({ ...place, option: `${place.option}.${name}` })
    const { directory, maxBytes, maxAgeHours } = value
    if (typeof directory !== 'string' || directory.trim() === '') {
      throw wrongOption(part('directory'), 'the path of a folder', describeReceived(directory))
    }
    return spoolAt(
      longPath.value(directory, part('directory')),
      maxBytes === undefined ? undefined : spoolBytes.value(maxBytes, part('maxBytes')),
      maxAgeHours === undefined ? undefined : spoolHours.value(maxAgeHours, part('maxAgeHours')),
    )
  },
  text: (text, place) => (isFalseText(text) ? false : spoolAt(longPath.value(text, place))),
}

const integrations: OptionReader<NonNullable<NodeOptions['integrations']>> = {
  value(value, place) {
    // What the function makes is checked where it is called.
    if (typeof value === 'function') return value as (defaults: readonly Integration<Client>[]) => readonly Integration<Client>[]
    return readIntegrations(value, place)
  },
}

/** @throws OptionError */
export const readIntegrations = (value: unknown, place: OptionPlace = { option: 'integrations' }): readonly Integration<Client>[] => {
  if (!Array.isArray(value)) throw wrongOption(place, 'a list of integrations or a function that makes one', describeReceived(value))
  for (const [index, entry] of value.entries()) {
    const fits = isPlainObject(entry) && typeof entry.name === 'string' && typeof entry.setup === 'function'
    // The likeliest slip: `uncaughtErrors` for `uncaughtErrors()`.
    if (!fits)
      throw wrongOption({ ...place, option: `${place.option}[${index}]` }, 'an integration, such as `consoleCapture()`', describeReceived(entry))
  }
  return value
}

const propagateTo: OptionReader<readonly (string | RegExp)[]> = {
  value(value, place) {
    if (!Array.isArray(value)) throw wrongOption(place, 'a list of texts and regular expressions', describeReceived(value))
    return value.map((entry: unknown, index) => {
      if ((typeof entry === 'string' && entry !== '') || isRegExp(entry)) return entry
      throw wrongOption({ ...place, option: `${place.option}[${index}]` }, 'a text or a regular expression', describeReceived(entry))
    })
  },
  text: (text) => splitList(text),
}

const exitTimeout = wholeNumber(0, 60_000)
const OWN_OPTIONS = ['spool', 'integrations', 'propagateTo', 'exitTimeout'] as const

/**
 * Options of the program, then those of the environment, then defaults.
 * @throws OptionError with a sentence that names what was received
 */
export const parseNodeOptions = (
  options: NodeOptions | undefined,
  environment: Environment,
  warn: (message: string) => void,
): ResolvedNodeOptions => {
  const core = parseOptions(options, environment, warn, { host: hostname(), ownOptions: OWN_OPTIONS })
  const read = <Value>(name: (typeof OWN_OPTIONS)[number], reader: OptionReader<Value>, variable?: string): Value | undefined =>
    readOption(reader, options?.[name], name, variable, environment)
  return {
    core,
    spool: read('spool', spool, 'HEARTWOOD_SPOOL') || undefined,
    integrations: read('integrations', integrations),
    propagateTo: read('propagateTo', propagateTo, 'HEARTWOOD_PROPAGATE_TO'),
    exitTimeout: read('exitTimeout', exitTimeout, 'HEARTWOOD_EXIT_TIMEOUT') ?? 2_000,
  }
}
