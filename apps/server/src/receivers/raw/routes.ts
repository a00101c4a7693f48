import type { FastifyInstance } from 'fastify'
import { handle } from '../../http/route.ts'
import { type DoorDeps, takeAtDoor } from '../door.ts'

/** `POST /ingest/:format`. The instance reads bodies as bytes (`registerRawBody`). */
export function registerRawReceiver(app: FastifyInstance, deps: DoorDeps): void {
  handle(app, 'ingestFormat', ({ params, query, request, reply }) => takeAtDoor(deps, 'raw', params.format, query, request, reply))
}
