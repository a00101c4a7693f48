import type { FastifyInstance } from 'fastify'
import { handle } from '../../http/route.ts'
import { type DoorDeps, takeAtDoor } from '../door.ts'

const DOOR = 'native'

/** `POST /ingest`. The instance reads bodies as bytes (`registerRawBody`). */
export function registerNativeReceiver(app: FastifyInstance, deps: DoorDeps): void {
  handle(app, 'ingest', ({ query, request, reply }) => takeAtDoor(deps, DOOR, 'auto', query, request, reply), DOOR)
}
