import { format, stripVTControlCharacters } from 'node:util'
import { type Client, type Integration, isPlainObject } from '@heartwood/sdk-core'
import { isOwnRequest } from '../own-requests.ts'
import { errorFromParts } from './error-from-parts.ts'
import { addMembers } from './logged-members.ts'
import { quietly } from './quietly.ts'

/** What is needed of the function that the package `debug` (4.x) exports. */
export interface DebugFunction {
  /** Puts time, name and colour around a message: the last place where it stands alone. */
  // A method, so that any instance of `debug` fits.
  formatArgs(this: DebugInstance, args: unknown[]): void
}

interface DebugInstance {
  readonly namespace: string
}

/**
 * What the package `debug` writes becomes events of level debug, with the attribute `namespace`; it writes on as ever. Namespaces that are not enabled
 * (`DEBUG=…`) write nothing and make no events.
 *
 *     import debug from 'debug'
 *     init({ integrations: (defaults) => [...defaults, debugCapture(debug)] })
 */
export const debugCapture = (debug: DebugFunction): Integration<Client> => ({
  name: 'debugCapture',
  setup(client) {
    const original = debug.formatArgs
    let isActive = true
    const wrapped = function (this: DebugInstance, args: unknown[]): void {
      // Before the original: it writes into the arguments.
      if (isActive && !isOwnRequest() && client.isLevelEnabled('debug')) captureQuietly(client, this.namespace, args)
      original.call(this, args)
    }
    debug.formatArgs = wrapped
    return () => {
      isActive = false
      // Wrapped again by somebody else, ours stays below and is silent.
      if (debug.formatArgs === wrapped) debug.formatArgs = original
    }
  },
})

const captureQuietly = quietly((client: Client, namespace: string, args: readonly unknown[]): void => {
  const error = args.find((value) => value instanceof Error) ?? errorOfStack(args[0])
  const attributes: { [name: string]: unknown } = { namespace }
  for (const value of args) if (isPlainObject(value)) addMembers(attributes, value)
  const texts = args.map((value) => (value instanceof Error ? `${value.name}: ${value.message}` : value))
  const message = error !== undefined && texts[0] === error.stack ? error.message : stripVTControlCharacters(format(...texts))
  client.capture({ level: 'debug', message, attributes, ...(error === undefined ? {} : { error }) })
})

/** An Error that stands first comes as its stack. */
const errorOfStack = (text: unknown): Error | undefined => {
  if (typeof text !== 'string') return undefined
  const [, type, message] = /^([\w$.]+)(?:: ([\s\S]*?))?\n {4}at /.exec(text) ?? []
  return type === undefined ? undefined : errorFromParts(type, message ?? '', text)
}
