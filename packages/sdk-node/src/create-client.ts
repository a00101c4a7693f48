import {
  type Calls,
  type Client,
  createCalls,
  createClient as createCoreClient,
  describeReceived,
  type Environment,
  type Integration,
  internalsOf,
  OptionError,
  withInternals,
} from '@heartwood/sdk-core'
import { createCompress } from './compress.ts'
import { createContextStore } from './context.ts'
import { type NodeOptions, parseNodeOptions, type ResolvedNodeOptions, readIntegrations } from './options.ts'
import { runAsOwn } from './own-requests.ts'
import { createNodePlatform, warn } from './platform.ts'
import { joinProcessEnd } from './process/process-end.ts'
import { clientClosed } from './registry.ts'
import { createSpool } from './spool/spool.ts'
import { createTransport } from './transport.ts'

/** A client on Node: `init` and `createClient` return one. */
export interface NodeClient extends Client, Calls {
  /** What was given before stays; `spool`, `integrations` and `propagateTo` are those of the beginning. @throws OptionError */
  reconfigure(options: Partial<Omit<NodeOptions, 'spool' | 'integrations' | 'propagateTo'>>): void
}

/** What cannot be changed, for programs without types. */
const FIXED = ['spool', 'integrations', 'propagateTo']

type MakeIntegrations = (options: ResolvedNodeOptions) => readonly Integration<Client>[]

/**
 * A client of its own: with its own buffer, scope and connection, beside the one of `init`. It is flushed when the process ends; global
 * things (uncaught errors, outgoing requests) it follows only by the `integrations` that it is given.
 * @throws OptionError
 */
export const createClient = (options: NodeOptions = {}): NodeClient => createClientWith(options, () => [])

/** @param defaults the integrations that are on unless `integrations` says otherwise */
export const createClientWith = (given: NodeOptions, defaults: MakeIntegrations, environment: Environment = process.env): NodeClient => {
  const parse = (options: NodeOptions): ResolvedNodeOptions => parseNodeOptions(options, environment, warn)
  let options = parse(given)
  // Before anything is there that would have to be taken back: what is wrong with them is told by an error.
  const integrations = integrationsOf(options, defaults(options))
  const spool = options.spool === undefined || !options.core.enabled ? undefined : createSpool(options.spool)
  const platform = createNodePlatform({
    transport: createTransport(),
    context: createContextStore(),
    compress: createCompress(() => options.core.compression),
    spool,
  })
  const {
    client: core,
    report,
    flushSync,
  } = createCoreClient({
    platform,
    options: options.core,
    given,
    parse(changed) {
      options = parse(changed)
      return options.core
    },
  })
  // Now, while somebody looks, and not when the first batch would have been saved there.
  spool?.prepare().catch((error: Error) => {
    if (!options.core.debug) warn(`Heartwood: ${error.message}`)
    report(error)
  })
  const takeBack: { readonly name: string; undo(): void }[] = []
  let leaveProcessEnd: (() => void) | undefined
  let closed = false
  /** Follows what happens in the process, from when something is captured on. */
  const start = (): void => {
    if (closed || leaveProcessEnd !== undefined || !options.core.enabled) return
    leaveProcessEnd = joinProcessEnd({
      buffered: () => core.stats().buffered,
      flush: core.flush,
      flushSync: (sendNow, isLast) => runAsOwn(() => flushSync(sendNow, isLast)),
      exitTimeoutMs: () => options.exitTimeout,
    })
    for (const { name, setup } of integrations) {
      try {
        const undo = setup(client)
        if (undo !== undefined) takeBack.push({ name, undo })
      } catch (cause) {
        // The program is worth more than what watches it.
        warnOf(`the integration “${name}” could not be set up`, cause)
      }
    }
  }
  const calls = createCalls({ platform, options: () => options.core, report })
  const client: NodeClient = {
    ...core,
    ...calls,
    async registerRelease(release) {
      const registered = await calls.registerRelease(release)
      if (options.core.release === '') core.reconfigure({ release: registered.version })
      return registered
    },
    reconfigure(changes) {
      for (const [name, value] of Object.entries(changes)) {
        if (value !== undefined && FIXED.includes(name))
          throw new OptionError(name, describeReceived(value), `\`${name}\` stays as it was given to the client at first.`)
      }
      core.reconfigure(changes)
      start()
    },
    async close(timeoutMs) {
      closed = true
      clientClosed(client)
      for (const { name, undo } of takeBack.splice(0).reverse()) {
        try {
          undo()
        } catch (cause) {
          // What is in memory has to leave all the same.
          warnOf(`the integration “${name}” could not be taken back`, cause)
        }
      }
      const all = await core.close(timeoutMs)
      // Last: the process may end meanwhile.
      leaveProcessEnd?.()
      return all
    },
  }
  const internals = internalsOf(core)
  if (internals !== undefined) withInternals(client, { ...internals, exitTimeout: () => options.exitTimeout })
  start()
  return client
}

const warnOf = (what: string, cause: unknown): void => warn(`Heartwood: ${what}: ${cause instanceof Error ? cause.message : String(cause)}`)

const integrationsOf = ({ integrations }: ResolvedNodeOptions, defaults: readonly Integration<Client>[]): readonly Integration<Client>[] => {
  if (integrations === undefined) return defaults
  return typeof integrations === 'function' ? readIntegrations(integrations(defaults)) : integrations
}
