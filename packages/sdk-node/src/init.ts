import { createClientWith, type NodeClient } from './create-client.ts'
import { outgoingRequests } from './integrations/outgoing.ts'
import type { NodeOptions } from './options.ts'
import { uncaughtErrors } from './process/uncaught-errors.ts'
import { setClient } from './registry.ts'

/**
 * Makes the client that the functions of this package act on, and follows what happens in the process: uncaught errors and rejections,
 * outgoing requests. Call it once, as early as possible; a second call replaces the client, and the first is flushed and closed.
 *
 *     import { info, init } from '@heartwood/node'
 *     init({ apiKey: process.env.HEARTWOOD_API_KEY, service: 'shop' })
 *     info('started', { port: 3000 })
 *
 * @throws OptionError
 */
export const init = (options: NodeOptions = {}): NodeClient => {
  const client = createClientWith(options, ({ propagateTo }) => [
    uncaughtErrors(),
    outgoingRequests(propagateTo === undefined ? {} : { propagateTo }),
  ])
  const former = setClient(client)
  void former?.close()
  return client
}
