import type { FastifyInstance } from 'fastify'
import { handle } from '../../http/route.ts'
import { type DoorDeps, takeAtDoor } from '../door.ts'

const DOOR = 'raw'

/** `POST /ingest/:format`. The instance reads bodies as bytes (`registerRawBody`). */
export function registerRawReceiver(app: FastifyInstance, deps: DoorDeps): void {
  handle(app, 'ingestFormat', ({ params, query, request, reply }) => takeAtDoor(deps, DOOR, params.format, query, request, reply), DOOR)
}
