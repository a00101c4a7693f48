import { type Calls, type Client, createCalls, createClient as createCoreClient, type Integration } from '@heartwood/sdk-core'
import { createCompress } from './compress.ts'
import { createContextStore } from './context.ts'
import { type NodeOptions, parseNodeOptions, type ResolvedNodeOptions, readIntegrations } from './options.ts'
import { runAsOwn } from './own-requests.ts'
import { createNodePlatform, warn } from './platform.ts'
import { joinProcessEnd } from './process/process-end.ts'
import { contextStorage } from './registry.ts'
import { createSpool } from './spool/spool.ts'
import { createTransport } from './transport.ts'

export interface NodeClient extends Client, Calls {
  /** What was given before stays; `spool`, `integrations` and `propagateTo` are those of the beginning. @throws OptionError */
  reconfigure(options: Partial<NodeOptions>): void
}

type MakeIntegrations = (options: ResolvedNodeOptions) => readonly Integration<Client>[]

const parse = (options: NodeOptions): ResolvedNodeOptions => parseNodeOptions(options, process.env, warn)

/**
 * A client of its own: with its own buffer, scope and connection, beside the one of `init`. It is flushed when the process ends; global
 * things (uncaught errors, outgoing requests) it follows only by the `integrations` that it is given.
 * @throws OptionError
 */
export const createClient = (options: NodeOptions = {}): NodeClient => createClientWith(options, () => [])

/** @param defaults the integrations that are on unless `integrations` says otherwise */
export const createClientWith = (given: NodeOptions, defaults: MakeIntegrations): NodeClient => {
  let options = parse(given)
  const platform = createNodePlatform({
    transport: createTransport(),
    context: createContextStore(contextStorage()),
    compress: createCompress(() => options.core.compression),
    spool: options.spool === undefined ? undefined : createSpool(options.spool),
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
  const takeBack: (() => void)[] = []
  const client: NodeClient = {
    ...core,
    ...createCalls({ platform, options: () => options.core, report }),
    async close(timeoutMs) {
      for (const undo of takeBack.splice(0).reverse()) undo()
      return core.close(timeoutMs)
    },
  }
  if (!options.core.enabled) return client
  takeBack.push(
    joinProcessEnd({
      buffered: () => core.stats().buffered,
      flush: core.flush,
      flushSync: (sendNow) => runAsOwn(() => flushSync(sendNow)),
      exitTimeoutMs: () => options.exitTimeout,
    }),
  )
  for (const { name, setup } of integrationsOf(options, defaults(options))) {
    try {
      const undo = setup(client)
      if (undo !== undefined) takeBack.push(undo)
    } catch (cause) {
      // The program is worth more than what watches it.
      warn(`Heartwood: the integration “${name}” could not be set up: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
  return client
}

const integrationsOf = ({ integrations }: ResolvedNodeOptions, defaults: readonly Integration<Client>[]): readonly Integration<Client>[] => {
  if (integrations === undefined) return defaults
  return typeof integrations === 'function' ? readIntegrations(integrations(defaults)) : integrations
}
