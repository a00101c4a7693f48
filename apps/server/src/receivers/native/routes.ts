import type { FastifyInstance } from 'fastify'
import { handle } from '../../http/route.ts'
import { type DoorDeps, takeAtDoor } from '../door.ts'

const DOOR = 'native'

export interface NativeDoorDeps extends DoorDeps {
  /** The door whose clients write such bodies, where they come here by mistake; undefined: our own. */
  doorOf?(body: Uint8Array): string | undefined
}

/** `POST /ingest`. The instance reads bodies as bytes (`registerRawBody`). */
export function registerNativeReceiver(app: FastifyInstance, deps: NativeDoorDeps): void {
  handle(
    app,
    'ingest',
    ({ query, request, reply }) => {
      const door = (request.body instanceof Uint8Array ? deps.doorOf?.(request.body) : undefined) ?? DOOR
      return takeAtDoor(deps, door, 'auto', query, request, reply)
    },
    DOOR,
  )
}
