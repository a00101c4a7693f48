import type {
  Attributes,
  Breadcrumb,
  Client,
  EventOptions,
  FlowStarter,
  Level,
  Logger,
  LogMethod,
  RawAnswer,
  RawDefaults,
  Scope,
  User,
} from '@heartwood/sdk-core'
import { createClient, type NodeClient } from './create-client.ts'
import { getClient } from './registry.ts'

/*
 * The functions of the package act on the client that `init` made. Before `init` they capture nothing and break nothing: a library may
 * log without knowing whether its program wants to hear of it.
 */

let disabled: NodeClient | undefined

/** The client that `init` made; before that one that captures nothing. */
export const theClient = (): NodeClient => {
  const current = getClient()
  if (current !== undefined) return current
  disabled ??= createClient({ enabled: false })
  return disabled
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const
type Method = (typeof LEVELS)[number]

/** A logger of whichever client there is when it is used: one made while modules load works from `init` on. */
const lateLogger = (make: (client: Client) => Logger): Logger => {
  let madeOf: Client | undefined
  let made: Logger | undefined
  const logger = (): Logger => {
    const client = theClient()
    if (made === undefined || client !== madeOf) {
      madeOf = client
      made = make(client)
    }
    return made
  }
  const methodOf =
    (level: Method): LogMethod =>
    (...args: unknown[]) =>
      // The forms of LogMethod are told apart by the client.
      logger()[level](...(args as [string]))
  return {
    debug: methodOf('debug'),
    info: methodOf('info'),
    warn: methodOf('warn'),
    error: methodOf('error'),
    fatal: methodOf('fatal'),
    log: (...args) => logger().log(...args),
    isLevelEnabled: (level) => logger().isLevelEnabled(level),
    child: (attributes, options) => lateLogger((client) => make(client).child(attributes, options)),
    startTimer: (label, attributes) => logger().startTimer(label, attributes),
  }
}

const root = lateLogger((client) => client)

export const { debug, info, warn, error, fatal, child, startTimer } = root
export const log = (level: Level, message: string, attributes?: Attributes, options?: EventOptions): string =>
  root.log(level, message, attributes, options)
export const isLevelEnabled = (level: Level): boolean => root.isLevelEnabled(level)

export const captureException: Client['captureException'] = (thrown, options) => theClient().captureException(thrown, options)
export const audit: Client['audit'] = (action, actor, context) => theClient().audit(action, actor, context)
export const flow: FlowStarter = Object.assign((name: string) => theClient().flow(name), {
  resume: (id: string, step?: number) => theClient().flow.resume(id, step),
})

/** The scope that holds here: of the request, of `withScope`, or that of the whole program. */
export const scope = (): Scope => theClient().scope()
export const withScope = <Result>(run: (scope: Scope) => Result): Result => theClient().withScope(run)
export const setUser = (user: User | null): Scope => scope().setUser(user)
export const addTags = (...tags: string[]): Scope => scope().addTags(...tags)
export const setContext = (name: string, context: Attributes | null): Scope => scope().setContext(name, context)
export const setSession = (id: string | null): Scope => scope().setSession(id)
export const addBreadcrumb = (breadcrumb: Breadcrumb): Scope => scope().addBreadcrumb(breadcrumb)

export const ingestRaw = (body: string | Uint8Array, format?: string, defaults?: RawDefaults): Promise<RawAnswer> =>
  theClient().ingestRaw(body, format, defaults)
export const flush: Client['flush'] = (timeoutMs) => theClient().flush(timeoutMs)
export const close: Client['close'] = (timeoutMs) => theClient().close(timeoutMs)
export const pause = (): void => theClient().pause()
export const resume = (): void => theClient().resume()
export const reconfigure: NodeClient['reconfigure'] = (options) => theClient().reconfigure(options)
export const stats: Client['stats'] = () => theClient().stats()
