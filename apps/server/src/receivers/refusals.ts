import type { DropReason } from '@heartwood/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ErrorCode, HeartwoodError } from '../errors.ts'
import { dropReasonOf } from '../ingest/drop-reason-of.ts'
import type { Account } from '../ingest/ledger.ts'
import { projectRefOf } from './door.ts'

/** What a door refuses before it reads any event. Bodies that cannot be read are counted where they are read, the rest by ingest. */
const AT_THE_DOOR: ReadonlySet<ErrorCode> = new Set([
  'key-missing',
  'key-invalid',
  'sign-in-required',
  'key-forbidden',
  'project-forbidden',
  'origin-forbidden',
  'csrf-refused',
  'project-not-found',
  'validation-failed',
])

/** Tells of requests that were refused at the doors of this (encapsulated) instance. */
export function watchRefusals(doors: FastifyInstance, onRefused: (request: FastifyRequest, reason: DropReason) => void): void {
  doors.addHook('onError', async (request, _, error) => {
    if (error instanceof HeartwoodError && AT_THE_DOOR.has(error.code)) onRefused(request, dropReasonOf(error))
  })
}

/** Whom a refused request is counted under: project 0 when it named none that there is. Undefined for routes that are no doors. */
export function accountOf(request: FastifyRequest, findProject: (ref: string) => { id: number } | undefined): Account | undefined {
  const { door } = request.routeOptions.config
  if (door === undefined) return undefined
  const { caller } = request
  if (caller.kind === 'key') return { projectId: caller.projectId, door, keyId: caller.keyId }
  const ref = caller.kind === 'anonymous' ? undefined : projectRefOf(request)
  const named = ref === undefined ? undefined : findProject(ref)
  return { projectId: named?.id ?? 0, door, keyId: '' }
}
