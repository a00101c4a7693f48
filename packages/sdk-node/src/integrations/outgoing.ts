import type { Client, Integration } from '@heartwood/sdk-core'
import { createOutgoingCalls } from './outgoing-calls.ts'
import { watchNodeHttp } from './outgoing-http.ts'
import { watchUndici } from './outgoing-undici.ts'
import { createTargets, type Targets } from './propagation-targets.ts'

export interface OutgoingOptions {
  /**
   * Which services are told of the trace and the flow. A text is a host (`api.example.com`; `.example.com` with all below it) or, with `://`,
   * the beginning of an address; a pattern is held against the whole address. Default: all; `[]`: none.
   */
  readonly propagateTo?: Targets | undefined
}

/**
 * Follows requests that the program makes with fetch, undici, node:http and node:https: each is a breadcrumb of the scope that made it, and carries
 * `traceparent`, `X-Trace-ID` and `X-Heartwood-Flow` where the program set none. Part of the default integrations.
 * @throws OptionError
 */
export const outgoingRequests = ({ propagateTo }: OutgoingOptions = {}): Integration<Client> => {
  const isTarget = createTargets(propagateTo)
  return {
    name: 'outgoingRequests',
    setup(client) {
      const calls = createOutgoingCalls(client, isTarget)
      const endUndici = watchUndici(calls)
      const endHttp = watchNodeHttp(calls)
      return () => {
        endUndici()
        endHttp()
      }
    },
  }
}
