import type { FastifyInstance } from 'fastify'
import { handle } from '../../http/route.ts'
import { type DoorDeps, takeAtDoor } from '../door.ts'

/** `POST /ingest`. The instance reads bodies as bytes (`registerRawBody`). */
export function registerNativeReceiver(app: FastifyInstance, deps: DoorDeps): void {
  handle(app, 'ingest', ({ query, request, reply }) => takeAtDoor(deps, 'native', 'auto', query, request, reply))
}
