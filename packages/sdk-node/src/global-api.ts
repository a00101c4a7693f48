import {
  type Attributes,
  type Breadcrumb,
  type Client,
  createCaptures,
  createLogger,
  type FlowStarter,
  internalsOf,
  type LoggerTools,
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
const theClient = (): NodeClient => {
  // Every client that `init` registers is one of ours.
  const current = (getClient() ?? formerClient()) as NodeClient | undefined
  if (current !== undefined) return current
  // Whatever the environment says: a mistake in it is told by `init`, and not to who logs before.
  disabled ??= createClientWith({ enabled: false }, () => [], {})
  return disabled
}

const tools = (): LoggerTools => {
  const internals = internalsOf(theClient())
  if (internals === undefined) throw new TypeError('What `init` registered is no client.')
  return internals.loggerTools
}

/** A logger of whichever client there is when it is used: one made while modules load works from `init` on. */
const root = createLogger({
  call: (...args) => tools().call(...args),
  isLevelEnabled: (level) => theClient().isLevelEnabled(level),
  bind: (...args) => tools().bind(...args),
  monotonicNow: () => tools().monotonicNow(),
})

export const { debug, info, warn, error, fatal, log, child, startTimer, timed, isLevelEnabled } = root

const captures = createCaptures({
  call: (...args) => tools().call(...args),
  callThrown: (...args) => tools().callThrown(...args),
})

/** See {@link Client.captureException}. */
export const captureException: Client['captureException'] = captures.captureException
/** See {@link Client.audit}. */
export const audit: Client['audit'] = captures.audit
/** Begins a flow: `flow('checkout').info('paid')`; goes on with one: `flow.resume(id, step)`. */
export const flow: FlowStarter = Object.assign((name: string) => theClient().flow(name), {
  resume: (id: string, step?: number) => theClient().flow.resume(id, step),
})

/** The scope that holds here: of the request, of `withScope`, or that of the whole program. */
export const scope = (): Scope => theClient().scope()
/**
 * Runs with a copy of the current scope; what is set inside ends with it, asynchronous work included.
 *
 *     await withScope(async (scope) => { scope.setUser({ id: 'u-7' }); await serve() })
 */
export const withScope = <Result>(run: (scope: Scope) => Result): Result => theClient().withScope(run)
/** Sets the user of the current scope; null removes it. */
export const setUser = (user: User | null): Scope => scope().setUser(user)
/** Adds tags to those of the current scope. */
export const addTags = (...tags: string[]): Scope => scope().addTags(...tags)
/** Sets a group of attributes of the current scope, found as `name.key`; null removes it. */
export const setContext = (name: string, context: Attributes | null): Scope => scope().setContext(name, context)
/** Sets the session of the current scope; null removes it. */
export const setSession = (id: string | null): Scope => scope().setSession(id)
/** Adds to what the next errors of the current scope tell of what happened before. */
export const addBreadcrumb = (breadcrumb: Breadcrumb): Scope => scope().addBreadcrumb(breadcrumb)

/** See {@link Client.ingestRaw}. @throws HeartwoodApiError */
export const ingestRaw = (body: string | Uint8Array, format?: string, defaults?: RawDefaults): Promise<RawAnswer> =>
  theClient().ingestRaw(body, format, defaults)
/** Signs of life of a job: `heartbeat(token).wrap(job)`. @param token of `heartwood heartbeat create` */
export const heartbeat: NodeClient['heartbeat'] = (token) => theClient().heartbeat(token)
/** Hands over what a user says of a problem; `eventId` is what a log method returned. @throws HeartwoodApiError */
export const feedback: NodeClient['feedback'] = (said) => theClient().feedback(said)
/** Tells of a deployment. @throws HeartwoodApiError */
export const registerRelease: NodeClient['registerRelease'] = (release) => theClient().registerRelease(release)
/** Changes issues: `issues.setStatus(id, 'resolved', { apiKey })`, with a key of scope admin. @throws HeartwoodApiError */
export const issues: NodeClient['issues'] = { setStatus: (id, state, options) => theClient().issues.setStatus(id, state, options) }

/** See {@link Client.flush}. @param timeoutMs default 5,000 */
export const flush: Client['flush'] = (timeoutMs) => theClient().flush(timeoutMs)
/** See {@link Client.close}. The functions of the package capture nothing then, until the next `init`. @param timeoutMs default 5,000 */
export const close: Client['close'] = (timeoutMs) => theClient().close(timeoutMs)
/** Nothing is sent until `resume`; events gather in the buffer. */
export const pause = (): void => theClient().pause()
/** Ends `pause`. */
export const resume = (): void => theClient().resume()
/** Changes options of the client; `spool`, `integrations` and `propagateTo` stay. @throws OptionError */
export const reconfigure: NodeClient['reconfigure'] = (options) => theClient().reconfigure(options)
/** What became of the client's events: captured = sent + spooled + buffered + dropped. */
export const stats: Client['stats'] = () => theClient().stats()
