import {
  type Attributes,
  type Breadcrumb,
  type Client,
  createLogger,
  type FlowStarter,
  type RawAnswer,
  type RawDefaults,
  type Scope,
  type User,
} from '@heartwood/sdk-core'
import { createClientWith, type NodeClient } from './create-client.ts'
import { formerClient, getClient } from './registry.ts'

/*
 * The functions of the package act on the client that `init` made. Before `init` they capture nothing and break nothing: a library may
 * log without knowing whether its program wants to hear of it.
 */

let disabled: NodeClient | undefined

/** The client that `init` made; when it is closed it captures nothing and still has its counts. Before there is any, one that captures nothing. */
export const theClient = (): NodeClient => {
  // Every client that `init` registers is one of ours.
  const current = (getClient() ?? formerClient()) as NodeClient | undefined
  if (current !== undefined) return current
  // Whatever the environment says: a mistake in it is told by `init`, and not to who logs before.
  disabled ??= createClientWith({ enabled: false }, () => [], {})
  return disabled
}

/** A logger of whichever client there is when it is used: one made while modules load works from `init` on. */
const root = createLogger({
  call: (...args) => theClient().front.call(...args),
  isLevelEnabled: (level) => theClient().isLevelEnabled(level),
  bind: (...args) => theClient().front.bind(...args),
  monotonicNow: () => theClient().front.monotonicNow(),
})

export const { debug, info, warn, error, fatal, log, child, startTimer, timed, isLevelEnabled } = root

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
export const heartbeat: NodeClient['heartbeat'] = (token) => theClient().heartbeat(token)
export const feedback: NodeClient['feedback'] = (said) => theClient().feedback(said)
export const registerRelease: NodeClient['registerRelease'] = (release) => theClient().registerRelease(release)
export const issues: NodeClient['issues'] = { setStatus: (id, state, options) => theClient().issues.setStatus(id, state, options) }

export const flush: Client['flush'] = (timeoutMs) => theClient().flush(timeoutMs)
export const close: Client['close'] = (timeoutMs) => theClient().close(timeoutMs)
export const pause = (): void => theClient().pause()
export const resume = (): void => theClient().resume()
export const reconfigure: NodeClient['reconfigure'] = (options) => theClient().reconfigure(options)
export const stats: Client['stats'] = () => theClient().stats()
