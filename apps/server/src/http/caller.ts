import type { Access, Scope } from '@heartwood/protocol'

/** Who makes a request. Numbers are the project ids of the meta store, which are also the engine's `project_id`. */
export type Caller =
  | { kind: 'anonymous' }
  /** Someone who signed in; sees every project (members and roles come later). */
  | { kind: 'person'; personId: string }
  /** The command line beside the data folder, over loopback. */
  | { kind: 'local' }
  | {
      kind: 'key'
      keyId: string
      projectId: number
      scope: Scope
      /** What it may do when that is more than its scope says: keys made for some products' clients write and read. Absent: the scope alone. */
      grants?: readonly Scope[]
    }

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** First bytes of a body that was read only to be thrown away, because the request was refused before. */
    discarded?: Uint8Array
  }
  interface FastifyContextConfig {
    access?: Access
    /** The receiver of this route, for counting what was refused before it saw it. */
    door?: string
    /** Largest body of a request as it is sent, with its length and not compressed, where it may be larger than others'; undefined: the limit of all. */
    bodyBytes?: (request: FastifyRequest) => number | undefined
  }
}
